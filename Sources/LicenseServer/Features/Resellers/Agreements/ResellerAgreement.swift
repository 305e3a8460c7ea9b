import Billing
import Core

/// What a reseller may sell, how much of it, and what it pays.
struct ResellerAgreement: Sendable, Hashable {
  var currency: Currency
  var wholesale: WholesalePricing
  /// Slugs, the smallest plan first.
  var plans: [String]
  /// How many licences of its customers may be in use at once, and how many instances they may have together.
  var maxLicenses: Int
  var maxInstances: Int
  /// How many tenants of its customers the vendor hosts at most.
  var maxTenants: Int
  /// Its customers' trackers and its portal carry its brand.
  var whiteLabel: Bool
  /// And need not say whose product it is.
  var mayHidePoweredBy: Bool
  /// How long its customers keep working when it is suspended.
  var graceDays: Int

  var entitlement: ResellerEntitlement {
    ResellerEntitlement(plans: Set(plans), licenses: maxLicenses, instances: maxInstances)
  }

  var grace: Duration { .days(Int64(graceDays)) }

  var json: JSONValue {
    [
      "currency": .string(currency.code), "wholesale": wholesale.json(in: currency), "plans": JSONValue(plans),
      "max_licenses": .int(maxLicenses), "max_instances": .int(maxInstances), "max_tenants": .int(maxTenants),
      "white_label": .bool(whiteLabel), "may_hide_powered_by": .bool(mayHidePoweredBy), "grace_days": .int(graceDays),
    ]
  }
}

/// What a reseller pays for one period of a licence. Amounts are minor units of the agreement's currency.
enum WholesalePricing: Sendable, Hashable {
  enum Kind: String, Sendable, CaseIterable { case percentage, fixed, priceList = "price_list" }

  struct Item: Sendable, Hashable {
    let plan: String
    let period: BillingPeriod
  }

  /// Hundredths of a percent off our list price: 3000 is 30 %.
  case percentage(off: Int)
  /// The same for every plan.
  case fixed([BillingPeriod: Int64])
  case priceList([Item: Int64])

  var kind: Kind {
    switch self {
    case .percentage: .percentage
    case .fixed: .fixed
    case .priceList: .priceList
    }
  }

  /// The wholesale price, rounded half to even to the minor unit; nil when the plan cannot be bought for that period.
  /// - Parameter list: our own price, which a percentage is taken off; nil when there is none in the currency.
  func price(of plan: String, _ period: BillingPeriod, list: Money?, in currency: Currency) throws(MoneyFault) -> Money?
  {
    switch self {
    case .percentage(let off):
      guard let list, list.currency == currency else { return nil }
      return try list.share(Int64(10_000 - off), of: 10_000)
    case .fixed(let amounts): return amounts[period].map { Money(minorUnits: $0, currency: currency) }
    case .priceList(let amounts):
      return amounts[Item(plan: plan, period: period)].map { Money(minorUnits: $0, currency: currency) }
    }
  }

  func json(in currency: Currency) -> JSONValue {
    func price(_ period: BillingPeriod, _ amount: Int64, _ plan: String?) -> JSONValue {
      [
        "plan": JSONValue(plan), "interval": .string(period.rawValue),
        "amount": .string(Money(minorUnits: amount, currency: currency).decimal),
      ]
    }
    var prices: [JSONValue] = []
    var percent: String?
    switch self {
    case .percentage(let off): percent = "\(off / 100).\(off % 100 < 10 ? "0" : "")\(off % 100)"
    case .fixed(let amounts):
      prices = amounts.sorted { $0.key.rawValue < $1.key.rawValue }.map { price($0.key, $0.value, nil) }
    case .priceList(let amounts):
      prices = amounts.sorted { ($0.key.plan, $0.key.period.rawValue) < ($1.key.plan, $1.key.period.rawValue) }
        .map { price($0.key.period, $0.value, $0.key.plan) }
    }
    return ["kind": .string(kind.rawValue), "percent_off": JSONValue(percent), "prices": .array(prices)]
  }
}
