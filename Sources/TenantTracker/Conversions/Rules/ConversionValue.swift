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
  /// What the payout is converted with; nil when it needs no rate or there is none.
  public let rate: AppliedRate?

  /// - Parameter rates: into the tenant's currency, of the conversion's day.
  public init(
    type: ConversionType, status: ConversionStatus, payout: Money, terms: CostTerms, rates: DayRates,
    types: ConversionTypeCatalog = .standard
  ) {
    let (isPaid, traits) = (status == .sale, types[type])
    let converted = rates.converted(payout)
    revenue = isPaid && traits.earns ? converted ?? .zero : .zero
    rate = payout.currency == rates.target ? nil : rates[payout.currency]
    let perSale = terms.model == .cpa ? rates.converted(Money(terms.rate, terms.currency)) : .zero
    switch terms.model {
    case .cpa: cost = isPaid && traits.counts ? perSale ?? .zero : .zero
    case .revshare: cost = terms.rate.percent(of: revenue)
    case .cpc, .cpm, .none: cost = .zero
    }
    isRateMissing = converted == nil || perSale == nil
  }

  /// Without rates: only what is in the tenant's currency counts.
  public init(
    type: ConversionType, status: ConversionStatus, payout: Money, terms: CostTerms, reporting currency: Currency,
    types: ConversionTypeCatalog = .standard
  ) {
    self.init(
      type: type, status: status, payout: payout, terms: terms, rates: DayRates(into: currency), types: types)
  }
}
