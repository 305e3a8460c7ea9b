import Core
import Testing

@testable import ClickPath

@Suite struct AnswerTests {
  private func landingWorld(_ content: LandingRecord.Content) -> ClickWorld {
    var world = ClickWorld()
    world.offer(9, "https://shop.example/buy?s={sub1}")
    world.landing(3, content)
    world.flow(7, .default, landings: [WeightedID(id: 3, weight: 1)], offers: [WeightedID(id: 9, weight: 1)])
    return world
  }

  @Test func aRedirectToAnOfferWord() throws {
    var world = ClickWorld()
    world.offer(1)
    world.campaign.offerID = 1
    let result = try world.click()
    let event = try #require(result.event)
    let visitor = try #require(event.visitorID)
    #expect(result.answer.status == 302)
    #expect(result.answer.body.isEmpty)
    #expect(
      result.answer.headers.map { "\($0.name): \($0.value)" } == [
        "Cache-Control: no-store",
        "Location: https://shop.example/buy?sub2=\(event.id)&_tly_click=\(event.id)",
        "Set-Cookie: _tly_click=\(event.id); Path=/; Max-Age=2592000; SameSite=Lax",
        "Set-Cookie: _tly_vid=\(visitor); Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
      ])
  }

  @Test func cookiesAreSecureOnHTTPS() throws {
    var world = ClickWorld()
    world.offer(1)
    world.campaign.offerID = 1
    let cookies = try world.click(.visit(isSecure: true)).answer.cookies
    #expect(cookies.count == 2)
    #expect(cookies.allSatisfy { $0.hasSuffix("; Secure") })
  }

  @Test func aLocalLandingIsServedWithItsCallToAction() throws {
    let html =
      "<!doctype html><p>{{country}} {offer_url}</p><a href=\"{{offer_url}}\">1</a><a href='{{ offer_url }}'>2</a>"
    let world = landingWorld(.local(html: html))
    let result = try world.click(.visit("sub1=a%20b"))
    let event = try #require(result.event)
    #expect(result.answer.status == 200)
    #expect(result.answer.header("Content-Type") == "text/html; charset=utf-8")
    #expect(result.answer.header("Content-Security-Policy") == nil)
    let text = result.answer.text.withoutScript
    #expect(text.hasPrefix("<!doctype html><p> {offer_url}</p><a href=\"/offer/\(event.id)/9?k="))
    let links = text.split(whereSeparator: { "\"'".contains($0) }).filter { $0.hasPrefix("/offer/") }
    #expect(links.count == 2)
    #expect(links[0] == links[1])
    #expect(event.landingID == 3)
    #expect(event.offerID == 9)
  }

  @Test func aPageOnTheDashboardsHostIsSandboxed() throws {
    let world = landingWorld(.local(html: "<h1>hi</h1>"))
    let expected = "sandbox allow-scripts allow-forms allow-popups allow-top-navigation"
    for host in ["admin.example.com", "127.0.0.1:3000", "localhost:3000", "[::1]:3000"] {
      #expect(try world.click(.visit(host: host)).answer.header("Content-Security-Policy") == expected)
    }
    #expect(try world.click(.visit()).answer.header("Content-Security-Policy") == nil)
  }

  @Test func aLandingWithoutOfferLeadsNowhere() throws {
    var world = ClickWorld()
    world.landing(3, .local(html: "<a href=\"{{offer_url}}\">go</a>"))
    world.flow(7, .default, landings: [WeightedID(id: 3, weight: 1)])
    let result = try world.click()
    #expect(result.answer.text.withoutScript == "<a href=\"#\">go</a>")
    #expect(result.event?.offerID == nil)
  }

  @Test(arguments: [
    "{{offer_url}}", "{{offer_url", "{{ offer_url } }", "{{offer_urls}}", "{{{offer_url}}}", "{", "{{", "",
    "a{{offer_url}}{{offer_url}}b",
  ])
  func placeholdersAreFoundWhereTheyAre(_ html: String) {
    let visit = PageVisit(facts: ClickFacts(address: IPAddress(v4: 1)), click: nil, offerURL: Array("L".utf8))
    let page = String(decoding: PageTemplate(html).render(visit), as: UTF8.self).withoutScript
    #expect(page == html.replacing("{{offer_url}}", with: "L"))
  }

  @Test func aLandingElsewhereGetsTheClickAndItsCallToAction() throws {
    let world = landingWorld(.url("https://pages.example/p?c={click_id}&next={offer_url}"))
    let result = try world.click(.visit(isSecure: true))
    let event = try #require(result.event)
    let location = try #require(result.answer.location)
    #expect(result.answer.status == 302)
    #expect(
      location.hasPrefix(
        "https://pages.example/p?c=\(event.id)&next=https%3A%2F%2Ftrack.example.com%2Foffer%2F\(event.id)%2F9%3Fk%3D"))
    #expect(location.hasSuffix("&_tly_click=\(event.id)"))
    #expect(!location.contains("sub2="))
  }

  @Test func theNotFoundPageIsNeitherCachedNorMarked() {
    #expect(TrackingAnswer.notFound.status == 404)
    #expect(TrackingAnswer.notFound.header("Cache-Control") == "no-store")
    #expect(TrackingAnswer.notFound.cookies.isEmpty)
    #expect(TrackingAnswer.notFound.text.contains("<title>Not found</title>"))
  }

  @Test func anUnknownSlugIsNotFound() throws {
    let world = ClickWorld()
    let result = try world.pipeline().click(.visit(), slug: "MCAFEE-US", in: world.place(), using: world.generator)
    #expect(result.stop == .unknownCampaign)
    #expect(result.answer == .notFound)
  }

  @Test func explainingSaysTheDecisionAndWhy() throws {
    var world = landingWorld(.local(html: "x"))
    world.flow(8, .forced, [FilterRecord(field: "country", op: "equals", values: ["US"])])
    let json = try world.explain(.visit("test=1&sub1=a&cost=%7Bcost%7D"))
    #expect(json["recorded"] == false)
    #expect(json["decision"] == "landing")
    #expect(json["status"] == 200)
    #expect(json["flow_id"] == 7)
    #expect(json["landing_id"] == 3)
    #expect(json["offer_id"] == 9)
    #expect(json["facts"]?["subs"] == ["sub1": "a"])
    #expect(json["facts"]?["country"] == .null)
    #expect(json["facts"]?["unreplaced_macros"] == [["parameter": "cost", "macro": "{cost}"]])
    #expect(json["trace"] == ["macro:cost={cost}", "geo_unknown", "flow:7 default", "landing:3", "offer:9"])

    world.tenant.flows = []
    let nothing = try world.explain()
    #expect(nothing["decision"] == "not_found")
    #expect(nothing["reason"] == "no_destination")
  }

  @Test func explainingShowsNoIDThatIsNotRecorded() throws {
    var world = ClickWorld()
    world.offer(1, "https://shop.example/?c={click_id}")
    world.campaign.offerID = 1
    #expect(try world.explain()["location"] == "https://shop.example/?c=")
    #expect(ClickPipeline.wantsExplanation("a=b&test=1"))
    #expect(!ClickPipeline.wantsExplanation("test=0"))
    #expect(!ClickPipeline.wantsExplanation("latest=1"))
  }
}
