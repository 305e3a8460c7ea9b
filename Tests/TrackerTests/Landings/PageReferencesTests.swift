import Core
import Testing

@testable import TenantTracker

@Suite struct PageReferencesTests {
  private func rewrite(_ html: String, base: String? = "https://a.example/x/page.html?q#f") -> String {
    let bytes = PageReferences.rewrite(html: Array(html.utf8), base: base) { address, base, use in
      PageReferences.absolute(address, base: base).map { "\(use == .asset ? "A" : "L")(\($0))" }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: [
    ("<img src=a.png>", "<img src=\"A(https://a.example/x/a.png)\">"),
    ("<img SRC='/b c.png'>", "<img src=\"A(https://a.example/b%20c.png)\">"),
    ("<img src=\"//cdn.example/a.png?x=1&amp;y=2\">", "<img src=\"A(https://cdn.example/a.png?x=1&amp;y=2)\">"),
    ("<img src=\"data:image/png;base64,AA==\">", "<img src=\"data:image/png;base64,AA==\">"),
    (
      "<img srcset=\"a.png 1x, b,c.png 2x,d.png\">",
      "<img srcset=\"A(https://a.example/x/a.png) 1x, A(https://a.example/x/b,c.png) 2x, A(https://a.example/x/d.png)\">"
    ),
    ("<a href=\"next\">n</a>", "<a href=\"L(https://a.example/x/next)\">n</a>"),
    ("<a href=\"#top\">n</a><a href=\"mailto:x@y\">", "<a href=\"#top\">n</a><a href=\"mailto:x@y\">"),
    ("<a href=\"javascript:void(0)\">", "<a href=\"javascript:void(0)\">"),
    (
      "<link rel=\"stylesheet preload\" href=a.css integrity=sha256-x crossorigin>",
      "<link rel=\"stylesheet preload\" href=\"A(https://a.example/x/a.css)\"  >"
    ),
    ("<link rel=canonical href=/c>", "<link rel=canonical href=\"L(https://a.example/c)\">"),
    (
      "<div style=\"background:url('i.png')\">",
      "<div style=\"background:url(&quot;A(https://a.example/x/i.png)&quot;)\">"
    ),
    (
      "<style>@import 'a.css';b{c:url( i.png )}</style>",
      "<style>@import \"A(https://a.example/x/a.css)\";b{c:url( \"A(https://a.example/x/i.png)\" )}</style>"
    ),
    ("<base href=\"https://b.example/y/\"><img src=a>", "<base ><img src=\"A(https://b.example/y/a)\">"),
    (
      "<form action=go><button formaction=/there>",
      "<form action=\"L(https://a.example/x/go)\"><button formaction=\"L(https://a.example/there)\">"
    ),
    ("<iframe src=f.html></iframe>", "<iframe src=\"L(https://a.example/x/f.html)\"></iframe>"),
    (
      "<video poster=p.jpg><source src=v.mp4></video>",
      "<video poster=\"A(https://a.example/x/p.jpg)\"><source src=\"A(https://a.example/x/v.mp4)\"></video>"
    ),
    ("<script>var a = '<img src=a.png>'</script>", "<script>var a = '<img src=a.png>'</script>"),
    ("<!-- <img src=a.png> -->", "<!-- <img src=a.png> -->"),
    ("<meta http-equiv=Content-Security-Policy content=\"img-src 'none'\">x", "x"),
  ])
  func addressesAreFoundWhereTheyAre(_ html: String, _ expected: String) { #expect(rewrite(html) == expected) }

  @Test func styleSheetsAddressesAreFound() {
    let css = """
      /* url(no.png) */ @import url("a.css") screen; @font-face{src:url(f.eot?#iefix) format("x"),url('f.woff2')}
      a:after{content:"url(no.png)"} b{background:URL(data:image/gif;base64,R0) , url(i.png)}
      """
    let new = PageReferences.rewrite(css: Array(css.utf8), base: "https://a.example/css/x.css") { address, base, _ in
      PageReferences.absolute(address, base: base)
    }
    #expect(
      String(decoding: new, as: UTF8.self) == """
        /* url(no.png) */ @import url("https://a.example/css/a.css") screen; @font-face{src:url("https://a.example/css/f.eot?") format("x"),url("https://a.example/css/f.woff2")}
        a:after{content:"url(no.png)"} b{background:URL(data:image/gif;base64,R0) , url("https://a.example/css/i.png")}
        """)
  }

  @Test func aPageIsReadInItsOwnLetters() {
    #expect(PageText.utf8([0x63, 0xE9], contentType: "text/html; charset=ISO-8859-1") == Array("cé".utf8))
    let page = Array("<meta charset=windows-1251>".utf8) + [0xCF]
    #expect(PageText.utf8(page, contentType: "text/html").suffix(2) == Array("П".utf8)[...])
    #expect(PageText.utf8([0xEF, 0xBB, 0xBF, 0x61], contentType: nil) == [0x61])
    #expect(PageText.utf8([0xFF, 0x61], contentType: "text/html; charset=nothing") == Array("\u{FFFD}a".utf8))
  }

  @Test func typesAreWhatServersAndNamesSay() {
    #expect(AssetType(contentType: "application/javascript; x=y", path: "/a")?.ending == "js")
    #expect(AssetType(contentType: "application/octet-stream", path: "/f.woff2")?.value == "font/woff2")
    #expect(AssetType(contentType: nil, path: "/f.TTF")?.ending == "ttf")
    #expect(AssetType(contentType: "text/html", path: "/a.png")?.isPage == true)
    #expect(AssetType(contentType: "application/x-msdownload", path: "/a.png") == nil)
    #expect(AssetType(file: "a.php") == nil)
    #expect(AssetType(file: "none") == nil)
  }
}
