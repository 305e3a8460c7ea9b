import Core
import Web

/// The choices of the builder, and the URL that follows from them.
struct PostbackBuilder: Sendable {
  var template: NetworkTemplate
  /// Nil: of the tenant, for every network.
  var network: Network?
  /// Where it leads: scheme and host.
  var base: String
  var usesKey: Bool
  var parts: [PostbackPart]
  /// The network's macros where they differ from its template's.
  var macros: [PostbackPart: String] = [:]

  static let standardParts: [PostbackPart] = [.clickID, .payout, .transactionID]

  func macro(_ part: PostbackPart) -> String? {
    let own = macros[part].flatMap { $0.isEmpty ? nil : $0 }
    return own ?? template.macros[part]
  }

  var path: String { usesKey ? network.map { "/postback/\($0.postbackKey)" } ?? "/postback" : "/postback" }

  /// Macros stay as the network writes them; a number sign would end the query, so CAKE's are left to CAKE to replace.
  var url: String {
    let pairs = parts.compactMap { part in macro(part).map { "\(part.parameter)=\($0)" } }
    return "\(base)\(path)?\(pairs.joined(separator: "&"))"
  }

  /// With values in the place of macros.
  func testQuery(_ values: [PostbackPart: String]) -> String {
    parts.compactMap { part in
      guard let value = values[part], !value.isEmpty else { return nil }
      return "\(part.parameter)=\(PercentCoding.encodeComponent(value))"
    }.joined(separator: "&")
  }

  /// What the offer's URL needs, so that the network has our click id to send back.
  var offerParameter: String { "\(template.linkParameter)={click_id}" }
}
