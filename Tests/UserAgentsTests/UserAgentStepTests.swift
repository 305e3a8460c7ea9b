import ClickPath
import Core
import Testing

@testable import UserAgents

@Suite struct UserAgentStepTests {
  /// What `?test=1` says of a visitor with these headers.
  private func facts(_ headers: KeyValuePairs<String, String>, _ parser: UserAgentParser) throws -> [String: JSONValue]
  {
    var campaign = CampaignRecord(id: 1, slug: "c", name: "C", currency: .usd)
    campaign.offerID = 2
    var tenant = TenantRecord(id: 1, slug: "t", isDefault: true)
    tenant.campaigns = [campaign]
    tenant.offers = [OfferRecord(id: 2, name: "O", url: "https://shop.example/", currency: .usd)]
    let now = Timestamp(seconds: 1_795_255_200)
    var builder = SnapshotBuilder()
    let built = builder.build(SnapshotRecords(takenAt: now, isSingleTenant: true, publicHosts: [], tenants: [tenant]))
    let pipeline = ClickPipeline(links: try #require(LinkSigner(key: Array(0..<16))), adding: [.userAgent(parser)])
    let told = pipeline.explain(
      VisitorRequest(
        method: .get, target: "/c/c", host: "localhost", isSecure: false, headers: VisitorHeaders(headers),
        address: try #require(IPAddress("203.0.113.7")), now: now),
      slug: "c", in: try #require(built.snapshot.place(forHost: "localhost")), using: ChaChaGenerator(seed: 1))
    #expect(told["decision"] == "offer")
    let facts = try #require(told["facts"])
    return ["os", "browser", "device"].reduce(into: [:]) { $0[$1] = facts[$1] }
  }

  @Test func aVisitorGetsSystemBrowserAndDevice() throws {
    let agent =
      "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36"
    let parser = try UAPCore.parser()
    #expect(
      try facts(["User-Agent": agent], parser) == ["os": "Android", "browser": "Chrome Mobile", "device": "Mobile"])
    #expect(
      try facts(["User-Agent": agent, "Sec-CH-UA": "\"Brave\";v=\"138\"", "Sec-CH-UA-Mobile": "?1"], parser)
        == ["os": "Android", "browser": "Brave", "device": "Mobile"])
  }

  @Test func anUnknownVisitorGoesTheSameWay() throws {
    let unknown: [String: JSONValue] = ["os": .null, "browser": .null, "device": .null]
    for parser in [try UAPCore.parser(), UserAgentParser(patterns: nil)] {
      #expect(try facts([:], parser) == unknown)
      #expect(try facts(["User-Agent": "-"], parser) == unknown)
    }
  }

  @Test func withoutPatternsBotsAndDevicesAreStillTold() throws {
    let parser = UserAgentParser(patterns: nil)
    #expect(try facts(["User-Agent": "curl/8.9.1"], parser) == ["os": .null, "browser": .null, "device": "Bot"])
    #expect(
      try facts(["User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5)", "Sec-CH-UA-Platform": "\"iOS\""], parser)
        == ["os": "iOS", "browser": .null, "device": "Mobile"])
  }
}
