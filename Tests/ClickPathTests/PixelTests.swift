import Core
import Testing

@testable import ClickPath

@Suite struct PixelTests {
  private func context(_ subs: [Int: String] = [:]) -> MacroContext {
    var facts = ClickFacts(address: IPAddress(v4: 0xCB00_7107))
    for (number, text) in subs { facts.subs[number] = text }
    return MacroContext(click: Array("ID".utf8), facts: facts, now: ClickWorld.now)
  }

  private func expand(_ html: String, _ subs: [Int: String] = [:]) throws -> String {
    let template = try #require(PixelTemplate(html) { $0 == "UTC" ? .utc : nil })
    return String(
      decoding: try #require(template.expand(context(subs), using: ChaChaGenerator(seed: 1))), as: UTF8.self)
  }

  @Test(arguments: [
    ("<img src=\"https://p.example/?c={click_id}&s={sub1}\">", "<img src=\"https://p.example/?c=ID&s=a%20%22b%3C\">"),
    ("<b title={_sub1}>", "<b title=a&#32;&#34;b&#60;>"),
    (
      "<script>function f(){return {a:1}} fire({sub1}, `${x}`)</script>",
      "<script>function f(){return {a:1}} fire(a%20%22b%3C, `${x}`)</script>"
    ),
    ("{date:yyyy}|{random:3,3}|{unknown}|{{sub2}}|{status:a=1}", "2026|3|{unknown}|{}|"),
    ("{", "{"), ("}{click_id", "}{click_id"),
  ])
  func macrosAreFilledAndOtherBracesStay(_ html: String, _ filled: String) throws {
    #expect(try expand(html, [1: "a \"b<"]) == filled)
  }

  @Test(arguments: ["", " \n\t"])
  func nothingIsNoPixel(_ html: String) { #expect(PixelTemplate(html) { _ in nil } == nil) }

  @Test func noVisitorWritesHTML() throws {
    let generator = ChaChaGenerator(seed: 3)
    let bytes = Array("<>\"'`\\ =/&{}()[]\n\r\tax;-".utf8)
    for _ in 0..<500 {
      let noise = String(
        decoding: (0..<30).map { _ in bytes[Int(generator.below(UInt64(bytes.count)))] }, as: UTF8.self)
      let text = try expand("{_sub1}", [1: noise])
      #expect(text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "&#;-._~:/?@!$*+,%".utf8.contains($0) })
      let decoded = text.replacing(/&#([0-9]+);/) { match in String(UnicodeScalar(UInt8(match.1) ?? 0)) }
      #expect(decoded == noise)
    }
  }

  @Test func whatGetsTooLongIsLeftOut() throws {
    let many = String(repeating: "{_sub1}", count: 2_000)
    let template = try #require(PixelTemplate(many) { _ in nil })
    let long = context([1: String(repeating: "<", count: 512)])
    #expect(template.expand(long, using: ChaChaGenerator(seed: 1)) == nil)

    let world = DepartureTests.world(.script, pixels: many)
    let result = try world.click(.visit("sub1=\(String(repeating: "x", count: 512))"))
    #expect(result.answer.text.utf8.count < 4_096)
    #expect(result.event?.trace.last == "pixels:too_long")
    #expect(result.answer.destination?.hasPrefix("https://shop.example/buy?s=xxx") == true)
  }

  // MARK: Retargeting

  private func retargeted(
    _ change: (inout RetargetingRecord) -> Void, features: Set<String> = ["retargeting_pixels"]
  ) -> ClickWorld {
    var world = ClickWorld()
    world.offer(1, "https://shop.example/?c={click_id}")
    world.campaign.offerID = 1
    world.campaign.appendsClickParameter = false
    var record = RetargetingRecord()
    change(&record)
    world.campaign.pixels = record
    world.tenant.features = features
    return world
  }

  @Test func anAddressElsewhereComesAfterAPageOf1500Milliseconds() throws {
    let world = retargeted {
      $0.facebook = "123456789012345"
      $0.google = "AW-123456789"
      $0.tiktok = "ABCDEF123456"
    }
    let result = try world.click()
    let text = result.answer.text
    let policy = try #require(result.answer.header("Content-Security-Policy"))
    #expect(result.answer.status == 200)
    #expect(result.answer.destination == "https://shop.example/?c=\(try #require(result.event).id)")
    #expect(result.event?.trace.last == "retargeting")
    #expect(text.contains("}setTimeout(go,1500)})()</script><script nonce="))
    #expect(text.contains("<noscript><meta http-equiv=\"refresh\" content=\"1;url=https://shop.example/?c="))
    #expect(text.contains("fbq(\"init\",\"123456789012345\");fbq(\"track\",\"PageView\")"))
    #expect(text.contains("src=\"https://www.facebook.com/tr?id=123456789012345&amp;ev=PageView&amp;noscript=1\""))
    #expect(text.contains("async src=\"https://www.googletagmanager.com/gtag/js?id=AW-123456789\""))
    #expect(text.contains("gtag(\"event\",\"page_view\",{send_to:\"AW-123456789\"})"))
    #expect(text.contains("viewthroughconversion/123456789/?guid=ON"))
    #expect(text.contains("q.load(\"ABCDEF123456\");q.page()"))
    let nonce = try #require(policy.firstMatch(of: /'nonce-([A-Za-z0-9_-]{22})'/)).1
    #expect(text.split(separator: "<script").dropFirst().allSatisfy { $0.hasPrefix(" nonce=\"\(nonce)\"") })
    for host in ["https://connect.facebook.net", "https://*.googletagmanager.com", "https://analytics.tiktok.com"] {
      #expect(policy.contains(host))
    }
    #expect(!policy.contains("unsafe") && !policy.contains(" https:;") && !policy.contains(" https: "))
    #expect(try world.click().answer.header("Content-Security-Policy")?.contains(nonce) == false)
  }

  @Test func thePolicyNamesTheHostsOfThosePixelsAlone() throws {
    let policy = try #require(
      try retargeted { $0.tiktok = "ABC" }.click().answer.header("Content-Security-Policy"))
    let nonce = try #require(policy.firstMatch(of: /'nonce-([A-Za-z0-9_-]{22})'/)).1
    #expect(
      policy.replacing(nonce, with: "N") == """
        default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'nonce-N' https://analytics.tiktok.com; \
        style-src 'nonce-N'; img-src https://analytics.tiktok.com; \
        connect-src https://analytics.tiktok.com https://analytics-ipv6.tiktokw.us
        """)
  }

  @Test func customScriptsMayDoWhatTheyNeedOnTheirPage() throws {
    let answer = try retargeted { $0.scripts = "<script>mine()</script>" }.click(.visit(host: "admin.example.com"))
      .answer
    let policy = try #require(answer.header("Content-Security-Policy"))
    #expect(policy.hasPrefix(ContentPolicy.sandbox))
    #expect(policy.contains("script-src 'unsafe-inline' https:;"))
    #expect(answer.text.contains("<script>mine()</script>"))
  }

  @Test func withoutTheLicenceTheRedirectIsPlain() throws {
    #expect(try retargeted({ $0.facebook = "1" }, features: ["ab_testing"]).click().answer.status == 302)
    #expect(try retargeted({ _ in }).click().answer.status == 302)
  }

  @Test func whoDoesNotCountIsNotRetargeted() throws {
    let world = retargeted { $0.facebook = "1" }
    let headers: KeyValuePairs = ["Purpose": "prefetch"]
    #expect(try world.click(.visit(headers: headers)).answer.status == 302)
  }

  @Test func theWholePauseIsKeptWhateverTheProfile() throws {
    var world = retargeted { $0.facebook = "1" }
    var profile = TrackingProfileRecord(id: 5, name: "Profile")
    profile.redirect = .hideReferrer
    profile.pixels = "<img src=\"https://p.example/\">"
    world.tenant.profiles = [profile]
    world.campaign.profileID = 5
    let answer = try world.click().answer
    #expect(answer.header("Referrer-Policy") == "no-referrer")
    #expect(answer.text.contains("}setTimeout(go,1500)})()"))
    #expect(answer.text.contains("https://p.example/"))
    #expect(answer.text.contains("fbevents.js"))
  }

  @Test func anIDIsTextWhateverIsInIt() {
    var record = RetargetingRecord()
    record.facebook = "1\");alert(1);//</script>"
    record.google = "\"><script>"
    record.tiktok = "'\\"
    let markup = String(decoding: record.markup(), as: UTF8.self)
    #expect(markup.contains("fbq(\"init\",\"1\\x22\\x29;alert\\x281\\x29;//\\x3c/script\\x3e\")"))
    #expect(markup.split(separator: "</script>").count == 4)
    #expect(!markup.contains("\"><script>\""))
  }
}
