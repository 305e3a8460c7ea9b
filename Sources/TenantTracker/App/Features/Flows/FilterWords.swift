import ClickPath

/// Flows and their filters in words.
enum FilterWords {
  static func title(of kind: FlowKind) -> String {
    switch kind {
    case .forced: "Forced"
    case .regular: "Regular"
    case .default: "Default"
    }
  }

  static func title(of binding: Binding) -> String {
    switch binding {
    case .none: "Draw again on every visit"
    case .landing: "Same landing page for 24 hours"
    case .offer: "Same offer for 24 hours"
    case .landingOffer: "Same landing page and offer for 24 hours"
    }
  }

  static func title(of field: FilterField) -> String {
    switch field {
    case .country: "Country"
    case .region: "Region"
    case .city: "City"
    case .isp: "ISP"
    case .connection: "Connection"
    case .ip: "IP address"
    case .device: "Device"
    case .os: "OS"
    case .browser: "Browser"
    case .userAgent: "User agent"
    case .visitor: "Visitor"
    case .language: "Language"
    case .referrer: "Referrer"
    case .referrerDomain: "Referrer domain"
    case .hour: "Hour of day"
    case .weekday: "Day of week"
    case .sub(let number): "Sub\(number)"
    }
  }

  static func title(of op: FilterOperator) -> String {
    switch op {
    case .equals: "is"
    case .notEquals: "is not"
    case .in: "is one of"
    case .notIn: "is not one of"
    case .contains: "contains"
    case .notContains: "does not contain"
    }
  }

  /// What values look like, shown in the empty field.
  static func example(of field: FilterField) -> String {
    switch field {
    case .country: "US, CA, GB"
    case .region: "California, Bavaria"
    case .city: "Berlin, New York"
    case .isp: "Verizon, Deutsche Telekom"
    case .connection: "cellular, broadband"
    case .ip: "203.0.113.42, 2001:db8::/32"
    case .device: "mobile, tablet"
    case .os: "Windows, iOS"
    case .browser: "Chrome, Safari"
    case .userAgent: "FBAN, Instagram"
    case .visitor: "new"
    case .language: "en, pt-BR"
    case .referrer: "https://news.example/page"
    case .referrerDomain: "news.example"
    case .hour: "9-17"
    case .weekday: "mon-fri"
    case .sub: "value"
    }
  }

  /// `Country is US or CA`
  static func text(_ filter: FilterRecord) -> String {
    let field = FilterField(rawValue: filter.field).map { title(of: $0) } ?? filter.field
    let op = FilterOperator(rawValue: filter.op).map { title(of: $0) } ?? filter.op
    let values = filter.values.joined(separator: " or ")
    return "\(field) \(op) \(values)\(filter.zone.map { " (\($0))" } ?? "")"
  }
}
