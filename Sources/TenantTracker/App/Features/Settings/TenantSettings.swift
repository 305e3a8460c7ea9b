import Core

/// What a tenant decides for all its campaigns.
struct TenantSettings: Sendable {
  /// Reports are in it; new campaigns and offers start with it.
  var currency = Currency.usd
  /// IANA name; reports' days are its days unless asked otherwise.
  var timeZone = "UTC"

  var json: JSONValue {
    ["currency": .string(currency.code), "timezone": .string(timeZone)]
  }

  mutating func take(_ key: String, _ value: JSONValue) {
    switch key {
    case "currency": currency = value.stringValue.flatMap { Currency($0) } ?? currency
    case "timezone": timeZone = value.stringValue ?? timeZone
    default: break
    }
  }
}
