/// What a flow's filter may look at. The raw value is its name in the API.
public enum FilterField: Hashable, Sendable {
  case country, region, city, isp, connection, ip, device, os, browser, userAgent, language, referrer, referrerDomain
  case visitor, hour, weekday
  /// 1...30.
  case sub(Int)

  public static let all: [FilterField] =
    [
      .country, .region, .city, .isp, .connection, .ip, .device, .os, .browser, .userAgent, .language, .referrer,
      .referrerDomain, .visitor, .hour, .weekday,
    ] + SubIDs.numbers.map(FilterField.sub)

  /// The operators that make sense for the field, in the order to offer them.
  public var operators: [FilterOperator] {
    switch self {
    case .country, .connection, .ip, .device, .language, .hour, .weekday: [.equals, .notEquals, .in, .notIn]
    case .visitor: [.equals, .notEquals]
    case .userAgent: [.contains, .notContains]
    case .region, .city, .isp, .os, .browser, .referrer, .referrerDomain, .sub: FilterOperator.allCases
    }
  }
}

extension FilterField: RawRepresentable {
  public init?(rawValue: String) {
    if rawValue.hasPrefix("sub"), let number = Int(rawValue.dropFirst(3)), SubIDs.numbers.contains(number),
      rawValue.utf8.count == 3 + String(number).utf8.count
    {
      self = .sub(number)
      return
    }
    guard let field = FilterField.all.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = field
  }

  public var rawValue: String {
    switch self {
    case .country: "country"
    case .region: "region"
    case .city: "city"
    case .isp: "isp"
    case .connection: "connection"
    case .ip: "ip"
    case .userAgent: "user_agent"
    case .visitor: "visitor"
    case .device: "device"
    case .os: "os"
    case .browser: "browser"
    case .language: "language"
    case .referrer: "referrer"
    case .referrerDomain: "referrer_domain"
    case .hour: "hour"
    case .weekday: "weekday"
    case .sub(let number): "sub\(number)"
    }
  }
}

/// How a filter compares. `equals` and `in` are one comparison with one or several values; so are their negations.
public enum FilterOperator: String, Hashable, Sendable, CaseIterable {
  case equals
  case notEquals = "not_equals"
  case `in`
  case notIn = "not_in"
  case contains
  case notContains = "not_contains"

  var isNegated: Bool {
    switch self {
    case .notEquals, .notIn, .notContains: true
    case .equals, .in, .contains: false
    }
  }

  var comparesParts: Bool { self == .contains || self == .notContains }
}
