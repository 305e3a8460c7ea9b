import Core
import FoundationEssentials
import Testing

@Suite struct JSONTextTests {
  @Test(
    arguments: [
      (.null, "null"), (true, "true"), (false, "false"), (-7, "-7"), (.number("25.00"), "25.00"), ([], "[]"),
      ([:], "{}"),
      ([1, "x", nil, [true]], #"[1,"x",null,[true]]"#), (["b": 1, "a": [:]], #"{"b":1,"a":{}}"#),
      ("\"\\/\n\r\t", #""\"\\/\n\r\t""#), ("\u{0}\u{8}\u{C}\u{1F}\u{7F}", #""\u0000\u0008\u000c\u001f\u007f""#),
      ("é中😀\u{2028}", "\"é中😀\u{2028}\""), (["<k>": "&"], #"{"\u003ck\u003e":"\u0026"}"#),
      ("</script><!--&", #""\u003c/script\u003e\u003c!--\u0026""#),
    ] as [(JSONValue, String)])
  func writingIsCompactAndEscaped(value: JSONValue, text: String) {
    #expect(value.text == text)
    #expect(Array(text.utf8) == value.utf8)
  }

  @Test func noTextCanEndAScriptElement() {
    var generator = SeededGenerator(seed: 10)
    for _ in 0..<300 {
      let value: JSONValue = [.string(generator.oddText(upTo: 30) + "</script><!--]]>")]
      #expect(!value.utf8.contains { "<>&".utf8.contains($0) || $0 < 0x20 || $0 == 0x7F })
    }
  }

  @Test func everyValueComesBackFromItsText() throws {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<500 {
      let value = generator.json(depth: 5)
      let parsed = try JSONValue.parse(value.utf8)
      #expect(parsed == value)
      #expect(parsed.utf8 == value.utf8, "scalar for scalar and in the same order")
    }
  }

  @Test func foundationReadsTheSameStringsAndWritesWhatWeRead() throws {
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<200 {
      let texts = (0..<3).map { _ in generator.oddText(upTo: 20) }
      let theirs = try JSONDecoder().decode([String].self, from: Data(JSONValue(texts).utf8))
      #expect(theirs.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
      let ours = try JSONValue.parse(JSONEncoder().encode(texts)).arrayValue?.compactMap(\.stringValue)
      #expect(ours?.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
    }
  }

  /// Whatever bytes come: an error or a value that survives its own text, never a trap.
  @Test func damagedDocumentsNeverTrap() throws {
    var generator = SeededGenerator(seed: 13)
    for _ in 0..<2_000 {
      var bytes = generator.json(depth: 3).utf8
      for _ in 0..<generator.number(1...4) where !bytes.isEmpty {
        let place = generator.number(0...bytes.count - 1)
        switch generator.number(0...2) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes.remove(at: place)
        default: bytes.insert(generator.pick(Array("\"\\{}[],:u0-e.".utf8)), at: place)
        }
      }
      guard let value = try? JSONValue.parse(bytes) else { continue }
      #expect(try JSONValue.parse(value.utf8) == value)
    }
  }
}

extension SeededGenerator {
  fileprivate mutating func json(depth: Int) -> JSONValue {
    switch number(0...(depth > 0 ? 6 : 4)) {
    case 0: return .null
    case 1: return .bool(number(0...1) == 0)
    case 2: return .int(Int64(bitPattern: next()))
    case 3: return .number(pick(["0", "-0", "1.50", "1e9", "-2.5E-3", "10000000000000000000000000001"]))
    case 4: return .string(oddText(upTo: 12))
    case 5: return .array((0..<number(0...4)).map { _ in json(depth: depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<number(0...4) { object[oddText(upTo: 6)] = json(depth: depth - 1) }
      return .object(object)
    }
  }
}
