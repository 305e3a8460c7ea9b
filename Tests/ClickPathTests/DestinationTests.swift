import Core
import Testing

@testable import ClickPath

@Suite struct DestinationTests {
  static let click = ClickID("0193b2a4-1c3e-7a11-8f00-0123456789ab") ?? ClickID(high: 0, low: 0)
  static let now = Timestamp(rfc3339: "2026-11-21T23:04:05.678Z") ?? ClickWorld.now

  private func context() throws -> MacroContext {
    var world = ClickWorld()
    world.offer(9, payouts: ["FR": Micros(rawValue: 40_000_000)], network: 8)
    world.source(3)
    let tenant = try world.place().tenant
    var facts = ClickFacts(address: IPAddress(v4: 0xCB00_7107))
    facts.subs = [1: "a b&c", 30: "last"]
    facts.externalID = "Ext/1"
    facts.visitorID = VisitorID("0193b2a4-1c3e-7a11-8f00-0000000000ff")
    facts.cost = Micros("0.05")
    facts.country = "FR"
    facts.city = "Orléans"
    facts.os = "Windows"
    facts.language = LanguageTag("fr-CH")
    facts.referrer = "https://news.example/?a=1&b=2"
    facts.referrerDomain = "news.example"
    facts.userAgent = "Mozilla/5.0 (X11)"
    facts.fraudScore = 12
    facts.connection = "cellular"
    return MacroContext(
      click: Self.click.ascii, campaign: tenant.campaign(slug: "mcafee-us"), flowID: 7, landingID: 5,
      offer: tenant.offers[9], facts: facts, now: Self.now, offerURL: Array("https://t.example/offer/x".utf8))
  }

  private static let berlin = LocalClock(ZoneRecord(name: "Europe/Berlin", firstOffset: 3_600, changes: []))

  private func template(_ url: String) -> URLTemplate {
    URLTemplate(url) { $0 == "UTC" ? .utc : $0 == "Europe/Berlin" ? Self.berlin : nil }
  }

  private func expand(_ macros: String) throws -> String {
    String(decoding: template(macros).expand(try context(), using: ChaChaGenerator(seed: 1)), as: UTF8.self)
  }

  @Test(arguments: [
    ("{click_id}", "0193b2a4-1c3e-7a11-8f00-0123456789ab"), ("{campaign_id}", "4"),
    ("{campaign_name}", "McAfee%20US%20%26%20more"), ("{_campaign_name}", "McAfee%20US%20&%20more"),
    ("{source_id}", "3"), ("{flow_id}", "7"), ("{landing_id}", "5"), ("{offer_id}", "9"), ("{network_id}", "8"),
    ("{sub1}", "a%20b%26c"), ("{_sub1}", "a%20b&c"), ("{sub30}", "last"), ("{sub2}", ""), ("{external_id}", "Ext%2F1"),
    ("{_external_id}", "Ext/1"), ("{visitor_id}", "0193b2a4-1c3e-7a11-8f00-0000000000ff"), ("{cost}", "0.05"),
    ("{payout}", "40.00"), ("{currency}", "USD"), ("{country}", "FR"), ("{region}", ""), ("{city}", "Orl%C3%A9ans"),
    ("{isp}", ""), ("{os}", "Windows"), ("{browser}", ""), ("{device}", ""), ("{language}", "fr"),
    ("{referrer}", "https%3A%2F%2Fnews.example%2F%3Fa%3D1%26b%3D2"), ("{_referrer}", "https://news.example/?a=1&b=2"),
    ("{referrer_domain}", "news.example"), ("{user_agent}", "Mozilla%2F5.0%20%28X11%29"), ("{ip}", "203.0.113.7"),
    ("{unique}", "0"), ("{fraud_score}", "12"), ("{connection}", "cellular"), ("{ts}", "1795302245"),
    ("{txid}", ""), ("{conversion_type}", ""), ("{status}", ""), ("{goal}", ""), ("{status:lead=0 sale=1}", ""),
    ("{date}", "2026-11-21"), ("{date:yyyyMMdd}", "20261121"), ("{date:yyyy-MM-dd,Europe/Berlin}", "2026-11-22"),
    ("{date:HH.mm.ss,Europe/Berlin}", "00.04.05"), ("{date:X}", "1795302245"), ("{date:dd/MM}", "21%2F11"),
    ("{random:7,7}", "7"), ("{offer_url}", "https%3A%2F%2Ft.example%2Foffer%2Fx"),
    ("{_offer_url}", "https://t.example/offer/x"),
    ("{nonsense}", ""), ("{sub31}", ""), ("{sub0}", ""), ("{random}", ""), ("{random:9,1}", ""),
    ("{date:yyyy,Mars/Olympus}", ""), ("a{sub2}b", "ab"),
    ("{}", "%7B%7D"), ("{not a macro}", "%7Bnot%20a%20macro%7D"), ("{\"a\":1}", "%7B%22a%22:1%7D"),
    ("{open", "%7Bopen"),
    ("{{sub30}}", "%7Blast%7D"),
  ])
  func macrosAreFilled(_ macro: String, _ text: String) throws {
    #expect(try expand(macro) == text)
  }

  @Test func randomStaysWithinItsEnds() throws {
    let template = template("{random:1,6}")
    let context = try context()
    let generator = ChaChaGenerator(seed: 5)
    let drawn = Set((0..<500).map { _ in String(decoding: template.expand(context, using: generator), as: UTF8.self) })
    #expect(drawn == ["1", "2", "3", "4", "5", "6"])
  }

  @Test func unknownMacrosAreReportedAndZonesAskedFor() {
    #expect(template("https://x.example/?a={clickid}&b={sub1}").unknownMacros == ["clickid"])
    #expect(URLTemplate.zoneNames(in: "https://x.example/?a={date:HH,Asia/Tokyo}&b={date}") == ["Asia/Tokyo", "UTC"])
  }

  @Test func whateverIsFilledInTheURLFitsAHeader() throws {
    let generator = ChaChaGenerator(seed: 99)
    let template = template("https://x.example/{_sub1}?a={sub1}&b={_sub2}&c={sub2}#{_user_agent}")
    var context = try context()
    func noise() -> String {
      String(decoding: (0..<Int(generator.below(40))).map { _ in UInt8(generator.below(256)) }, as: UTF8.self)
    }
    for _ in 0..<2_000 {
      context.facts.subs = [1: noise(), 2: noise() + "\r\nSet-Cookie: a=b\u{0}\"<>"]
      context.facts.userAgent = noise()
      var url = template.expand(context, using: generator)
      URLParameters.append("sub2", Self.click.ascii, to: &url)
      #expect(url.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) })
      let encoded = try #require(String(decoding: url, as: UTF8.self).split(separator: "a=").dropFirst().first)
      #expect(encoded.prefix { $0 != "&" }.utf8.allSatisfy { $0.isASCIIAlphanumeric || "%-._~".utf8.contains($0) })
    }
  }

  @Test(arguments: [
    ("https://x.example", "https://x.example?sub2=ID"), ("https://x.example/a", "https://x.example/a?sub2=ID"),
    ("https://x.example/a?b=c", "https://x.example/a?b=c&sub2=ID"),
    ("https://x.example/?", "https://x.example/?sub2=ID"),
    ("https://x.example/?a=b&", "https://x.example/?a=b&sub2=ID"),
    ("https://x.example/#top", "https://x.example/?sub2=ID#top"),
    ("https://x.example/?a#b?c", "https://x.example/?a&sub2=ID#b?c"),
    ("https://x.example/#a?b", "https://x.example/?sub2=ID#a?b"),
  ])
  func aParameterJoinsAnyURL(_ url: String, _ joined: String) {
    var bytes = Array(url.utf8)
    URLParameters.append("sub2", Self.click.ascii, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == joined.replacing("ID", with: Self.click.description))
  }

  @Test(arguments: [
    ("https://shop.example/buy", "https://shop.example/buy?sub2=ID&_tly_click=ID"),
    ("https://shop.example/buy?a=1#x", "https://shop.example/buy?a=1&sub2=ID&_tly_click=ID#x"),
    ("https://shop.example/{click_id}", "https://shop.example/ID?_tly_click=ID"),
    ("https://shop.example/?r={_click_id}", "https://shop.example/?r=ID&_tly_click=ID"),
    ("https://shop.example/?sub2=mine", "https://shop.example/?sub2=mine&_tly_click=ID"),
    ("https://shop.example/?a=1&sub2={sub1}", "https://shop.example/?a=1&sub2=S&_tly_click=ID"),
    ("https://shop.example/?xsub2=1", "https://shop.example/?xsub2=1&sub2=ID&_tly_click=ID"),
    ("https://shop.example/#?sub2=1", "https://shop.example/?sub2=ID&_tly_click=ID#?sub2=1"),
    ("https://shop.example/?_tly_click={click_id}", "https://shop.example/?_tly_click=ID"),
  ])
  func theClickIDIsHandedToTheOffer(_ url: String, _ target: String) throws {
    var world = ClickWorld()
    world.offer(1, url)
    world.campaign.offerID = 1
    let result = try world.click(.visit("sub1=S"))
    let id = try #require(result.event).id.description
    #expect(result.answer.location == target.replacing("ID", with: id))
  }

  @Test func aCampaignCanKeepTheClickParameterToItself() throws {
    var world = ClickWorld()
    world.offer(1)
    world.campaign.offerID = 1
    world.campaign.appendsClickParameter = false
    let result = try world.click()
    #expect(result.answer.location == "https://shop.example/buy?sub2=\(try #require(result.event).id)")
  }

  @Test func payoutsGoByCountry() throws {
    var world = ClickWorld()
    world.offer(1, payouts: ["FR": Micros(rawValue: 1), "UK": Micros(rawValue: 2)])
    let offer = try #require(try world.place().tenant.offers[1])
    #expect(offer.payout(country: "fr").rawValue == 1)
    #expect(offer.payout(country: "GB").rawValue == 2)
    #expect(offer.payout(country: "US").rawValue == 25_000_000)
    #expect(offer.payout(country: nil).rawValue == 25_000_000)
  }
}
