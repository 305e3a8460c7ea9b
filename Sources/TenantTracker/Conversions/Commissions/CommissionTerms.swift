public import Core

/// What a publisher gets for a conversion.
public struct CommissionTerms: Sendable, Hashable {
  public enum Model: String, Sendable, CaseIterable {
    /// An amount.
    case cpa
    /// A percentage of the payout.
    case revshare
    /// Both.
    case hybrid
  }

  /// An amount and a percentage, of which the model may use one.
  public struct Rate: Sendable, Hashable {
    public var amount: Micros
    public var percent: Micros

    public init(amount: Micros = .zero, percent: Micros = .zero) {
      self.amount = amount
      self.percent = percent
    }
  }

  public var model: Model
  /// Until the first tier is reached.
  public var rate: Rate
  /// A conversion that is paid for earns this at least.
  public var minimum: Micros
  /// All amounts are in it.
  public var currency: Currency
  public var tiers: CommissionTiers?

  public init(
    model: Model, rate: Rate, minimum: Micros = .zero, currency: Currency, tiers: CommissionTiers? = nil
  ) {
    self.model = model
    self.rate = rate
    self.minimum = minimum
    self.currency = currency
    self.tiers = tiers
  }

  public var paysAmount: Bool { model != .revshare }
  public var paysShare: Bool { model != .cpa }

  /// What one conversion earns, exact, a share rounded half to even.
  /// - Parameters:
  ///   - base: what the share is of, in ``currency``.
  ///   - withAmount: false for a kind of conversion that only the share is paid of.
  ///   - tier: 0 is ``rate``, n the n-th tier; one there is none of counts as the last.
  public func commission(of base: Micros, withAmount: Bool, tier: Int) -> Micros {
    let rate = rate(ofTier: tier)
    let parts = [
      paysAmount && withAmount ? rate.amount : .zero, paysShare ? base.share(percent: rate.percent) : .zero,
    ]
    return max(parts.total, minimum)
  }

  func rate(ofTier tier: Int) -> Rate {
    guard let tiers, tier > 0, !tiers.steps.isEmpty else { return rate }
    return tiers.steps[min(tier, tiers.steps.count) - 1].rate
  }
}

/// Better rates for more. The tier of a conversion is the one that those before it in the same statement have reached:
/// each is paid whole, at one rate, and what has been earned is never reckoned anew when the next tier is reached.
public struct CommissionTiers: Sendable, Hashable {
  public enum Basis: String, Sendable, CaseIterable {
    /// How many conversions.
    case count
    /// What they paid, in the rule's currency.
    case volume
  }

  public struct Step: Sendable, Hashable {
    /// Conversions or micros after which it begins.
    public var after: Int64
    public var rate: CommissionTerms.Rate

    public init(after: Int64, rate: CommissionTerms.Rate) {
      self.after = after
      self.rate = rate
    }
  }

  public var basis: Basis
  /// Ascending.
  public var steps: [Step]

  public init(basis: Basis, steps: [Step]) {
    self.basis = basis
    self.steps = steps
  }

  /// What came before a conversion under the same rule.
  public struct Progress: Sendable, Hashable {
    public var count: Int64
    public var volume: Micros

    public init(count: Int64 = 0, volume: Micros = .zero) {
      self.count = count
      self.volume = volume
    }

    public mutating func add(_ base: Micros) {
      count += 1
      volume = [volume, base].total
    }
  }

  public func tier(after progress: Progress) -> Int {
    let reached = basis == .count ? progress.count : progress.volume.rawValue
    return steps.prefix { $0.after <= reached }.count
  }
}
