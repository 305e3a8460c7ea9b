import Core
import Testing

@testable import TenantTracker

@Suite struct JSONPiecesTests {
  private func list(_ text: String, limit: Int = 100) throws -> [String] {
    let bytes = Array(text.utf8)
    var pieces = JSONPieces(bytes, limit: limit)
    return try pieces.list().map { String(decoding: bytes[$0], as: UTF8.self).trimmed }
  }

  @Test func aListIsCutIntoItsElements() throws {
    #expect(try list(" [ ] ") == [])
    #expect(
      try list("\u{FEFF}[1, {\"a\":[1,2],\"b\":\"x,]}\\\"\"} ,[[]],\"]\"]") == [
        "1", "{\"a\":[1,2],\"b\":\"x,]}\\\"\"}", "[[]]", "\"]\"",
      ])
  }

  @Test func whatIsNoListIsToldWithItsPlace() {
    for (text, offset) in [
      ("", 0), ("{}", 0), ("[1", 2), ("[1,]", 3), ("[,1]", 1), ("[1] x", 4), ("[\"a]", 1), ("[[1]", 4), ("[1 2", 4),
    ] {
      #expect(throws: ImportFileFault.self, "\(text)") { try list(text) }
      var pieces = JSONPieces(Array(text.utf8), limit: 9)
      do throws(ImportFileFault) { _ = try pieces.list() } catch { #expect(error.offset == offset, "\(text)") }
    }
  }

  @Test func tooManyElementsAreNotReadToTheEnd() throws {
    #expect(try list("[1,2,3,4,5", limit: 3).count == 4)
    var pieces = JSONPieces(Array("{\"a\":[1,2],\"b\":[3,4,5,6".utf8), limit: 3)
    #expect(try pieces.lists().map(\.elements.count) == [2, 2])
  }

  @Test func listsAreFoundByTheirKeys() throws {
    var pieces = JSONPieces(Array("{ \"offers\" : [ {} ] , \"f\\u006cows\":[]}".utf8), limit: 3)
    #expect(try pieces.lists().map(\.key) == ["offers", "flows"])
    for text in ["{\"a\":1}", "{\"a\":[],\"a\":[]}", "{\"a\":[],}", "{a:[]}", "[]", "{\"a\":[]}]"] {
      #expect(throws: ImportFileFault.self, "\(text)") {
        var pieces = JSONPieces(Array(text.utf8), limit: 3)
        _ = try pieces.lists()
      }
    }
  }

  @Test func aPlaceIsLineAndColumnInCharacters() {
    let bytes = Array("[\n \"é\", x]".utf8)
    let problem = ImportFileFault(offset: 8, reason: "unexpected character").problem(in: bytes, code: "malformed_json")
    #expect(problem.status == 400 && problem.extra["line"] == 2 && problem.extra["column"] == 6)
    #expect(problem.detail == "Line 2, column 6 (byte 8): unexpected character.")
  }

  /// Every document that parses is cut into elements that parse to the same list.
  @Test func piecesParseToWhatTheDocumentParsesTo() throws {
    var random = SeededGeneratorOfJSON(seed: 5)
    for _ in 0..<1_000 {
      let document = JSONValue.array((0..<random.number(0...5)).map { _ in random.value(depth: 3) })
      let bytes = document.utf8
      var pieces = JSONPieces(bytes, limit: 10)
      let elements = try pieces.list().map { try JSONValue.parse(bytes[$0]) }
      #expect(JSONValue.array(elements) == document)
    }
  }
}

/// Made-up documents, the same for the same seed.
private struct SeededGeneratorOfJSON: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func value(depth: Int) -> JSONValue {
    switch number(0...(depth > 0 ? 5 : 3)) {
    case 0: return .null
    case 1: return .int(number(-5...5))
    case 2: return .string(["", "]", "}", ",", "\"", "\\", "a\"]", "é"][number(0...7)])
    case 3: return .bool(true)
    case 4: return .array((0..<number(0...3)).map { _ in value(depth: depth - 1) })
    default:
      var object = JSONObject()
      for key in 0..<number(0...3) { object["k\(key)]"] = value(depth: depth - 1) }
      return .object(object)
    }
  }
}
