import Core

/// Parameters as Stripe takes them: a form whose names nest in brackets, `items[0][price]=price_1`.
/// https://docs.stripe.com/api
enum StripeForm {
  /// Objects and lists become brackets, null becomes empty, which unsets a field there.
  static func encode(_ fields: JSONObject) -> String {
    var pairs: [String] = []
    for member in fields.members { append(member.value, under: member.key, to: &pairs) }
    return pairs.joined(separator: "&")
  }

  private static func append(_ value: JSONValue, under name: String, to pairs: inout [String]) {
    switch value {
    case .null: add(name, "", to: &pairs)
    case .bool(let flag): add(name, flag ? "true" : "false", to: &pairs)
    case .number(let literal): add(name, literal, to: &pairs)
    case .string(let text): add(name, text, to: &pairs)
    case .array(let elements):
      for (index, element) in elements.enumerated() { append(element, under: "\(name)[\(index)]", to: &pairs) }
    case .object(let object):
      for member in object.members { append(member.value, under: "\(name)[\(member.key)]", to: &pairs) }
    }
  }

  private static func add(_ name: String, _ text: String, to pairs: inout [String]) {
    pairs.append("\(PercentCoding.encodeComponent(name))=\(PercentCoding.encodeComponent(text))")
  }
}
