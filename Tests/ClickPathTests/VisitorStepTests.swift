import Core
import Testing

@testable import ClickPath

@Suite struct VisitorStepTests {
  private func world(_ change: (inout ClickWorld) -> Void = { _ in }) -> ClickWorld {
    var world = ClickWorld()
    world.offer(1)
    world.campaign.offerID = 1
    change(&world)
    return world
  }

  private func facts(_ request: VisitorRequest, _ change: (inout ClickWorld) -> Void = { _ in }) throws -> ClickFacts {
    try world(change).hit(request).0.facts
  }

  @Test func allThirtySubIDsAreReadAndNothingBeyond() throws {
    let query = (0...31).map { "sub\($0)=v\($0)" }.joined(separator: "&")
    let subs = try facts(.visit(query + "&sub=x&sub1x=y&sub100=z&SUB2=q")).subs
    #expect(subs.map(\.number) == Array(1...30))
    #expect(subs.map(\.value) == (1...30).map { "v\($0)" })
  }

  @Test(
    arguments: [
      ("sub1=a%20b%26c", "a b&c"), ("sub1=a+b", "a b"), ("sub1=%C3%A4", "ä"), ("sub1=first&sub1=second", "first"),
      ("sub%31=named", "named"), ("sub1=", nil), ("sub1", nil), ("", nil), ("&&=x&sub1=y", "y"), ("sub1=%00", nil),
      ("sub1=a%00b%0D%0Ac%7F", "abc"), ("sub1=100%", "100%"), ("sub1=%ff", "\u{FFFD}"), ("sub1=a=b", "a=b"),
    ] as [(String, String?)])
  func valuesAreDecodedAndCleaned(_ query: String, _ value: String?) throws {
    #expect(try facts(.visit(query)).subs[1] == value)
  }

  @Test func longValuesAreCutAtACharacter() throws {
    let value = try #require(try facts(.visit("sub1=" + String(repeating: "ä", count: 600))).subs[1])
    #expect(value.utf8.count == StoredText.parameterLimit)
    #expect(value.allSatisfy { $0 == "ä" })
    let odd = try #require(try facts(.visit("sub1=x" + String(repeating: "ä", count: 600))).subs[1])
    #expect(odd.utf8.count == StoredText.parameterLimit - 1)
  }

  @Test func theExternalIDKeepsItsCaseAndComesFromTheSourcesOwnParameterFirst() throws {
    #expect(try facts(.visit("click_id=External-ID-1")).externalID == "External-ID-1")
    let meta = { (world: inout ClickWorld) in world.source(clickID: "fbclid", cost: "cpc") }
    #expect(try facts(.visit("click_id=plain&fbclid=IwAR-x"), meta).externalID == "IwAR-x")
    #expect(try facts(.visit("click_id=plain"), meta).externalID == "plain")
  }

  @Test(
    arguments: [
      ("pub=7", 7), ("pub=7&pub=8", 7), ("pub=", nil), ("pub=0x7", nil), ("pub=99999999999999999999", nil), ("", nil),
      ("pub=%37", 7), ("pub={publisher}", nil), ("PUB=7", nil),
    ] as [(String, Int64?)])
  func thePublisherIsReadFromTheLink(_ query: String, _ id: Int64?) throws {
    #expect(try facts(.visit(query)).publisherID == id)
  }

  @Test func aSourceMaySendItsClickIDInASubID() throws {
    let facts = try facts(.visit("sub3=abc")) { $0.source(clickID: "sub3") }
    #expect(facts.externalID == "abc")
    #expect(facts.subs[3] == "abc")
  }

  @Test func aLongClickIDIsKeptWhole() throws {
    let id = String(repeating: "Tb", count: 400)
    #expect(try facts(.visit("click_id=\(id)")).externalID == id)
  }

  @Test func theSourcesCostOverridesTheCampaigns() throws {
    let priced = { (world: inout ClickWorld) in
      world.campaign.costModel = .cpc
      world.campaign.cost = Micros("0.05")
    }
    #expect(try world(priced).click().event?.cost == Micros("0.05"))
    #expect(try world(priced).click(.visit("cost=0.0031")).event?.cost == Micros("0.0031"))
    #expect(try world(priced).click(.visit("cost=0,02")).event?.cost == Micros("0.02"))
    #expect(try world(priced).click(.visit("cost=0")).event?.cost == .zero)
    for unreadable in ["-1", "NaN", "1e3", "abc"] {
      let event = try #require(try world(priced).click(.visit("cost=\(unreadable)")).event)
      #expect(event.cost == Micros("0.05"))
      #expect(event.trace.first == "cost_unreadable")
    }
  }

  @Test(arguments: [
    (CostModel.cpc, "0.05", "0.05"), (.cpm, "1.50", "0.0015"), (.cpm, "0.0005", "0.000001"), (.cpa, "40", "0"),
    (.revshare, "30", "0"), (.none, "1", "0"),
  ])
  func theCostModelPricesAClick(_ model: CostModel, _ cost: String, _ perClick: String) throws {
    let event = try world {
      $0.campaign.costModel = model
      $0.campaign.cost = Micros(cost)
    }.click().event
    #expect(event?.cost == Micros(perClick))
  }

  @Test func aCostParameterIsInTheSourcesCurrency() throws {
    let euros = { (world: inout ClickWorld) in world.source(cost: "bid", currency: .eur) }
    #expect(try world(euros).click(.visit("bid=1")).event?.currency == .eur)
    #expect(try world(euros).click().event?.currency == .usd)
  }

  @Test(arguments: [
    "{cost}", "${SUBID}", "[CPA]", "[CLICK_ID]", "__CLICKID__", "{{ad.id}}", "{_raw}", "${CLICK-ID}",
  ])
  func anUnreplacedMacroIsStoredAsNothingAndReported(_ macro: String) throws {
    let encoded = PercentCoding.encodeComponent(macro)
    let result = try world { $0.source() }.click(.visit("sub1=\(encoded)&click_id=\(macro)&cost=\(encoded)&sub2=fine"))
    let event = try #require(result.event)
    #expect(event.subs == [2: "fine"])
    #expect(event.externalID == nil)
    #expect(event.cost == .zero)
    #expect(result.unreplacedMacros.map(\.parameter) == ["sub1", "click_id", "cost"])
    #expect(result.unreplacedMacros.allSatisfy { $0.macro == macro })
    #expect(event.trace.prefix(3) == ["macro:sub1=\(macro)", "macro:click_id=\(macro)", "macro:cost=\(macro)"])
  }

  @Test(arguments: [
    "cost", "{}", "[]", "____", "{a b}", "x{cost}", "{cost}x", "__campaign__", "[a", "$SUBID", "a{b}c", "{\"a\":1}",
    "{{}}",
  ])
  func whatIsNoMacroIsKept(_ value: String) throws {
    #expect(try facts(.visit("sub1=" + PercentCoding.encodeComponent(value))).subs[1] == value)
  }

  @Test(
    arguments: [
      ("de-DE,de;q=0.9,en;q=0.8", "de", "de-de"), ("EN", "en", "en"), ("zh-Hant-TW", "zh", "zh-hant-tw"),
      ("fr;q=0.5", "fr", "fr"), ("*", nil, nil), ("", nil, nil), ("x", nil, nil), ("<script>", nil, nil),
      ("de-", nil, nil),
    ] as [(String, String?, String?)])
  func theLanguageIsTheFirstTag(_ header: String, _ primary: String?, _ tag: String?) throws {
    let request = VisitorRequest.visit(headers: ["accept-language": header])
    #expect(try facts(request).language?.text == tag)
    #expect(try world().click(request).event?.language == primary)
  }

  @Test(
    arguments: [
      ("https://News.Example.com/path?q=1", "news.example.com"), ("http://a.example:8080", "a.example"),
      ("https://user:pw@h.example/x", "h.example"), ("https://[2001:db8::1]:443/", "[2001:db8::1]"),
      ("android-app://com.example", nil), ("about:blank", nil), ("https://", nil), ("https:///x", nil),
    ] as [(String, String?)])
  func theReferrerAndItsDomain(_ referrer: String, _ domain: String?) throws {
    let facts = try facts(.visit(headers: ["Referer": referrer]))
    #expect(facts.referrer == referrer)
    #expect(facts.referrerDomain == domain)
  }

  @Test func theUserAgentIsBounded() throws {
    let facts = try facts(.visit(headers: ["User-Agent": String(repeating: "a", count: 5_000)]))
    #expect(facts.userAgent?.utf8.count == StoredText.userAgentLimit)
  }

  @Test func aVisitorsCookieIsRecognisedAndAStrangeOneReplaced() throws {
    let id = VisitorID(at: ClickWorld.now)
    let known = VisitorRequest.visit(headers: ["Cookie": "a=1; _tly_vid=\(id); _tly_click=x"])
    #expect(try facts(known).visitorID == id)
    #expect(try world().click(known).answer.cookies.count == 1)
    for cookie in [
      "_tly_vid=nonsense", "x_tly_vid=\(id)", "_tly_vid=", ";;;", "_tly_vid=6f9619ff-8b86-4011-b42d-00c04fc964ff",
    ] {
      let stranger = VisitorRequest.visit(headers: ["Cookie": cookie])
      #expect(try facts(stranger).visitorID != id)
      #expect(try world().click(stranger).answer.cookies.count == 2)
    }
  }

  @Test func theEventIsWhatTheVisitorSent() throws {
    let world = world {
      $0.source(3)
      $0.tenant.offers[0].networkID = 8
    }
    let request = VisitorRequest.visit(
      "sub1=a&click_id=E1&cost=0.25",
      headers: ["User-Agent": "Mozilla/5.0", "Referer": "https://news.example/x", "Accept-Language": "en-US"],
      address: "2001:db8::7")
    let result = try world.click(request)
    let event = try #require(result.event)
    #expect(event.ts == Timestamp(rfc3339: "2026-11-21T10:00:00.123Z"))
    #expect(event.id.isVersion7)
    #expect(event.tenantID == 1)
    #expect(event.status == .ok)
    #expect(event.campaignID == 4)
    #expect([event.flowID, event.landingID, event.offerID, event.sourceID, event.networkID] == [nil, nil, 1, 3, 8])
    #expect(event.ip == IPAddress("2001:db8::7"))
    #expect(event.ipVersion == 6)
    #expect(
      [event.country, event.region, event.city, event.isp, event.os, event.browser, event.device] == [
        nil, nil, nil, nil, nil, nil, nil,
      ])
    #expect(event.userAgent == "Mozilla/5.0")
    #expect(event.referrerDomain == "news.example")
    #expect(event.language == "en")
    #expect(event.externalID == "E1")
    #expect(event.cost == Micros("0.25"))
    #expect(event.visitorID?.isVersion7 == true)
    #expect(event.fraudScore == nil)
    #expect(!event.isUnique)
  }

  @Test func headersAreFoundInAnyCaseAndCookiesAddUp() {
    let headers = VisitorHeaders([
      "USER-AGENT": "one", "User-Agent": "two", "cookie": "a=1", "Cookie": "b=2", "X-Mozilla": "no", "Purposes": "no",
    ])
    #expect(headers.userAgent == "one")
    #expect(headers.cookie == "a=1; b=2")
    #expect(headers.id(inCookie: "b") == nil)
    #expect(headers.mozPurpose == nil)
    #expect(headers.purpose == nil)
  }

  @Test func theTraceIsBounded() throws {
    let (hit, _) = try world().hit()
    for number in 0..<100 { hit.note("code \(number) " + String(repeating: "x", count: 500)) }
    #expect(hit.trace.count == Hit.traceLimit)
    #expect(hit.trace.allSatisfy { $0.utf8.count <= Hit.codeLimit })
  }
}
