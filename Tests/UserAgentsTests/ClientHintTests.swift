import ClickPath
import Testing

@testable import UserAgents

@Suite struct ClientHintTests {
  private static let chromium = "\"Not)A;Brand\";v=\"8\", \"Chromium\";v=\"138\""
  private static let windows =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
  private static let linux =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
  private static let phone =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36"

  private func facts(
    _ agent: String, _ brand: String? = nil, _ mobile: String? = nil, _ platform: String? = nil, model: String? = nil
  ) throws -> UserAgentFacts {
    try UAPCore.parser().parse(
      agent,
      hints: ClientHints(
        brands: brand.map { "\(Self.chromium), \"\($0)\";v=\"138\"" }, mobile: mobile, platform: platform, model: model)
    )
  }

  @Test(arguments: [
    (windows, "Google Chrome", "?0", "Chrome"), (windows, "Brave", "?0", "Brave"),
    (windows, "Microsoft Edge", "?0", "Edge"),
    (windows, "Opera", "?0", "Opera"), (windows, "Opera GX", "?0", "Opera"),
    (windows, "YaBrowser", "?0", "Yandex Browser"),
    (windows, "Vivaldi", "?0", "Vivaldi"), (phone, "Google Chrome", "?1", "Chrome Mobile"),
    (phone, "Brave", "?1", "Brave"),
    (phone, "Microsoft Edge", "?1", "Edge Mobile"), (phone, "Opera", "?1", "Opera Mobile"),
    (phone, "Samsung Internet", "?1", "Samsung Internet"), (phone, "Invented Browser", "?1", "Chrome Mobile"),
    (phone, "Android WebView", "?1", "Chrome Mobile WebView"),
  ])
  func theBrandNamesTheBrowser(_ agent: String, _ brand: String, _ mobile: String, _ browser: String) throws {
    #expect(try facts(agent, brand, mobile).browser == browser)
  }

  @Test func anAgentThatSaysMoreThanTheBrandIsBelieved() throws {
    let facebook = "\(Self.phone) [FB_IAB/FB4A;FBAV/468.0.0.0;]"
    #expect(try facts(facebook, "Android WebView", "?1").browser == "Facebook")
    #expect(try facts("\(Self.windows) Edg/138.0.0.0", "Brave", "?0").browser == "Edge")
  }

  @Test(arguments: [
    (windows, "\"Windows\"", "Windows"), (linux, "\"Android\"", "Android"), (linux, "\"Chrome OS\"", "Chrome OS"),
    (windows, "\"macOS\"", "Mac OS X"), (linux, "\"Linux\"", "Linux"), (windows, "\"Unknown\"", "Windows"),
    (windows, "Linux; DROP", "Windows"), (windows, "\"", "Windows"), (windows, "", "Windows"),
    (
      "Mozilla/5.0 (X11; Ubuntu; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36",
      "\"Linux\"", "Ubuntu"
    ),
  ])
  func thePlatformNamesTheSystem(_ agent: String, _ platform: String, _ os: String) throws {
    #expect(try facts(agent, nil, nil, platform).os == os)
  }

  @Test(arguments: [
    (windows, "?0", "\"Windows\"", DeviceType.desktop), (phone, "?1", "\"Android\"", .mobile),
    // A phone that asks for desktop sites; a tablet that does.
    (linux, "?1", "\"Android\"", .mobile), (linux, "?0", "\"Android\"", .tablet),
    (phone.replacing(" Mobile", with: ""), "?0", "\"Android\"", .tablet), ("", "?1", "\"Android\"", .mobile),
    ("", "?0", "\"Windows\"", .desktop), (windows, "?2", "\"Windows\"", .desktop),
    (windows, "1", "\"Windows\"", .desktop),
    ("Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) TV Safari/537.36", "?0", "\"Linux\"", .tv),
  ])
  func mobileTellsPhonesFromTheRest(_ agent: String, _ mobile: String, _ platform: String, _ device: DeviceType) throws
  {
    #expect(try facts(agent, "Google Chrome", mobile, platform).device == device)
  }

  @Test func theModelOfAHintTakesThePlaceOfK() throws {
    #expect(try facts(Self.phone).model == nil)
    #expect(try facts(Self.phone, "Google Chrome", "?1", "\"Android\"", model: "\"Pixel 8\"").model == "Pixel 8")
    #expect(try facts(Self.phone, "Google Chrome", "?1", "\"Android\"", model: "\"\"").model == nil)
    #expect(try facts("Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36").model == "Samsung SM-S918B")
  }

  @Test func aHeadlessBrowserIsABotByItsBrandAlone() throws {
    #expect(try facts(Self.linux, "HeadlessChrome", "?0", "\"Linux\"").bot == "HeadlessChrome")
    #expect(try facts(Self.linux, "HeadlessChrome", "?0", "\"Linux\"").device == .bot)
  }

  @Test func hintsAreReadFromTheRequest() {
    let headers = VisitorHeaders([
      "sec-ch-ua": "\"Brave\";v=\"138\"", "SEC-CH-UA": "second", "Sec-CH-UA-Mobile": "?1",
      "Sec-Ch-Ua-Platform": "\"Android\"", "Sec-CH-UA-Model": "\"Pixel 8\"", "Sec-CH-UA-Arch": "\"x86\"",
    ])
    #expect(
      headers.hints
        == ClientHints(brands: "\"Brave\";v=\"138\"", mobile: "?1", platform: "\"Android\"", model: "\"Pixel 8\""))
  }
}
