import Core
import Testing

@Suite struct JSONParserTests {
  @Test(
    arguments: [
      ("null", .null), ("true", true), ("false", false), (" \t\r\n1 \t\r\n", 1), ("\"\"", ""), ("[]", []), ("{}", [:]),
      ("[ ]", []), ("{ }", [:]), ("[1, 2 ,3]", [1, 2, 3]), ("[[],[[]]]", [[], [[]]]), ("[null,false]", [nil, false]),
      (#"{"a":1,"b":{"c":[]}}"#, ["a": 1, "b": ["c": []]]), (#"{ "a" : "b" }"#, ["a": "b"]), (#"{"":0}"#, ["": 0]),
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u4e2d""#, "é中"), (#""\uD83D\uDE00""#, "😀"),
      (#""\udbff\udfff""#, "\u{10FFFF}"), (#""\u0000""#, "\u{0}"), (#""\uFFFF""#, "\u{FFFF}"), ("\"é中😀\"", "é中😀"),
      ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"), (#""\\u0041""#, "\\u0041"),
    ] as [(String, JSONValue)])
  func documentsOfTheRFCAreRead(text: String, value: JSONValue) throws {
    #expect(try JSONValue.parse(text) == value)
  }

  @Test(arguments: [
    "0", "-0", "7", "-7", "10", "1.0", "25.00", "0.1", "-0.0", "1e2", "1E+2", "1e-2", "0e0", "12.5E10", "1E400",
    "123456789012345678901234567890.123456789", "9223372036854775808",
  ])
  func numbersKeepTheirExactText(literal: String) throws {
    let value = try JSONValue.parse("[\(literal)]")
    #expect(value == .array([.number(literal)]))
    #expect(value.text == "[\(literal)]")
  }

  @Test(arguments: [
    "", " ", "\u{FEFF}1", "1 2", "1,", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1]]", "[1}", "{]",
    #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#, "{a:1}", "{'a':1}", "{1:1}",
    #"{"a":1"#, #"{"a"#, #"{"a":"#, "{null:1}", "'a'", "tru", "truex", "True", "NULL", "nul", "undefined", "None", "01",
    "-", "+1", ".5", "-.5", "1.", "1.e1", "1e", "1e+", "1e1.5", "0x1", "00", "-01", "NaN", "Infinity", "-Infinity",
    "1_0",
    "١", "--1", "1 //", "/**/1", "#1", "\"", "\"a", "\"\\", "\"\\\"", #""\x""#, #""\a""#, #""\'""#, #""\u""#,
    #""\u12""#,
    #""\u12G4""#, #""\u+123""#, #""\u{41}""#, #""\U0041""#, "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", "1\u{0}",
    "\u{A0}1", "\u{B}1", "\u{C}1", "[1]\u{2028}", "\\u0031",
  ])
  func anythingElseIsRefused(text: String) { #expect(throws: JSONParseError.self) { try JSONValue.parse(text) } }

  @Test(arguments: [
    #"\ud800"#, #"\ud83d\ue000"#, #"\udfff"#, #"\ud83d\ud83d"#, #"\ud83dx"#, #"\ud83d\n"#, #"\ud83d\u0041"#, #"\ud83d"#,
    #"\ude00\ud83d"#,
    #"\ud83d\"#, #"\ud83d\u"#,
  ])
  func halfASurrogatePairIsRefused(escape: String) {
    #expect(throws: JSONParseError.self) { try JSONValue.parse("\"\(escape)\"") }
  }

  @Test(
    arguments: [
      [0xFF], [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80],
      [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xC3], [0xE9, 0x41],
    ] as [[UInt8]])
  func bytesThatAreNotUTF8AreRefusedInValuesAndKeys(bytes: [UInt8]) {
    let quoted = Array("\"".utf8) + bytes + Array("\"".utf8)
    #expect(throws: JSONParseError.self) { try JSONValue.parse(quoted) }
    #expect(throws: JSONParseError.self) { try JSONValue.parse(Array("{".utf8) + quoted + Array(":1}".utf8)) }
    #expect(throws: JSONParseError.self) { try JSONValue.parse(bytes) }
  }

  @Test func aKeyTwiceIsRefusedUnlessAskedFor() throws {
    let text = #"{"a":1,"b":2,"\u0061":3}"#
    #expect(throws: JSONParseError.self) { try JSONValue.parse(text) }
    #expect(throws: JSONParseError.self) { try JSONValue.parse(#"[{"x":{"a":1,"a":1}}]"#) }
    #expect(try JSONValue.parse(#"{"a":{"a":1},"A":2}"#) == ["a": ["a": 1], "A": 2])
    let lenient = try JSONValue.parse(text.utf8, keepsRepeatedKeys: true)
    #expect(lenient.objectValue?.members.map(\.key) == ["a", "b", "a"])
    #expect(lenient["a"] == 1)
  }

  @Test func nestingEndsAtTheLimit() throws {
    let nested = { (depth: Int, inner: String) in
      String(repeating: "[", count: depth) + inner + String(repeating: "]", count: depth)
    }
    for inner in ["", "1"] {
      _ = try JSONValue.parse(nested(64, inner))
      #expect(throws: JSONParseError.self) { try JSONValue.parse(nested(65, inner)) }
      #expect(throws: JSONParseError.self) { try JSONValue.parse(nested(500_000, inner)) }
      _ = try JSONValue.parse(nested(2, inner), maxDepth: 2)
      #expect(throws: JSONParseError.self) { try JSONValue.parse(nested(3, inner), maxDepth: 2) }
    }
    #expect(throws: JSONParseError.self) { try JSONValue.parse(#"{"a":{"a":{}}}"#, maxDepth: 2) }
    #expect(throws: JSONParseError.self) { try JSONValue.parse(String(repeating: "{\"a\":", count: 100_000)) }
  }

  @Test(arguments: [
    ("[1,]", 3), ("", 0), ("{\"a\":tru}", 5), ("[1] x", 4), ("{\"a\" 1}", 5), ("[01]", 2), ("\"ab", 3),
  ])
  func aFaultNamesItsByte(text: String, offset: Int) {
    #expect { try JSONValue.parse(text) } throws: { error in
      (error as? JSONParseError)?.offset == offset && "\(error)".hasSuffix("at byte \(offset)")
    }
  }

  @Test func aDocumentCutShortIsRefused() throws {
    let text = #"{"a":[1.5e3,true,null,"x\u00e9\ud83d\ude00\n"],"b":{"c":{}},"d":"中"}"#
    _ = try JSONValue.parse(text)
    for length in 0..<text.utf8.count {
      #expect(throws: JSONParseError.self) { try JSONValue.parse(text.utf8.prefix(length)) }
    }
  }
}
