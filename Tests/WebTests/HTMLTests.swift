import Core
import Testing

@testable import Web

@Suite struct HTMLTests {
  @Test func textAndAttributesAreEscaped() {
    let evil = #"<script>"x"&'y'</script>"#
    let page: HTML = "<p title=\"\(evil)\">\(evil)</p>"
    let safe = "&lt;script&gt;&quot;x&quot;&amp;&#39;y&#39;&lt;/script&gt;"
    #expect(page.text == "<p title=\"\(safe)\">\(safe)</p>")
  }

  @Test func htmlIsSplicedAsItIs() {
    let rows: [HTML] = ["a", "<"].map { "<td>\($0)</td>" }
    let nothing: HTML? = nil
    let table: HTML = "<tr>\(rows)</tr>\(nothing)\(rows[0])"
    #expect(table.text == "<tr><td>a</td><td>&lt;</td></tr><td>a</td>")
    #expect(rows.joined(separator: "<br>").text == "<td>a</td><br><td>&lt;</td>")
  }

  @Test func valuesOfOtherTypesAreEscapedToo() {
    struct Odd: CustomStringConvertible { var description: String { "<odd>" } }
    let missing: String? = nil
    let amount = Micros(rawValue: 10_500_000)
    let page: HTML = "\(Odd())|\(missing)|\(7)|\(1.5)|\(amount)|\(Optional(Odd()))|\("a<b"[...])|\(true)"
    #expect(page.text == "&lt;odd&gt;||7|1.5|10.50|&lt;odd&gt;|a&lt;b|true")
  }

  @Test func conditionsAndBooleanAttributes() {
    let on: HTML = "<input\(attribute: "checked", when: true)\(attribute: "disabled", when: false)>"
    #expect(on.text == "<input checked>")
    let text: HTML = "\(if: false, "yes", else: "no")\(if: true, "<b>\("<")</b>")\(if: false, "x")"
    #expect(text.text == "no<b>&lt;</b>")
  }

  @Test func addressesThatRunScriptsAreDropped() {
    for address in [
      "javascript:alert(1)", "JaVaScRiPt:x", " javascript:x", "java\tscript:x", "\u{1}javascript:x", "data:text/html,x",
      "vbscript:x", "javascript&colon;x".replacing("&colon;", with: ":"),
    ] {
      let link: HTML = "<a href=\"\(href: address)\">"
      #expect(link.text == "<a href=\"#\">", "\(address)")
    }
    for address in ["/a?b=1&c=2", "https://x.test/", "http://x.test", "mailto:a@b.c", "campaigns/1", "?page=a:b", "#x"]
    {
      let link: HTML = "<a href=\"\(href: address)\">"
      #expect(link.text == "<a href=\"\(HTML.escaped(address).text)\">")
    }
  }

  @Test func dataForScriptsCannotEndItsElement() throws {
    let data: JSONValue = ["name": "</script><script>alert(1)</script>", "n": 1]
    let page: HTML = "<script type=\"application/json\">\(data: data)</script>"
    #expect(page.text.components(of: "<") == 2)
    let inside = page.text.dropFirst("<script type=\"application/json\">".count).dropLast("</script>".count)
    #expect(try JSONValue.parse(String(inside)) == data)
  }

  @Test func anyTextComesBackFromItsEscapedForm() {
    var generator = SystemRandomNumberGenerator()
    let alphabet: [Character] = ["<", ">", "&", "\"", "'", "a", " ", "ü", "😀", ";", "#", "\n", "e\u{301}", "&amp;"]
      .flatMap { Array($0) }
    for _ in 0..<500 {
      let text = String(
        (0..<Int.random(in: 0...40, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
      let escaped = HTML.escaped(text).text
      #expect(!escaped.utf8.contains { "<>\"'".utf8.contains($0) })
      #expect(unescaped(escaped) == text)
      let interpolated: HTML = "\(text)"
      #expect(interpolated.text == escaped)
    }
  }

  @Test func aCombiningMarkAfterASpecialCharacterDoesNotHideIt() {
    #expect(HTML.escaped("<\u{338}script\"\u{301}").text.utf8.elementsEqual("&lt;\u{338}script&quot;\u{301}".utf8))
  }

  private func unescaped(_ text: String) -> String {
    text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
  }
}

extension String {
  fileprivate func components(of character: Character) -> Int { count { $0 == character } }
}
