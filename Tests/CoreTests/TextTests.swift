import Core
import Testing

@Suite struct TextTests {
  @Test(arguments: [
    ("", ""), (" ", ""), ("\r\n\t ", ""), ("a", "a"), (" a ", "a"), ("\r\na b\r\n", "a b"), ("\u{A0}a\u{2003}", "a"),
    ("\u{200B}a", "\u{200B}a"), ("\u{0}", "\u{0}"), ("\n\n中 \n", "中"),
  ])
  func whiteSpaceAtBothEndsGoes(text: String, trimmed: String) {
    #expect(text.trimmed == trimmed)
    #expect(" \(text) ".dropFirst().trimmed == trimmed)
  }
}
