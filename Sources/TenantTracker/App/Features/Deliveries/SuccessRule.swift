import Core
import Web

/// What an answer's body must say for a postback to have arrived: many platforms answer 200 with an error in it.
enum SuccessRule: Sendable, Hashable {
  case contains(String)
  /// ExoClick: `ERROR:`.
  case lacks(String)
  /// TikTok: `code` is `0`. The path's steps are keys and indexes.
  case json(path: [String], equals: String)

  private enum Kind: String, CaseIterable { case contains, lacks = "not_contains", json }

  static let kinds = Kind.allCases.map(\.rawValue)

  /// Why the answer is none of success; nil when it is one.
  func problem(with body: [UInt8]) -> String? {
    switch self {
    case .contains(let text):
      return String(decoding: body, as: UTF8.self).contains(text) ? nil : "The answer does not contain \(text)."
    case .lacks(let text):
      return String(decoding: body, as: UTF8.self).contains(text) ? "The answer contains \(text)." : nil
    case .json(let path, let expected):
      let name = path.joined(separator: ".")
      guard var value = try? JSONValue.parse(body) else { return "The answer is no JSON, so it has no \(name)." }
      for step in path {
        let next =
          value[step]
          ?? Int(step).flatMap { index in
            value.arrayValue.flatMap { $0.indices.contains(index) ? $0[index] : nil }
          }
        guard let next else { return "The answer has no \(name)." }
        value = next
      }
      let found = Self.text(value)
      return found == expected ? nil : "\(name) in the answer is \(found.prefix(100)), not \(expected)."
    }
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .string(let text), .number(let text): text
    case .bool(let flag): flag ? "true" : "false"
    default: value.text
    }
  }

  // As stored and in the API: `{"kind": "json", "path": "code", "value": "0"}`

  var json: JSONValue {
    switch self {
    case .contains(let text): ["kind": .string(Kind.contains.rawValue), "path": nil, "value": .string(text)]
    case .lacks(let text): ["kind": .string(Kind.lacks.rawValue), "path": nil, "value": .string(text)]
    case .json(let path, let value):
      [
        "kind": .string(Kind.json.rawValue), "path": .string(path.joined(separator: ".")), "value": .string(value),
      ]
    }
  }

  init?(_ json: JSONValue?) {
    guard let kind = json?["kind"]?.stringValue.flatMap(Kind.init(rawValue:)), let value = json?["value"]?.stringValue
    else { return nil }
    self.init(kind, path: json?["path"]?.stringValue ?? "", value)
  }

  private init?(_ kind: Kind, path: String, _ value: String) {
    switch kind {
    case .contains where !value.isEmpty: self = .contains(value)
    case .lacks where !value.isEmpty: self = .lacks(value)
    case .json:
      let steps = path.split(separator: ".").map(String.init)
      guard !steps.isEmpty else { return nil }
      self = .json(path: steps, equals: value)
    default: return nil
    }
  }

  /// Reads `success`; faults are told of `success.kind` and so on.
  /// - Returns: nil when it is absent, `.some(nil)` for "any 2xx".
  static func read(_ fields: inout FieldReader) throws(Problem) -> SuccessRule?? {
    guard let object = fields.optionalObject("success") else { return nil }
    guard let object else { return .some(nil) }
    guard let kind = object["kind"]?.stringValue.flatMap(Kind.init(rawValue:)) else {
      fields.fault("success.kind", "choice", "must be one of \(kinds.joined(separator: ", "))")
      return nil
    }
    let path = object["path"]?.stringValue ?? ""
    guard let value = object["value"].map(text), value.count <= 200, path.count <= 200 else {
      fields.fault("success.value", "required", "must be a text of at most 200 characters")
      return nil
    }
    guard let rule = SuccessRule(kind, path: path, value) else {
      fields.fault(kind == .json ? "success.path" : "success.value", "required", "must not be empty")
      return nil
    }
    return rule
  }

  static let schema = Schema.object([
    .required("kind", .choice(kinds)),
    .optional("path", .string.nullable.described("For `json`: the way to the value, `data.code`.")),
    .required("value", .string),
  ])
}
