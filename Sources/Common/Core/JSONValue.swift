/// A JSON document. Numbers keep their exact text and objects their order, so money is never a binary float.
public indirect enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// The literal as written, for instance `25.00`.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  public static func int(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

  /// Finite doubles only; anything else is null, as JSON has no word for it.
  public static func double(_ value: Double) -> JSONValue { value.isFinite ? .number("\(value)") : .null }

  public init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
  public init(_ value: (some BinaryInteger)?) { self = value.map { JSONValue.int($0) } ?? .null }
  public init(_ value: Bool?) { self = value.map(JSONValue.bool) ?? .null }
  public init(_ value: Timestamp?) { self.init(value?.rfc3339) }
  public init(_ value: LocalDate?) { self.init(value?.description) }
  /// A decimal string: money is never a JSON number in our answers.
  public init(_ value: Micros?) { self.init(value?.description) }
  public init(_ value: UUIDv7?) { self.init(value?.description) }
  public init(_ value: Currency?) { self.init(value?.code) }
  public init(_ value: [String]) { self = .array(value.map(JSONValue.string)) }
  public init(_ value: [Int64]) { self = .array(value.map { JSONValue.int($0) }) }

  public static func optional(_ value: JSONValue?) -> JSONValue { value ?? .null }

  public subscript(key: String) -> JSONValue? { objectValue?[key] }

  public var isNull: Bool { self == .null }
  public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }
  /// A number without fraction or exponent that fits.
  public var intValue: Int64? { if case .number(let text) = self { Int64(text) } else { nil } }
  public var doubleValue: Double? { if case .number(let text) = self { Double(text) } else { nil } }
}

/// The members of a JSON object in the order they were written.
public struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  public struct Member: Sendable, Hashable {
    public let key: String
    public var value: JSONValue
  }

  public private(set) var members: [Member] = []

  public init() {}

  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    members = elements.map { Member(key: $0.0, value: $0.1) }
  }

  /// Setting nil removes the member.
  public subscript(key: String) -> JSONValue? {
    get { members.first { $0.key == key }?.value }
    set {
      let index = members.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(key: key, value: value))
      case (nil, nil): break
      }
    }
  }

  /// The same members, in their order, with other values.
  public func mapValues(_ transform: (Member) -> JSONValue) -> JSONObject {
    var object = self
    for index in members.indices { object.members[index].value = transform(members[index]) }
    return object
  }

  /// Adds a member the caller knows to be new.
  mutating func append(_ key: String, _ value: JSONValue) { members.append(Member(key: key, value: value)) }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object.append(key, value) }
    self = .object(object)
  }
}
