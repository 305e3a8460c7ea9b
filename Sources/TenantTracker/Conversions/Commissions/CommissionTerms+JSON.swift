public import Core

// As it is stored with a rule and with each commission.
extension CommissionTerms {
  public var json: JSONObject {
    var object: JSONObject = [
      "model": .string(model.rawValue), "amount": JSONValue(rate.amount), "percent": JSONValue(rate.percent),
      "minimum": JSONValue(minimum),
    ]
    object["tier_basis"] = JSONValue(tiers?.basis.rawValue)
    object["tiers"] = .array(
      (tiers?.steps ?? []).map {
        [
          "after": tiers?.basis == .volume ? JSONValue(Micros(rawValue: $0.after)) : .int($0.after),
          "amount": JSONValue($0.rate.amount), "percent": JSONValue($0.rate.percent),
        ]
      })
    return object
  }

  /// What ``json`` made; nil for anything else.
  public init?(_ json: JSONValue, currency: Currency) {
    guard let model = json["model"]?.stringValue.flatMap(Model.init(rawValue:)), let rate = Rate(json),
      let minimum = Micros(json["minimum"])
    else { return nil }
    self.init(model: model, rate: rate, minimum: minimum, currency: currency)
    guard let basis = json["tier_basis"]?.stringValue.flatMap(CommissionTiers.Basis.init(rawValue:)) else { return }
    var steps: [CommissionTiers.Step] = []
    for element in json["tiers"]?.arrayValue ?? [] {
      let after = basis == .count ? element["after"]?.intValue : Micros(element["after"])?.rawValue
      guard let after, let rate = Rate(element) else { return nil }
      steps.append(.init(after: after, rate: rate))
    }
    tiers = CommissionTiers(basis: basis, steps: steps)
  }
}

extension CommissionTerms.Rate {
  fileprivate init?(_ json: JSONValue) {
    guard let amount = Micros(json["amount"]), let percent = Micros(json["percent"]) else { return nil }
    self.init(amount: amount, percent: percent)
  }
}

extension Micros {
  fileprivate init?(_ json: JSONValue?) {
    guard let amount = json?.stringValue.flatMap({ Micros($0) }) else { return nil }
    self = amount
  }
}
