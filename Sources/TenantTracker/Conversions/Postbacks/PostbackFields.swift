import Core

/// The parameters of a hit that mean something to us, by lower-case name. What is sent in the body replaces the query's
/// parameter of the same name; of a name sent twice in one place, the first that is not empty counts.
struct PostbackFields {
  struct Field: Hashable {
    /// As the network spelt it, for messages.
    let name: String
    let value: String
  }

  private var fields: [String: Field] = [:]

  /// No alias is longer than this, even with every character percent-encoded.
  private static let longestEncodedName = 96

  init(_ hit: PostbackHit) throws(PostbackFault) {
    if hit.method == .post, !hit.body.isEmpty { try takeBody(hit) }
    takePairs(hit.query.utf8)
  }

  subscript(name: String) -> Field? { fields[name] }

  /// The first parameter of a role that has a value.
  func first(_ role: PostbackRole) -> Field? {
    for name in role.names {
      if let field = fields[name] { return field }
    }
    return nil
  }

  private mutating func takeBody(_ hit: PostbackHit) throws(PostbackFault) {
    let type = hit.contentType.map { $0.prefix { $0 != ";" }.trimmed.lowercased() } ?? ""
    if type == "multipart/form-data" {
      guard let boundary = MultipartFields.boundary(of: hit.contentType ?? "") else {
        throw .badBody(reason: "the multipart boundary is missing")
      }
      for part in MultipartFields(hit.body, boundary: boundary).parts { take(part.name, Self.text(part.value)) }
    } else if type == "application/json" || type.hasSuffix("+json")
      || (type != Self.formType && looksLikeJSON(hit.body))
    {
      try takeJSON(hit.body)
    } else {
      takePairs(hit.body)
    }
  }

  private static let formType = "application/x-www-form-urlencoded"

  /// For the many clients that send JSON as `text/plain` or without saying what it is.
  private func looksLikeJSON(_ body: [UInt8]) -> Bool {
    body.first { !($0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D) } == UInt8(ascii: "{")
  }

  /// `a=b&c=d`: only names that could be ours are decoded, so a query of any length costs one walk over it.
  private mutating func takePairs(_ encoded: some Collection<UInt8>) {
    for pair in encoded.split(separator: UInt8(ascii: "&")) {
      guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = pair[..<equals]
      guard name.count <= Self.longestEncodedName else { continue }
      let value = pair[pair.index(after: equals)...]
      let decodedName = Self.text(PercentCoding.decodedBytes(name))
      guard isWanted(decodedName) else { continue }
      take(decodedName, Self.text(PercentCoding.decodedBytes(value)))
    }
  }

  private mutating func takeJSON(_ body: [UInt8]) throws(PostbackFault) {
    let document: JSONValue
    do {
      let text = String(validating: body, as: UTF8.self).map { _ in body } ?? Array(Self.text(body).utf8)
      document = try JSONValue.parse(text, keepsRepeatedKeys: true)
    } catch {
      throw .badBody(reason: "it is no JSON, \(error)")
    }
    guard let object = document.objectValue else { throw .badBody(reason: "it must be one JSON object") }
    for member in object.members {
      switch member.value {
      case .string(let text): take(member.key, text)
      case .number(let literal): take(member.key, literal)
      case .bool(let flag): take(member.key, flag ? "true" : "false")
      case .null, .array, .object: break
      }
    }
  }

  private func isWanted(_ name: String) -> Bool {
    let key = name.lowercased()
    return fields[key] == nil && PostbackRole.allNames.contains(key)
  }

  private mutating func take(_ name: String, _ value: String) {
    guard isWanted(name) else { return }
    // Postgres has no NUL in text.
    let value = value.replacing("\0", with: "\u{FFFD}").trimmed
    if !value.isEmpty { fields[name.lowercased()] = Field(name: name, value: value) }
  }

  /// UTF-8, or else Latin-1: two different values in an old 8-bit encoding must not both become U+FFFD.
  private static func text(_ bytes: some Collection<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
    return String(text)
  }
}
