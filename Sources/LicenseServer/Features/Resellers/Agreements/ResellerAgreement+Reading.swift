import Billing
import Core

extension ResellerAgreement {
  /// From the request that makes a reseller; nil when something is wrong, and the reader knows what.
  static func read(from reader: inout FieldReader) throws(Problem) -> ResellerAgreement? {
    let currency = reader.currency("currency")
    let wholesale = try WholesalePricing.read("wholesale", in: currency, isRequired: true, from: &reader)
    let plans = Self.readPlans(from: &reader)
    let licenses = reader.int("max_licenses", range: limits)
    let instances = reader.optionalInt("max_instances", range: limits) ?? nil
    let tenants = reader.optionalInt("max_tenants", range: limits) ?? nil
    let whiteLabel = reader.bool("white_label", default: false)
    let mayHide = reader.bool("may_hide_powered_by", default: false)
    let grace = reader.optionalInt("grace_days", range: graceRange) ?? nil
    if plans == nil, reader.faults.allSatisfy({ $0.field != "plans" }) {
      reader.fault("plans", "required", "is required")
    }
    guard reader.faults.isEmpty, let currency, let wholesale, let plans, let licenses else { return nil }
    return ResellerAgreement(
      currency: currency, wholesale: wholesale, plans: plans, maxLicenses: Int(licenses),
      maxInstances: Int(instances ?? licenses), maxTenants: Int(tenants ?? 0), whiteLabel: whiteLabel,
      mayHidePoweredBy: mayHide, graceDays: Int(grace ?? standardGraceDays))
  }

  static let standardGraceDays: Int64 = 30
  static let limits: ClosedRange<Int64> = 0...1_000_000
  static let graceRange: ClosedRange<Int64> = 1...365

  static func readPlans(from reader: inout FieldReader) -> [String]? {
    guard let plans = reader.optionalStrings("plans", max: 50, length: 50) ?? nil else { return nil }
    if plans.isEmpty { reader.fault("plans", "length", "must name at least one plan") }
    return plans.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  static func readPortalDomain(from reader: inout FieldReader) -> String?? {
    guard let given = reader.optionalString("portal_domain", length: 1...253) else { return nil }
    guard let domain = given?.lowercased() else { return .some(nil) }
    if !Hostname.isValid(domain) || !domain.contains(".") {
      reader.fault("portal_domain", "host", "must be a host name such as licenses.example.com")
    }
    return domain
  }
}

extension ResellerRegister.Changes {
  /// From PATCH. Amounts are the agreement's currency's, which never changes.
  static func read(from reader: inout FieldReader, currency: Currency) throws(Problem) -> Self {
    var changes = Self()
    changes.name = reader.optionalString("name", length: 1...200) ?? nil
    changes.wholesale = try WholesalePricing.read("wholesale", in: currency, isRequired: false, from: &reader)
    changes.plans = ResellerAgreement.readPlans(from: &reader)
    changes.maxLicenses = (reader.optionalInt("max_licenses", range: ResellerAgreement.limits) ?? nil).map { Int($0) }
    changes.maxInstances = (reader.optionalInt("max_instances", range: ResellerAgreement.limits) ?? nil).map { Int($0) }
    changes.maxTenants = (reader.optionalInt("max_tenants", range: ResellerAgreement.limits) ?? nil).map { Int($0) }
    changes.whiteLabel = reader.optionalBool("white_label") ?? nil
    changes.mayHidePoweredBy = reader.optionalBool("may_hide_powered_by") ?? nil
    changes.graceDays = (reader.optionalInt("grace_days", range: ResellerAgreement.graceRange) ?? nil).map { Int($0) }
    changes.portalDomain = ResellerAgreement.readPortalDomain(from: &reader)
    return changes
  }
}

extension WholesalePricing {
  /// `{"kind": "percentage", "percent_off": "30"}`, or `fixed` and `price_list` with
  /// `"prices": [{"plan": "pro", "interval": "month", "amount": "40.00"}]` (a fixed one names no plan).
  static func read(
    _ field: String, in currency: Currency?, isRequired: Bool, from reader: inout FieldReader
  ) throws(Problem) -> WholesalePricing? {
    guard let object = reader.optionalObject(field) ?? nil else {
      if isRequired, reader.faults.allSatisfy({ $0.field != field }) { reader.fault(field, "required", "is required") }
      return nil
    }
    var nested = try FieldReader(object, path: field)
    let kind = nested.oneOf("kind", Kind.allCases.map(\.rawValue)).flatMap(Kind.init)
    let percent = nested.optionalMicros("percent_off", range: .zero...Micros(rawValue: 100_000_000)) ?? nil
    let prices = (nested.optionalArray("prices", max: 100) ?? nil) ?? []
    let pricing: WholesalePricing?
    switch kind {
    case .percentage?:
      let hundredths = percent.map { $0.rawValue.quotientAndRemainder(dividingBy: 10_000) }
      if hundredths == nil { nested.fault("percent_off", "required", "is required for a percentage") }
      if let hundredths, hundredths.remainder != 0 {
        nested.fault("percent_off", "precision", "may have two decimal places")
      }
      pricing = hundredths.map { .percentage(off: Int($0.quotient)) }
    case .fixed?, .priceList?:
      if prices.isEmpty { nested.fault("prices", "required", "must name at least one price") }
      pricing = try read(prices, at: "\(field).prices", of: kind, in: currency, from: &nested)
    case nil: pricing = nil
    }
    let isGood = nested.faults.isEmpty
    reader.adopt(nested)
    return isGood ? pricing : nil
  }

  private static func read(
    _ prices: [JSONValue], at path: String, of kind: Kind?, in currency: Currency?, from reader: inout FieldReader
  ) throws(Problem) -> WholesalePricing? {
    var fixed: [BillingPeriod: Int64] = [:]
    var list: [Item: Int64] = [:]
    for (index, price) in prices.enumerated() {
      var nested = try FieldReader(price, path: "\(path)[\(index)]")
      let plan = nested.optionalString("plan", length: 1...50) ?? nil
      let period = nested.oneOf("interval", BillingPeriod.allCases.map(\.rawValue)).flatMap(BillingPeriod.init)
      let amount = currency.flatMap { nested.minorUnits("amount", in: $0) }
      if kind == .priceList, plan == nil { nested.fault("plan", "required", "is required in a price list") }
      if kind == .fixed, plan != nil { nested.fault("plan", "unknown_field", "a fixed price is that of every plan") }
      reader.adopt(nested)
      guard let period, let amount else { continue }
      if let plan { list[Item(plan: plan, period: period)] = amount } else { fixed[period] = amount }
    }
    return kind == .fixed ? .fixed(fixed) : .priceList(list)
  }
}

extension FieldReader {
  /// An amount such as `"40.00"`, in the currency's minor units; at most a hundred million.
  mutating func minorUnits(_ name: String, in currency: Currency) -> Int64? {
    guard let given = value(name), !given.isNull else {
      fault(name, "required", "is required")
      return nil
    }
    let literal: String? =
      switch given {
      case .string(let text): text.trimmed
      case .number(let text): text
      default: nil
      }
    guard let money = literal.flatMap({ Money(decimal: $0, currency: currency) }), money.minorUnits >= 0,
      money.minorUnits <= 10_000_000_000
    else {
      fault(name, "amount", "must be an amount such as \"40.00\"")
      return nil
    }
    return money.minorUnits
  }

  mutating func optionalMinorUnits(_ name: String, in currency: Currency) -> Int64? {
    guard let given = value(name), !given.isNull else { return nil }
    return minorUnits(name, in: currency)
  }
}
