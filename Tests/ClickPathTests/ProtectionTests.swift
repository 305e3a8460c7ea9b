import Core
import Testing

@testable import ClickPath

@Suite struct ProtectionTests {
  static let browser =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"

  private func world(protected: Bool = true, licensed: Bool = true, _ content: LandingRecord.Content? = nil)
    -> ClickWorld
  {
    var world = ClickWorld()
    world.offer(9)
    world.landing(3, content ?? .local(html: "<!doctype html><h1>secret {{sub1}}</h1>"))
    world.tenant.landings[0].isProtected = protected
    world.tenant.features = licensed ? ["lander_protection"] : []
    world.flow(7, .default, landings: [WeightedID(id: 3, weight: 1)], offers: [WeightedID(id: 9, weight: 1)])
    return world
  }

  private func visit(_ agent: String? = browser, language: String? = "en", referrer: String? = nil) -> VisitorRequest {
    var request = VisitorRequest.visit()
    for (name, value) in [("User-Agent", agent), ("Accept-Language", language), ("Referer", referrer)] {
      if let value { request.headers.take(name, value) }
    }
    return request
  }

  @Test(arguments: [
    "https://adplexity.com/x", "https://app.adplexity.com", "http://www.anstrex.com:8080/?a", "https://SPYPUSH.com",
    "https://minea.com.",
  ])
  func whoComesFromASpyToolIsDenied(_ referrer: String) throws {
    let result = try world().click(visit(referrer: referrer))
    #expect(result.answer.status == 403)
    #expect(result.answer.text.contains("Access Denied"))
    #expect(!result.answer.text.contains("secret"))
    #expect(result.stop == .spy)
    #expect(result.event?.status == .blocked)
    #expect(result.event?.landingID == 3)
    #expect(result.event?.trace.suffix(2) == ["spy:spy_referrer", "lander_protection"])
  }

  @Test(arguments: [
    "https://notadplexity.com/", "https://adplexity.com.evil.example/", "https://google.com/?q=adplexity.com",
  ])
  func aNameLikeASpyToolsIsNone(_ referrer: String) throws {
    #expect(try world().click(visit(referrer: referrer)).answer.status == 200)
  }

  @Test(arguments: [
    "HeadlessChrome/130.0", "PhantomJS/2.1.1", "Selenium/4", "Playwright/1.5", "Puppeteer", "Cypress/13",
  ])
  func aDrivenBrowserIsDenied(_ word: String) throws {
    let result = try world().click(visit("\(Self.browser) \(word)"))
    #expect(result.event?.trace.contains("spy:headless_agent") == true)
    #expect(result.answer.status == 403)
  }

  @Test func oneWeakSignIsNotEnough() throws {
    for (request, sign) in [
      (visit(language: nil), "no_language"), (visit("curl/8.0", language: nil), "http_client"),
      (visit(nil), "no_agent"),
    ] {
      let result = try world().click(request)
      #expect(result.answer.status == 200)
      #expect(result.event?.trace.contains("spy:\(sign)") == true)
      #expect(result.answer.text.contains(",[\"\(sign)\"],"))
    }
  }

  @Test func strongAndWeakAsTheDocumentsSay() {
    #expect(SpySign.givesAway([.webdriver]))
    #expect(SpySign.givesAway([.noPlugins, .noLanguage]))
    #expect(!SpySign.givesAway([.noPlugins]))
    #expect(!SpySign.givesAway([]))
  }

  @Test func theProtectedPageIsPacked() throws {
    var request = visit()
    request.query = "sub1=%C3%A9"
    let text = try world().click(request).answer.text
    #expect(text.hasPrefix("<!doctype html><script>"))
    #expect(!text.contains("secret"))
    #expect(text.contains("<noscript>"))
    let payload = try #require(text.split(separator: "],\"").last?.split(separator: "\"").first)
    let padded = payload.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    let page = String(decoding: try #require([UInt8](base64url: padded)), as: UTF8.self)
    #expect(page.withoutScript == "<!doctype html><h1>secret é</h1>")
  }

  @Test func withoutLicenceOrSettingNothingIsKept() throws {
    for world in [world(protected: false), world(licensed: false)] {
      let result = try world.click(visit("HeadlessChrome", referrer: "https://adplexity.com/"))
      #expect(result.answer.status == 200)
      #expect(result.answer.text.contains("secret"))
    }
  }

  @Test func aLandingElsewhereIsKeptToo() throws {
    let world = world(.url("https://pages.example/"))
    #expect(try world.click(visit(referrer: "https://bigspy.com/")).answer.status == 403)
    #expect(try world.click(visit()).answer.status == 302)
  }

  @Test func whatIsNotCountedIsDeniedUnrecorded() throws {
    var request = visit(referrer: "https://bigspy.com/")
    request.method = .head
    let result = try world().click(request)
    #expect(result.answer.status == 403)
    #expect(result.event == nil)
  }
}
