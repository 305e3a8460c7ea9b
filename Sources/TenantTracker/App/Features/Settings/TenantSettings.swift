import Core

/// What a tenant decides for all its campaigns.
struct TenantSettings: Sendable {
  /// Reports are in it; new campaigns and offers start with it.
  var currency = Currency.usd
  /// IANA name; reports' days are its days unless asked otherwise.
  var timeZone = "UTC"
  /// How long a visitor is not unique again.
  var uniquenessHours: Int64 = 24
  /// Cut visitors' addresses (the last octet of IPv4, all but 48 bits of IPv6) before anything is stored.
  var anonymizesAddresses = false

  /// How long inbound postbacks are kept as they came.
  var postbackLogDays: Int64 = 90

  static let postbackLogRange: ClosedRange<Int64> = 1...1_000
  static let uniquenessRange: ClosedRange<Int64> = 1...8_760

  var json: JSONValue {
    [
      "currency": .string(currency.code), "timezone": .string(timeZone), "uniqueness_hours": .int(uniquenessHours),
      "anonymize_ip": .bool(anonymizesAddresses), "postback_log_days": .int(postbackLogDays),
    ]
  }

  mutating func take(_ key: String, _ value: JSONValue) {
    switch key {
    case "currency": currency = value.stringValue.flatMap { Currency($0) } ?? currency
    case "timezone": timeZone = value.stringValue ?? timeZone
    case "uniqueness_hours": uniquenessHours = value.intValue ?? uniquenessHours
    case "anonymize_ip": anonymizesAddresses = value.boolValue ?? anonymizesAddresses
    case "postback_log_days": postbackLogDays = value.intValue ?? postbackLogDays
    default: break
    }
  }
}
