import Core
import Testing

@Suite struct WebURLTests {
  @Test(arguments: [
    "http://example.com", "https://example.com/", "HTTPS://EXAMPLE.COM/Path?q=1#f", "https://example.com:8443/x",
    "http://127.0.0.1:3000", "http://[2001:db8::1]:80/", "http://localhost", "https://user:pass@example.com/",
    "https://example.com/?click={click_id}&sub={sub1}", "https://{sub3}.example.com/", "https://{domain}/x",
    "https://bücher.example/ä?ö", "https://example.com?x", "https://example.com#x", "https://a/'(),;*!~|^`",
  ])
  func absoluteAddressesOfTheWebPass(text: String) { #expect(WebURL.isAbsolute(text)) }

  @Test(arguments: [
    "", "example.com", "//example.com", "/path", "?x", "http:", "http:/", "http://", "https://", "http:///path",
    "http://?x",
    "http://:80", "http://user@", "http://user@/x", "http://.example", "http://-x", "ftp://example.com",
    "javascript:alert(1)",
    "data:text/html,x", "file:///etc/passwd", "htt\u{0}p://example.com", " http://example.com", "http://example.com ",
    "http://exa mple.com", "http://example.com/a b", "http://example.com/\n", "http://example.com/\r\nSet-Cookie: a=b",
    "http://example.com/\t", "http://example.com/\u{0}", "http://example.com/\u{7F}", "http://example.com/\"x",
    "http://example.com/<script>", "http://example.com/>", "http://good.example\\@evil.example", "https//example.com",
    "http:/\u{301}/example.com", "http://example.com/<\u{338}script", "http://example.com/\"\u{301}",
    "http://example.com/>\u{338}", "http://good.example\\\u{301}@evil.example",
  ])
  func anythingElseIsRefused(text: String) { #expect(!WebURL.isAbsolute(text)) }

  @Test(arguments: [
    "https://example.com/?s={status:lead=0 sale=1}", "https://example.com/{_date:yyyy-MM-dd HH:mm, Europe/Berlin}/x",
    "https://example.com/?a={sub1}&b={random:1, 9}", "https://{sub3}.example.com/", "https://example.com/{{x}}",
  ])
  func aMacrosArgumentMayHoldBlanks(text: String) { #expect(WebURL.isTemplate(text)) }

  @Test(arguments: [
    "https://example.com/a b", "https://example.com/{a b}", "https://example.com/{sub1} x",
    "https://exa mple.com/{x:y}",
    "https://example.com/{status:lead=0 sale=1", "https://example.com/{x:\ty}", "https://example.com/{x:\"}",
    "https://example.com/{x:<}", "{x:https://example.com/ }", "ftp://example.com/{x:a b}", "https://example.com/{:a b}",
    "https://example.com/{a b:c d}", "https://example.com/{x:a {b}", " https://example.com/", "",
  ])
  func aTemplateIsAsStrictOtherwise(text: String) { #expect(!WebURL.isTemplate(text)) }

  @Test func anAddressHas2048BytesAtMost() {
    let base = "https://example.com/"
    let longest = base + String(repeating: "a", count: WebURL.maxLength - base.utf8.count)
    #expect(WebURL.isAbsolute(longest))
    #expect(!WebURL.isAbsolute(longest + "a"))
  }

  @Test(arguments: [
    ("http://Example.COM:8080/x", "example.com"), ("https://example.com", "example.com"),
    ("https://user:pass@example.com/", "example.com"), ("https://a@b@example.com/", "example.com"),
    ("http://[2001:DB8::1]:80/", "[2001:db8::1]"), ("https://example.com?x@y", "example.com"),
    ("https://example.com#@evil.example", "example.com"), ("https://example.com/@evil.example", "example.com"),
    ("https://good.example@\u{301}evil.example", "\u{301}evil.example"),
    ("https://example.com/\u{338}@evil.example", "example.com"), ("http://", nil), ("http://:80", nil), ("/x", nil),
    ("ftp://example.com", nil), ("http://[::1", nil),
  ])
  func theHostIsWhatABrowserWouldAsk(text: String, host: String?) {
    #expect(WebURL.host(of: text).map { Array($0.unicodeScalars) } == host.map { Array($0.unicodeScalars) })
  }
}
