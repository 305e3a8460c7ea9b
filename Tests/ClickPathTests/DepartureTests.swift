import Core
import Testing

@testable import ClickPath

@Suite struct DepartureTests {
  typealias Redirect = TrackingProfileRecord.Redirect

  /// A campaign that leads to an offer by one kind of redirect.
  static func world(
    _ redirect: Redirect, pixels: String? = nil, url: String = "https://shop.example/buy?s={sub1}&c={click_id}"
  ) -> ClickWorld {
    var world = ClickWorld()
    world.offer(1, url)
    world.campaign.offerID = 1
    world.campaign.appendsClickParameter = false
    var profile = TrackingProfileRecord(id: 5, name: "Profile")
    profile.redirect = redirect
    profile.pixels = pixels
    world.tenant.profiles = [profile]
    world.campaign.profileID = 5
    return world
  }

  @Test(arguments: [(Redirect.moved, 301), (.found, 302), (.temporary, 307)])
  func aRedirectIsAStatusAndALocation(_ redirect: Redirect, _ status: Int) throws {
    let result = try Self.world(redirect).click(.visit("sub1=a%20b"))
    let id = try #require(result.event).id
    #expect(result.answer.status == status)
    #expect(result.answer.body.isEmpty)
    #expect(result.answer.location == "https://shop.example/buy?s=a%20b&c=\(id)")
    #expect(result.answer.destination == result.answer.location)
    #expect(result.answer.header("Cache-Control") == "no-store")
    #expect(result.answer.header("Content-Security-Policy") == nil)
    #expect(result.answer.cookies.count == 2)
  }

  /// Everything of the page but what differs from visitor to visitor.
  private func golden(_ result: ClickResult) throws -> String {
    let policy = try #require(result.answer.header("Content-Security-Policy"))
    var text = "\(policy)\n\(result.answer.text)"
    if let mark = policy.range(of: /nonce-([A-Za-z0-9_-]{22})/) {
      text = text.replacing(String(policy[mark].dropFirst(6)), with: "N")
    }
    return text.replacing(try #require(result.event).id.description, with: "ID")
      .replacing(Self.head, with: "HEAD").replacing(Self.style, with: "STYLE")
  }

  private static let head = """
    <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
    <meta name="robots" content="noindex">
    """
  private static let style = """
    <style nonce="N">p{font:1rem sans-serif;text-align:center;visibility:hidden;animation:s 0s 3s forwards}\
    @keyframes s{to{visibility:visible}}</style>
    """
  private static let pixel = "<img src=\"https://p.example/?c={click_id}\" alt=\"\">"

  @Test func aMetaRefreshNeedsNoScript() throws {
    let result = try Self.world(.meta).click(.visit("sub1=a%26b"))
    #expect(result.answer.status == 200)
    #expect(result.answer.header("Referrer-Policy") == nil)
    #expect(
      try golden(result) == """
        default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'nonce-N'; style-src 'nonce-N'
        HEAD<title>One moment</title>STYLE\
        <meta http-equiv="refresh" content="0;url=https://shop.example/buy?s=a%26b&amp;c=ID"></head><body>\
        <p><a href="https://shop.example/buy?s=a%26b&amp;c=ID">Continue</a></p></body></html>
        """)
  }

  @Test func aHiddenReferrerIsAMetaRefreshThatSaysNothing() throws {
    let result = try Self.world(.hideReferrer).click(.visit("sub1=a"))
    #expect(result.answer.status == 200)
    #expect(result.answer.header("Referrer-Policy") == "no-referrer")
    #expect(
      try golden(result) == """
        default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'nonce-N'; style-src 'nonce-N'
        HEAD<meta name="referrer" content="no-referrer"><title>One moment</title>STYLE\
        <meta http-equiv="refresh" content="0;url=https://shop.example/buy?s=a&amp;c=ID"></head><body>\
        <p><a href="https://shop.example/buy?s=a&amp;c=ID" rel="noreferrer">Continue</a></p></body></html>
        """)
  }

  @Test func aScriptGoesOnAtOnceAndWithoutScriptsAMetaRefreshDoes() throws {
    let result = try Self.world(.script).click(.visit("sub1=a"))
    #expect(
      try golden(result) == """
        default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'nonce-N'; style-src 'nonce-N'
        HEAD<title>One moment</title>STYLE\
        <noscript><meta http-equiv="refresh" content="0;url=https://shop.example/buy?s=a&amp;c=ID"></noscript>\
        </head><body><p><a href="https://shop.example/buy?s=a&amp;c=ID">Continue</a></p>\
        <script nonce="N">(function(){var gone;function go(){if(!gone){gone=1;\
        location.replace("https://shop.example/buy?s=a\\x26c=ID")}}go()})()</script></body></html>
        """)
  }

  @Test func aScriptFiresImagesFirst() throws {
    let result = try Self.world(.script, pixels: Self.pixel).click(.visit("sub1=a"))
    #expect(
      try golden(result) == """
        default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'nonce-N'; style-src 'unsafe-inline'; \
        img-src http: https: data:
        HEAD<title>One moment</title>STYLE\
        <noscript><meta http-equiv="refresh" content="1;url=https://shop.example/buy?s=a&amp;c=ID"></noscript>\
        </head><body><p><a href="https://shop.example/buy?s=a&amp;c=ID">Continue</a></p>\
        <script nonce="N">(function(){var gone;function go(){if(!gone){gone=1;\
        location.replace("https://shop.example/buy?s=a\\x26c=ID")}}\
        addEventListener("load",go);setTimeout(go,1500)})()</script>\
        <img src="https://p.example/?c=ID" alt=""></body></html>
        """)
  }

  @Test func scriptsOfTheUsersOwnMayRunOnTheirPage() throws {
    let result = try Self.world(.meta, pixels: "<SCRIPT>fire('{sub1}')</SCRIPT>").click(.visit("sub1=a'b"))
    let policy = try #require(result.answer.header("Content-Security-Policy"))
    #expect(policy.contains("script-src 'unsafe-inline' https:;"))
    #expect(!policy.contains("nonce"))
    #expect(result.answer.text.contains("<SCRIPT>fire('a%27b')</SCRIPT>"))
    #expect(result.answer.text.contains("setTimeout(go,1500)"))
  }

  @Test func withoutARedirectTheVisitorStays() throws {
    let result = try Self.world(.none, pixels: Self.pixel).click()
    #expect(result.answer.status == 200)
    #expect(result.answer.destination == nil)
    #expect(result.event?.offerID == 1)
    #expect(
      try golden(result) == """
        default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'nonce-N'; style-src 'unsafe-inline'; \
        img-src http: https: data:
        HEAD<title>OK</title></head><body><img src="https://p.example/?c=ID" alt=""></body></html>
        """)
    #expect(try Self.world(.none).click().answer.text.hasSuffix("<title>OK</title></head><body></body></html>"))
  }

  @Test func aPlainRedirectFiresNothing() throws {
    #expect(try Self.world(.found, pixels: Self.pixel).click().answer.status == 302)
  }

  @Test(arguments: [Redirect.meta, .script, .hideReferrer, .none])
  func whoDoesNotCountFiresNothing(_ redirect: Redirect) throws {
    let world = Self.world(redirect, pixels: Self.pixel)
    let headers: KeyValuePairs = ["Sec-Purpose": "prefetch;prerender"]
    let answer = try world.click(.visit(headers: headers)).answer
    #expect(answer.status == 200)
    #expect(!answer.text.contains("https://p.example"))
  }

  @Test func pixelsOnTheDashboardsHostRunInAnOriginOfTheirOwn() throws {
    let world = Self.world(.script, pixels: Self.pixel)
    let policy = { (host: String) in try world.click(.visit(host: host)).answer.header("Content-Security-Policy") }
    #expect(try policy("admin.example.com")?.hasPrefix("\(ContentPolicy.sandbox); default-src 'none'; ") == true)
    #expect(try policy("track.example.com")?.contains("sandbox") == false)
  }

  @Test func theTraceSaysByWhichWay() throws {
    #expect(try Self.world(.found).click().event?.trace == ["offer:1 campaign"])
    #expect(try Self.world(.hideReferrer).click().event?.trace == ["offer:1 campaign", "profile:5 hide_referrer"])
  }

  @Test func anExplanationShowsWhereAPageLeads() throws {
    let json = try Self.world(.script, pixels: Self.pixel).explain(.visit("test=1&sub1=x"))
    #expect(json["status"] == 200)
    #expect(json["location"] == "https://shop.example/buy?s=x&c=")
    #expect(json["trace"] == ["offer:1 campaign", "profile:5 javascript"])
  }

  @Test func aCampaignWithoutAProfileUsesTheDefault() throws {
    var world = Self.world(.temporary)
    world.campaign.profileID = nil
    #expect(try world.click().answer.status == 302)
    world.tenant.profiles[0].isDefault = true
    #expect(try world.click().answer.status == 307)
    world.campaign.profileID = 99
    #expect(try world.click().answer.status == 307)
    #expect(world.build().problems.map(\.message) == ["there is no tracking profile 99"])
  }

  @Test func fromALandingToAnOfferTheProfileHoldsToo() throws {
    var world = Self.world(.script, pixels: "<img src=\"https://p.example/?c={click_id}&s={sub2}&o={offer_id}\">")
    world.landing(3, .local(html: "{{offer_url}}"))
    world.flow(7, .default, landings: [WeightedID(id: 3, weight: 1)], offers: [WeightedID(id: 1, weight: 1)])
    let click = try world.click(.visit("sub1=x&sub2=y"))
    let id = try #require(click.event).id
    let query = try #require(click.answer.text.split(separator: "?").last)
    let link = try #require(try world.pipeline().link(id, offerID: 1, query: query))
    let answer = try world.pipeline().offer(
      id, offerID: 1, knowing: .link(link), .visit(), in: world.place(), using: world.generator)
    #expect(answer.status == 200)
    #expect(answer.destination == "https://shop.example/buy?s=x&c=\(id)")
    #expect(answer.text.contains("<img src=\"https://p.example/?c=\(id)&s=y&o=1\">"))
  }

  @Test(arguments: [
    ("https://{sub1}/x", 404), ("https://{sub1}example.com/", 302), ("http://{sub2}", 302), ("HTTPS://{sub2}/", 302),
  ])
  func nobodyIsSentWhereThereIsNoHost(_ url: String, _ status: Int) throws {
    let result = try Self.world(.found, url: url).click(.visit("sub2=shop.example"))
    #expect(result.answer.status == status)
    #expect((result.event?.trace.last == "destination:refused") == (status == 404))
    #expect(result.event?.status == .ok)
  }

  @Test(arguments: ["javascript:alert(1)", "data:text/html,x", "/path", "//x.example", "ftp://x.example", ""])
  func nothingButTheWebIsADestination(_ url: String) {
    #expect(!URLParameters.isDestination(Array(url.utf8)))
    #expect(Self.world(.found, url: url).build().problems.first?.message == "its URL is not absolute")
  }

  // MARK: Hostile addresses

  /// What a browser makes of the page: the places where the address stands, decoded.
  private func addresses(in page: String) throws -> [String] {
    func between(_ start: String, _ end: String) throws -> String? {
      guard let from = page.range(of: start) else { return nil }
      return String(page[from.upperBound..<(try #require(page.range(of: end, after: from.upperBound))).lowerBound])
    }
    return [
      try between(";url=", "\">")?.htmlDecoded, try between("href=\"", "\"")?.htmlDecoded,
      try between("location.replace(\"", "\")")?.scriptDecoded,
    ].compactMap { $0 }
  }

  @Test(arguments: [Redirect.meta, .script, .hideReferrer])
  func whateverTheAddressItStaysAnAddress(_ redirect: Redirect) throws {
    let world = Self.world(redirect, url: "https://x.example/{_sub1}?a={sub1}&b={_sub2}#{_sub3}")
    let generator = ChaChaGenerator(seed: 7)
    let breakers = [
      "\"", "'", "<", ">", "&", "\\", "`", "</script>", "<!--", "${", "\n", "\u{2028}", "&quot;", "ä", " ",
    ]
    for _ in 0..<300 {
      let noise = (0..<3).map { _ in
        (0..<Int(generator.below(12))).map { _ in breakers[Int(generator.below(UInt64(breakers.count)))] }.joined()
      }
      let query = noise.enumerated().map { "sub\($0.offset + 1)=\(PercentCoding.encodeComponent($0.element))" }
      let answer = try world.click(.visit(query.joined(separator: "&"))).answer
      let destination = try #require(answer.destination)
      let found = try addresses(in: answer.text)
      #expect(found.count == (redirect == .script ? 3 : 2))
      #expect(found.allSatisfy { $0 == destination })
      #expect(answer.text.components("<script") == (redirect == .script ? 1 : 0))
      #expect(answer.text.components("</script>") == (redirect == .script ? 1 : 0))
      #expect(answer.text.components("<") == answer.text.components(">"))
      #expect(answer.text.utf8.allSatisfy { $0 < 0x80 })
    }
  }
}

extension String {
  fileprivate var htmlDecoded: String {
    replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
  }

  fileprivate var scriptDecoded: String {
    replacing(/\\x([0-9a-f]{2})/) { match in String(UnicodeScalar(UInt8(match.1, radix: 16) ?? 0)) }
  }

  fileprivate func components(_ part: String) -> Int {
    split(separator: part, omittingEmptySubsequences: false).count - 1
  }

  fileprivate func range(of part: String, after start: String.Index? = nil) -> Range<String.Index>? {
    self[(start ?? startIndex)...].firstRange(of: part)
  }

  fileprivate func range(of pattern: some RegexComponent) -> Range<String.Index>? { firstRange(of: pattern) }
}
