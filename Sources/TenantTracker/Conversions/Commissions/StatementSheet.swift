public import Core

/// A statement's reckoning: every line, and totals that are the sums of the lines to the micro.
public struct StatementSheet: Sendable, Hashable {
  /// An approved commission.
  public struct Commission: Sendable, Hashable {
    public var conversionID: ConversionID
    public var at: Timestamp
    public var ruleID: Int64
    public var terms: CommissionTerms
    public var base: Micros
    public var withAmount: Bool

    public init(
      conversionID: ConversionID, at: Timestamp, ruleID: Int64, terms: CommissionTerms, base: Micros, withAmount: Bool
    ) {
      self.conversionID = conversionID
      self.at = at
      self.ruleID = ruleID
      self.terms = terms
      self.base = base
      self.withAmount = withAmount
    }
  }

  /// What became of a commission of an earlier statement.
  public struct Adjustment: Sendable, Hashable {
    public var id: Int64
    public var conversionID: ConversionID
    public var at: Timestamp
    public var amount: Micros

    public init(id: Int64, conversionID: ConversionID, at: Timestamp, amount: Micros) {
      self.id = id
      self.conversionID = conversionID
      self.at = at
      self.amount = amount
    }
  }

  public enum Source: Sendable, Hashable {
    case commission(Commission, tier: Int)
    case adjustment(Adjustment)
  }

  public struct Line: Sendable, Hashable {
    public let source: Source
    public let amount: Micros
  }

  /// Commissions in the order of their conversions, then adjustments in the order they were made.
  public let lines: [Line]
  /// Of the commissions and of the adjustments.
  public let earned: Micros
  public let adjusted: Micros
  /// What the statement before left.
  public let carriedIn: Micros
  /// What is to be paid: all, or nothing while it is less than the minimum.
  public let payable: Micros
  /// What is left to the next statement; below zero where more was taken back than earned.
  public let carriedOut: Micros

  /// - Parameter minimum: less is not paid but carried over; nothing and less than nothing never is paid.
  public init(commissions: [Commission], adjustments: [Adjustment], carriedIn: Micros, minimum: Micros) {
    var progress: [Int64: CommissionTiers.Progress] = [:]
    let inOrder = commissions.sorted { ($0.at, $0.conversionID) < ($1.at, $1.conversionID) }
    let earnings = inOrder.map { commission in
      let tier = commission.terms.tiers?.tier(after: progress[commission.ruleID, default: .init()]) ?? 0
      progress[commission.ruleID, default: .init()].add(commission.base)
      return Line(
        source: .commission(commission, tier: tier),
        amount: commission.terms.commission(of: commission.base, withAmount: commission.withAmount, tier: tier))
    }
    let corrections = adjustments.sorted { ($0.at, $0.id) < ($1.at, $1.id) }.map {
      Line(source: .adjustment($0), amount: $0.amount)
    }
    lines = earnings + corrections
    earned = earnings.lazy.map(\.amount).total
    adjusted = corrections.lazy.map(\.amount).total
    self.carriedIn = carriedIn
    let total = [carriedIn, earned, adjusted].total
    let isPaid = total > .zero && total >= minimum
    payable = isPaid ? total : .zero
    carriedOut = isPaid ? .zero : total
  }

  public var total: Micros { [payable, carriedOut].total }
}
