import Core
import Testing

@testable import ClickPath

@Suite struct LandingPageTests {
  static var visitor: ClickFacts {
    var facts = ClickFacts(address: IPAddress("203.0.113.42") ?? IPAddress(v4: 0))
    facts.country = "US"
    facts.countryName = "United States"
    facts.region = "California"
    facts.city = "New York"
    facts.isp = "Comcast Cable"
    facts.os = "Windows"
    facts.browser = "Chrome"
    facts.device = "desktop"
    facts.language = LanguageTag("en-US")
    facts.subs[1] = "abc"
    return facts
  }

  private func render(
    _ html: String, _ facts: ClickFacts = visitor, click: String? = "CLICK", offer: String? = "/offer/a?k=b&c"
  ) -> String {
    let visit = PageVisit(facts: facts, click: click.map { Array($0.utf8) }, offerURL: offer.map { Array($0.utf8) })
    return String(decoding: PageTemplate(html).render(visit), as: UTF8.self)
  }

  @Test func callOutsSayWhatTheDocumentsSay() {
    let page =
      "{{country}}|{{city}}|{{os}}|{{browser}}|{{device}}|{{ip}}|{{language}}|{{country_code}}|{{region}}|{{isp}}|{{sub1}}"
    #expect(
      render(page).withoutScript
        == "United States|New York|Windows|Chrome|Desktop|203.0.113.42|en|US|California|Comcast Cable|abc")
    #expect(
      render("<h1>Attention {{ city }} residents!</h1>").withoutScript == "<h1>Attention New York residents!</h1>")
  }

  @Test func anUnknownFactIsEmptyOrItsDefault() {
    let nobody = ClickFacts(address: IPAddress(v4: 1))
    #expect(render("[{{city}}]", nobody).withoutScript == "[]")
    #expect(
      render("[{{city|your city}}] {{ country | l’été &amp; you }}", nobody).withoutScript
        == "[your city] l’été &amp; you")
    #expect(render("{{city|your city}}").withoutScript == "New York")
    #expect(render("{{sub30|none}}").withoutScript == "none")
  }

  @Test(arguments: ["{{user.name}}", "{{sub31}}", "{{sub0}}", "{{cityy}}", "{{#if city}}", "{{ }}", "{{}}", "{{city"])
  func whatIsNoCallOutStays(_ html: String) { #expect(render(html).withoutScript == html) }

  @Test(arguments: [
    ("<p>{{sub1}}</p>", "<p>a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;</p>"),
    ("<p title=\"{{sub1}}\">", "<p title=\"a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;\">"),
    ("<p title={{sub1}}>", "<p title=\"a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;\">"),
    ("<p {{sub1}}=1>", "<p abcd=1>"),
    ("<a href=\"/x?c={{sub1}}\">", "<a href=\"/x?c=a%20%3Cb%3E%20%26%20%22c%22%20%27d%27\">"),
    (
      "<script>x='{{sub1}}'</script>",
      "<script>x='a \\u003cb\\u003e \\u0026 \\u0022c\\u0022 \\u0027d\\u0027'</script>"
    ),
    (
      "<p onclick=\"go('{{sub1}}')\">",
      "<p onclick=\"go('a \\u003cb\\u003e \\u0026 \\u0022c\\u0022 \\u0027d\\u0027')\">"
    ),
    ("<textarea>{{sub1}}</textarea>", "<textarea>a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;</textarea>"),
    ("<iframe>{{sub1}}</iframe>", "<iframe>abcd</iframe>"),
    ("<!-- {{sub1}} -->", "<!-- a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; -->"),
  ])
  func aValueIsWrittenAsItsPlaceNeedsIt(_ html: String, _ expected: String) {
    var facts = ClickFacts(address: IPAddress(v4: 1))
    facts.subs[1] = "a <b> & \"c\" 'd'"
    #expect(render(html, facts).withoutScript == expected)
  }

  /// Whatever a visitor sends: the page has the same tags, attributes, scripts and comments as with an `x`.
  @Test func noValueBreaksOutOfItsPlace() {
    let page = """
      <!doctype html><html lang="{{language}}"><head><title>{{sub1}}</title><style>a{color:{{sub1}};b:"{{sub1}}"}</style>
      <script>var a = "{{sub1}}", b = '{{sub1}}', c = {{sub1}}; // {{sub1}}
      </script></head><body class={{sub1}} data-x="{{sub1}}" data-y='{{sub1}}' {{sub1}} onload="f('{{sub1}}')">
      <!-- {{sub1}} --><a href="{{sub1}}">x</a><a href={{sub1}}>y</a><a href="javascript:go('{{sub1}}')">z</a>
      <p style="color:{{sub1}}">{{sub1}}</p><textarea>{{sub1}}</textarea><iframe srcdoc="{{sub1}}">{{sub1}}</iframe></body>
      """
    let template = PageTemplate(page)
    let shape = { (value: String) -> [String] in
      var facts = ClickFacts(address: IPAddress(v4: 1))
      facts.subs[1] = value
      return HTMLShape.of(template.render(PageVisit(facts: facts, click: nil, offerURL: nil)))
    }
    let expected = shape("x")
    let parts = [
      "\"", "'", "<", ">", "&", "</script>", "-->", "--!>", "</style>", "</title>", "</textarea>", "</iframe>", "\\",
      "`",
      " onload=alert(1) ", "=", "/", "{{city}}", "javascript:", "x", "é", "&quot;", "%27", "\n", "</body", "<!--",
      "<script>",
      "${a}", "*/", "(", ")", ";", "&#39", "\u{2028}",
    ]
    var dice = ChaChaGenerator(seed: 7)
    for part in parts { #expect(shape(part) == expected, "\(part)") }
    for _ in 0..<2_000 {
      let value = (0..<Int.random(in: 1...6, using: &dice)).map { _ in parts.randomElement(using: &dice) ?? "" }
        .joined()
      #expect(shape(value) == expected, "\(value)")
    }
  }

  @Test func aValueInAScriptRunsNothing() {
    var facts = ClickFacts(address: IPAddress(v4: 1))
    facts.subs[1] = "alert(1);x=`y`\\\"';//</script>"
    let page = render("<script>var a={{sub1}}</script>", facts).withoutScript
    let value = page.dropFirst("<script>var a=".count).dropLast("</script>".count)
    let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789 ,._-\\")
    #expect(value.allSatisfy { allowed.contains($0) })
    #expect(!value.replacing("\\u00", with: "").contains("\\"))
  }

  @Test(arguments: [
    ("<a href=\"#offer\">go</a>", "<a href=\"LINK\">go</a>"),
    ("<a class=\"btn trackily-cta big\" href='/x'>go</a>", "<a class=\"btn trackily-cta big\" href='LINK'>go</a>"),
    ("<a data-offer>go</a>", "<a href=\"LINK\" data-offer>go</a>"),
    ("<a data-offer href=x>go</a>", "<a data-offer href=\"LINK\">go</a>"),
    ("<a class='trackily-ctas' href='/x'>go</a>", "<a class='trackily-ctas' href='/x'>go</a>"),
    ("<button class=trackily-cta>go</button>", "<button class=trackily-cta>go</button>"),
    ("<A HREF = \"{{ offer_url }}\">go</A>", "<A HREF = \"LINK\">go</A>"),
  ])
  func callsToActionLeadToTheOffer(_ html: String, _ expected: String) {
    #expect(render(html).withoutScript == expected.replacing("LINK", with: "/offer/a?k=b&amp;c"))
  }

  @Test(arguments: [
    "|<p>x", "<!doctype html>|<p>x", "<!DOCTYPE html><html lang=en>|<body>x",
    "<!doctype html>\n<html><head>|<meta charset=utf-8>",
    "<!-- a --><!doctype html><html><head>|<title>x</title></head>", "|text<head>", "|",
  ])
  func theScriptComesBeforeWhateverRuns(_ page: String) {
    let html = render(page.replacing("|", with: ""), click: nil, offer: nil)
    let start = html.firstRange(of: "<script>")?.lowerBound ?? html.endIndex
    #expect(html[..<start] == page.prefix { $0 != "|" })
  }

  @Test func theScriptKnowsClickAndOffer() {
    #expect(render("x", offer: "/offer/a?k=b").contains("(window,document,\"CLICK\",\"/offer/a?k=b\")</script>"))
    #expect(render("x", click: nil, offer: nil).contains("(window,document,\"\",\"\")</script>"))
    #expect(
      render("x", offer: "https://s.example/?a='</script>").contains(
        "\"https://s.example/?a=\\u0027\\u003c/script\\u003e\""))
  }

  @Test func aPageWithABaseNeedsWholeLinks() {
    #expect(PageTemplate("<head><base href=\"https://x.example/\">").needsAbsoluteLinks)
    #expect(!PageTemplate("<head><base target=_blank>").needsAbsoluteLinks)
  }
}

/// What a page is built of, without its texts.
enum HTMLShape {
  static func of(_ html: [UInt8]) -> [String] {
    var scanner = HTMLScanner(html)
    var shape: [String] = []
    while let token = scanner.next() {
      switch token {
      case .text: if shape.last != "text" { shape.append("text") }
      case .raw: continue
      case .comment: shape.append("comment")
      case .tag(let tag):
        // A bare value among the attributes may be any name, and none.
        let names = tag.attributes.compactMap { $0.value == nil ? nil : $0.name }
        shape.append("\(tag.isEnd ? "/" : "")\(tag.name) \(names)")
      }
    }
    return shape
  }
}

extension String {
  /// A page without the script we put in.
  var withoutScript: String {
    guard let start = firstRange(of: "<script>(function(w,d,c,o)"),
      let end = self[start.lowerBound...].firstRange(of: "</script>")
    else { return self }
    return String(self[..<start.lowerBound] + self[end.upperBound...])
  }
}
