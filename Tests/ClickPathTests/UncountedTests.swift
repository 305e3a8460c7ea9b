import Core
import Testing

@testable import ClickPath

@Suite struct UncountedTests {
  @Test(arguments: [
    ("Sec-Purpose", "prefetch", Uncounted.prefetch), ("Sec-Purpose", "prefetch;prerender", .prefetch),
    ("sec-purpose", "prerender", .prefetch), ("Purpose", "prefetch", .prefetch), ("X-Moz", "prefetch", .prefetch),
    ("X-Purpose", "preview", .prefetch), ("Purpose", "PREVIEW", .prefetch),
    ("User-Agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", .linkPreview),
    ("User-Agent", "Slack-ImgProxy (+https://api.slack.com/robots)", .linkPreview),
    ("User-Agent", "WhatsApp/2.23.20.0 A", .linkPreview),
    ("User-Agent", "TelegramBot (like TwitterBot)", .linkPreview),
    ("User-Agent", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", .linkPreview),
    ("User-Agent", "Facebot Twitterbot/1.0", .linkPreview),
    ("User-Agent", "Mozilla/5.0 AppleWebKit thirdLandingPageFeInfra", .linkPreview),
  ])
  func prefetchesAndPreviewsAreNoClicks(_ header: String, _ value: String, _ reason: Uncounted) {
    #expect(Uncounted(.visit(headers: [header: value])) == reason)
  }

  @Test(arguments: [
    ("Accept", "prefetch"), ("Sec-Purpose", "navigate"), ("Purpose", "shopping"),
    ("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) [FBAN/FBIOS;FBAV/435.0]"),
    ("User-Agent", "Mozilla/5.0 (Linux; Android 13) Telegram-Android/10.2"),
    ("User-Agent", "Mozilla/5.0 (X11) WhatsApp/2.2 in the middle"), ("User-Agent", ""),
  ])
  func peopleAreCounted(_ header: String, _ value: String) {
    #expect(Uncounted(.visit(headers: [header: value])) == nil)
  }

  @Test func headIsNoClick() {
    #expect(Uncounted(.visit(method: .head)) == .head)
    #expect(Uncounted(.visit(method: .post)) == nil)
  }

  @Test func whatIsNotCountedIsServedWithoutCookiesAndWithoutAnID() throws {
    var world = ClickWorld()
    world.offer(1, "https://shop.example/buy?x={click_id}&s={sub1}")
    world.campaign.offerID = 1
    let result = try world.click(.visit("sub1=a", headers: ["Purpose": "prefetch"]))
    #expect(result.event == nil)
    #expect(result.uncounted == .prefetch)
    #expect(result.answer.status == 302)
    #expect(result.answer.cookies.isEmpty)
    #expect(result.answer.header("Cache-Control") == "no-store")
    #expect(result.answer.location == "https://shop.example/buy?x=&s=a")
  }

  @Test func aPrefetchedLandingLeadsStraightToTheOffer() throws {
    var world = ClickWorld()
    world.offer(1, "https://shop.example/buy?s={sub1}&t=2")
    world.landing(2, .local(html: "<a href=\"{{offer_url}}\">"))
    world.flow(1, .default, landings: [WeightedID(id: 2, weight: 1)], offers: [WeightedID(id: 1, weight: 1)])
    let answer = try world.click(.visit("sub1=%22%3E%3Cscript%3E", method: .head)).answer
    #expect(answer.text.withoutScript == "<a href=\"https://shop.example/buy?s=%22%3E%3Cscript%3E&amp;t=2\">")
  }
}
