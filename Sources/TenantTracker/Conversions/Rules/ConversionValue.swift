public import Core

/// What a campaign's traffic costs, as far as conversions are concerned.
public struct CostTerms: Sendable, Hashable {
  public enum Model: String, Sendable, Hashable {
    case cpc, cpm, cpa, revshare, none
  }

  public var model: Model
  /// Of money per conversion, or percent for ``Model/revshare``.
  public var rate: Micros
  public var currency: Currency

  public init(model: Model, rate: Micros, currency: Currency) {
    self.model = model
    self.rate = rate
    self.currency = currency
  }

  public static func free(in currency: Currency) -> CostTerms {
    CostTerms(model: .none, rate: .zero, currency: currency)
  }
}

/// What a conversion adds to a report, in the tenant's currency.
public struct ConversionValue: Sendable, Hashable {
  /// The payout, while the status is sale.
  public let revenue: Micros
  /// What the traffic source gets for it under CPA or RevShare.
  public let cost: Micros
  /// There is an amount in another currency and no rate to convert it: it counts as 0 until there is one.
  public let isRateMissing: Bool

  public init(
    type: ConversionType, status: ConversionStatus, payout: Money, terms: CostTerms, reporting currency: Currency
  ) {
    let isPaid = status == .sale
    let isConvertible = payout.currency == currency || payout.amount == .zero
    revenue = isPaid && isConvertible ? payout.amount : .zero
    let isCostConvertible = terms.model != .cpa || terms.currency == currency || terms.rate == .zero
    switch terms.model {
    case .cpa: cost = isPaid && type == .sale && isCostConvertible ? terms.rate : .zero
    case .revshare: cost = Self.percent(terms.rate, of: revenue)
    case .cpc, .cpm, .none: cost = .zero
    }
    isRateMissing = !isConvertible || !isCostConvertible
  }

  /// Rounded half to even.
  private static func percent(_ percent: Micros, of amount: Micros) -> Micros {
    let hundred: Int128 = 100_000_000
    let (quotient, remainder) = (Int128(amount.rawValue) * Int128(percent.rawValue)).quotientAndRemainder(
      dividingBy: hundred)
    let isUp = remainder * 2 > hundred || (remainder * 2 == hundred && !quotient.isMultiple(of: 2))
    return Micros(rawValue: Int64(clamping: quotient + (isUp ? 1 : 0)))
  }
}
