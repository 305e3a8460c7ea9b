import Core
import Testing

/// What an optional reader says of a field.
enum Reading: Equatable {
  case absent, null, value

  init<T>(_ answer: T??) {
    switch answer {
    case .none: self = .absent
    case .some(.none): self = .null
    case .some(.some): self = .value
    }
  }
}

/// One type of field: how it is read, what passes, what is refused with which code.
struct FieldType: Sendable, CustomTestStringConvertible {
  let name: String
  var required: (@Sendable (inout FieldReader) -> Bool)?
  let optional: @Sendable (inout FieldReader) -> Reading
  let good: [JSONValue]
  let bad: [(value: JSONValue, code: String)]

  var testDescription: String { name }

  static let all: [FieldType] = [
    FieldType(
      name: "string", required: { $0.string("f", length: 2...4) != nil },
      optional: { Reading($0.optionalString("f", length: 2...4)) }, good: ["ab", "abcd", " ab ", "😀😀😀😀"],
      bad: [
        (1, "type"), (true, "type"), ([], "type"), ([:], "type"), ("a", "length"), ("abcde", "length"),
        ("", "required"),
        ("   ", "required"), ("a\u{0}b", "invalid"),
      ]),
    FieldType(
      name: "oneOf", required: { $0.oneOf("f", ["cpc", "cpa"]) != nil },
      optional: { Reading($0.optionalOneOf("f", ["cpc", "cpa"])) }, good: ["cpc", "cpa"],
      bad: [("CPC", "choice"), ("", "choice"), (1, "choice"), (["cpc"], "choice")]),
    FieldType(
      name: "int", required: { $0.int("f", range: 1...10) != nil },
      optional: { Reading($0.optionalInt("f", range: 1...10)) }, good: [1, 10],
      bad: [
        ("1", "type"), (.number("1.0"), "type"), (.number("1e1"), "type"), (true, "type"), (0, "range"), (11, "range"),
        (.number("99999999999999999999"), "type"),
      ]),
    FieldType(
      name: "bool", required: nil, optional: { Reading($0.optionalBool("f")) }, good: [true, false],
      bad: [(0, "type"), (1, "type"), ("true", "type"), ([], "type")]),
    FieldType(
      name: "micros", required: { $0.micros("f") != nil }, optional: { Reading($0.optionalMicros("f")) },
      good: ["10.50", "10,5", 3, .number("0.1"), "0", 1_000_000_000],
      bad: [
        ("", "amount"), ("x", "amount"), (true, "amount"), (.number("1e2"), "amount"), ("-1", "range"),
        ("1000000000.01", "range"), ("1e400", "amount"), ([1], "amount"),
      ]),
    FieldType(
      name: "currency", required: { $0.currency("f") != nil }, optional: { Reading($0.optionalCurrency("f")) },
      good: ["usd", "EUR"], bad: [("", "currency"), ("US", "currency"), (840, "currency")]),
    FieldType(
      name: "email", required: { $0.email("f") != nil }, optional: { Reading($0.optionalEmail("f")) },
      good: ["a@example.com", " A@Example.com "], bad: [("", "email"), ("a", "email"), ("a@", "email"), (1, "email")]),
    FieldType(
      name: "url", required: { $0.url("f") != nil }, optional: { Reading($0.optionalURL("f")) },
      good: ["https://a.test/?x={click_id}", " http://a.test "],
      bad: [("", "url"), ("/path", "url"), ("ftp://a.test", "url"), ("javascript:alert(1)", "url"), (1, "url")]),
    FieldType(
      name: "timestamp", required: { $0.timestamp("f") != nil }, optional: { Reading($0.optionalTimestamp("f")) },
      good: ["2026-11-21T10:00:00Z"],
      bad: [("", "timestamp"), ("2026-11-21", "timestamp"), (1_795_255_200, "timestamp")]),
    FieldType(
      name: "array", required: { $0.array("f", max: 2) != nil }, optional: { Reading($0.optionalArray("f", max: 2)) },
      good: [[], [1, "x"]], bad: [("[]", "type"), ([:], "type"), ([1, 2, 3], "length")]),
    FieldType(
      name: "strings", required: nil, optional: { Reading($0.optionalStrings("f", max: 2, length: 3)) },
      good: [[], ["a", "abc"], [" a "]],
      bad: [
        ("a", "type"), ([1], "type"), (["a", nil], "type"), ([""], "type"), (["  "], "type"), (["abcd"], "type"),
        (["a", "b", "c"], "length"), (["a\u{0}"], "type"),
      ]),
    FieldType(
      name: "object", required: nil, optional: { Reading($0.optionalObject("f")) }, good: [[:], ["x": 1]],
      bad: [([], "type"), ("{}", "type"), (1, "type")]),
  ]
}

@Suite struct FieldReaderTypeTests {
  @Test(arguments: FieldType.all)
  func aRequiredFieldMustBeThere(type: FieldType) throws {
    guard let required = type.required else { return }
    for document: JSONValue in [[:], ["f": nil]] {
      var fields = try FieldReader(document)
      #expect(!required(&fields))
      #expect(fields.faults.map(\.code) == ["required"])
      #expect(fields.faults.map(\.field) == ["f"])
    }
  }

  @Test(arguments: FieldType.all)
  func anOptionalFieldMayBeAbsentOrNull(type: FieldType) throws {
    var absent = try FieldReader([:])
    #expect(type.optional(&absent) == .absent)
    try absent.finish()
    var null = try FieldReader(["f": nil])
    #expect(type.optional(&null) == .null)
    try null.finish()
  }

  @Test(arguments: FieldType.all)
  func goodValuesPass(type: FieldType) throws {
    for value in type.good {
      var fields = try FieldReader(["f": value])
      #expect(type.optional(&fields) == .value, "\(value.text)")
      #expect(type.required?(&fields) ?? true)
      try fields.finish()
    }
  }

  @Test(arguments: FieldType.all)
  func badValuesAreOneFaultWithItsCode(type: FieldType) throws {
    for (value, code) in type.bad {
      var optional = try FieldReader(["f": value])
      #expect(type.optional(&optional) == .null, "\(value.text)")
      #expect(optional.faults.map(\.code) == [code], "\(value.text)")
      guard let required = type.required else { continue }
      var fields = try FieldReader(["f": value])
      #expect(!required(&fields))
      #expect(fields.faults == optional.faults)
    }
  }

  @Test func valuesComeAsTheirTypes() throws {
    var fields = try FieldReader([
      "text": " a ", "raw": " a ", "n": -3, "cost": .number("0.10"), "c": "eur", "e": "A@B.example",
      "u": " http://h.test ",
      "t": "2026-11-21T10:00:00Z", "tags": [" x ", "y"], "flag": nil,
    ])
    #expect(fields.string("text") == "a")
    #expect(fields.string("raw", trim: false) == " a ")
    #expect(fields.int("n", range: -3...3) == -3)
    #expect(fields.micros("cost") == Micros(rawValue: 100_000))
    #expect(fields.currency("c") == .eur)
    #expect(fields.email("e")?.description == "a@b.example")
    #expect(fields.url("u") == "http://h.test")
    #expect(fields.timestamp("t") == Timestamp(seconds: 1_795_255_200))
    #expect(fields.optionalStrings("tags") == ["x", "y"])
    #expect(fields.bool("flag", default: true) == true)
    try fields.finish()
  }

  @Test func anEmptyOptionalTextIsAValue() throws {
    var fields = try FieldReader(["note": ""])
    #expect(fields.optionalString("note") == .some(.some("")))
    try fields.finish()
  }

  @Test func messagesNameTheBounds() throws {
    var fields = try FieldReader(["a": "x", "b": 0, "c": 7, "d": "-1"])
    _ = fields.string("a", length: 2...2)
    _ = fields.int("b", range: 1...Int64.max)
    _ = fields.int("c", range: 1...5)
    _ = fields.micros("d")
    #expect(
      fields.faults.map(\.message) == [
        "must have 2 characters", "must be at least 1", "must be 1 to 5", "must be 0.00 to 1000000000.00",
      ])
  }
}
