import ClickPath
import Core
import Web

extension SimulatedVisitor {
  /// A question's visitor as the API takes it.
  /// - Parameter now: when nothing else is said.
  static func read(_ fields: inout FieldReader, now: Timestamp) -> SimulatedVisitor {
    var visitor = SimulatedVisitor(at: now)
    if let time = fields.optionalTimestamp("time") ?? nil { visitor.at = time }
    visitor.country = country(&fields)
    visitor.region = text("region", &fields)
    visitor.city = text("city", &fields)
    visitor.isp = text("isp", &fields)
    visitor.connection = text("connection", &fields)
    visitor.device = text("device", &fields)
    visitor.os = text("os", &fields)
    visitor.browser = text("browser", &fields)
    visitor.language = text("language", &fields)
    visitor.referrer = text("referrer", &fields, limit: 2_048)
    visitor.userAgent = text("user_agent", &fields, limit: 1_024)
    if let address = text("ip", &fields) {
      visitor.address = IPAddress(address)
      if visitor.address == nil { fields.fault("ip", "invalid", "must be an IPv4 or IPv6 address") }
    }
    for number in SubIDs.numbers { visitor.subs[number] = text("sub\(number)", &fields, limit: 512) }
    let history = fields.optionalOneOf("visitor", VisitorHistory.allCases.map(\.rawValue)) ?? nil
    visitor.history = history.flatMap(VisitorHistory.init(rawValue:)) ?? .new
    return visitor
  }

  private static func text(_ name: String, _ fields: inout FieldReader, limit: Int = 255) -> String? {
    guard let text = fields.optionalString(name, length: 0...limit) ?? nil, !text.isEmpty else { return nil }
    return text
  }

  private static func country(_ fields: inout FieldReader) -> String? {
    guard let code = text("country", &fields) else { return nil }
    guard code.utf8.count == 2, code.utf8.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) }) else {
      fields.fault("country", "invalid", "must be a two-letter country code")
      return nil
    }
    return code.uppercased()
  }

  static let schema: [Schema.Property] =
    [
      .optional("country", .string.nullable.described("Two letters.")), .optional("region", .string.nullable),
      .optional("city", .string.nullable), .optional("isp", .string.nullable),
      .optional("connection", .string.nullable),
      .optional("device", .string.nullable), .optional("os", .string.nullable), .optional("browser", .string.nullable),
      .optional("language", .string.nullable.described("As in Accept-Language: de-AT,de;q=0.9")),
      .optional("referrer", .string.nullable),
      .optional("ip", .string.nullable.described("Tells the place, unless a country is given.")),
      .optional("user_agent", .string.nullable.described("Tells device, OS and browser, unless they are given.")),
      .optional("time", .timestamp.nullable.described("Now if absent.")),
      .optional("visitor", .choice(VisitorHistory.allCases.map(\.rawValue)).nullable.described("`new` if absent.")),
    ] + SubIDs.numbers.map { .optional("sub\($0)", .string.nullable) }
}
