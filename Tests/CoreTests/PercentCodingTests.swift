import Core
import Testing

@Suite struct PercentCodingTests {
  @Test func onlyUnreservedCharactersStay() {
    let unreserved = "ABCXYZabcxyz0189-._~"
    #expect(PercentCoding.encodeComponent(unreserved) == unreserved)
    #expect(
      PercentCoding.encodeComponent(" !\"#$%&'()*+,/:;<=>?@[\\]^`{|}")
        == "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D")
    #expect(PercentCoding.encodeComponent("é中😀\u{0}\n") == "%C3%A9%E4%B8%AD%F0%9F%98%80%00%0A")
    #expect(PercentCoding.encodeComponent("") == "")
  }

  @Test func everyTextComesBackFromItsEncodedForm() {
    var generator = SeededGenerator(seed: 19)
    for _ in 0..<500 {
      let text = generator.oddText(upTo: 30)
      let encoded = PercentCoding.encodeComponent(text)
      for plusIsSpace in [true, false] {
        let decoded = PercentCoding.decode(encoded.utf8, plusIsSpace: plusIsSpace)
        #expect(decoded.utf8.elementsEqual(text.utf8))
      }
    }
  }

  @Test func everyByteComesBackFromItsEncodedForm() {
    var encoded: [UInt8] = []
    for byte in UInt8.min ... .max { PercentCoding.append(encoded: byte, to: &encoded) }
    #expect(PercentCoding.decodedBytes(encoded) == Array(UInt8.min ... .max))
  }

  @Test(arguments: [
    ("%41%62%7a%7A", "Abzz"), ("%e4%b8%ad", "中"), ("a+b", "a b"), ("a%2Bb", "a+b"), ("%", "%"), ("%%", "%%"),
    ("%4", "%4"),
    ("%zz", "%zz"), ("%4z", "%4z"), ("%4%41", "%4A"), ("%%41", "%A"), ("%%%41", "%%A"), ("100%", "100%"),
    ("%+1", "% 1"),
    ("%4+", "%4 "), ("%-1", "%-1"), ("% 41", "% 41"), ("%2541", "%41"), ("%00", "\u{0}"), ("", ""), ("é", "é"),
  ])
  func decodingForgivesALonePercentSign(text: String, decoded: String) {
    #expect(PercentCoding.decode(text.utf8) == decoded)
  }

  @Test func aPlusIsABlankOnlyInForms() {
    #expect(PercentCoding.decode("a+b".utf8, plusIsSpace: false) == "a+b")
    #expect(PercentCoding.decode("%+b".utf8, plusIsSpace: false) == "%+b")
  }

  @Test(arguments: [
    ("%FF", "\u{FFFD}"), ("a%C3b", "a\u{FFFD}b"), ("%C0%AF", "\u{FFFD}\u{FFFD}"),
    ("%ED%A0%80", "\u{FFFD}\u{FFFD}\u{FFFD}"),
  ])
  func whatIsNotUTF8IsReplaced(text: String, decoded: String) { #expect(PercentCoding.decode(text.utf8) == decoded) }

  @Test func otherEncodingsAreThereAsBytes() {
    #expect(PercentCoding.decodedBytes("%FF+%".utf8) == [0xFF, 0x20, 0x25])
  }

  @Test func queryItemsKeepTheirOrderAndRepetitions() {
    let items = PercentCoding.queryItems("a=1&b=&c&&=d&a=2&e=f=g&%66+x=%26%3D&sub1=a%20b+c")
    #expect(
      items.map { "\($0.name)>\($0.value)" } == [
        "a>1", "b>", "c>", ">d", "a>2", "e>f=g", "f x>&=", "sub1>a b c",
      ])
    #expect(PercentCoding.queryItems("").isEmpty)
    #expect(PercentCoding.queryItems("&&&").isEmpty)
  }

  @Test func noMorePairsAreReadThanAllowed() {
    let query = String(repeating: "a=1&", count: 5_000)
    #expect(PercentCoding.queryItems(query).count == 1_000)
    #expect(PercentCoding.queryItems(query, limit: 3).count == 3)
    #expect(PercentCoding.queryItems(query, limit: 0).isEmpty)
  }
}
