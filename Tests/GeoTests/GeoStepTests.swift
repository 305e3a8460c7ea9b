import ClickPath
import Core
import Testing

@testable import Geo

@Suite struct GeoStepTests {
  /// What `?test=1` says of a visitor from `address`.
  private func explain(_ address: String, _ library: GeoLibrary) throws -> JSONValue {
    var campaign = CampaignRecord(id: 1, slug: "c", name: "C", currency: .usd)
    campaign.offerID = 2
    var tenant = TenantRecord(id: 1, slug: "t", isDefault: true)
    tenant.campaigns = [campaign]
    tenant.offers = [OfferRecord(id: 2, name: "O", url: "https://shop.example/", currency: .usd)]
    let now = Timestamp(seconds: 1_795_255_200)
    var builder = SnapshotBuilder()
    let built = builder.build(
      SnapshotRecords(takenAt: now, isSingleTenant: true, publicHosts: [], tenants: [tenant]))
    let place = try #require(built.snapshot.place(forHost: "localhost"))
    let signer = try #require(LinkSigner(key: Array(0..<16)))
    let pipeline = ClickPipeline(links: signer, adding: [.geo(library)])
    return pipeline.explain(
      VisitorRequest(
        method: .get, target: "/c/c", host: "localhost", isSecure: false, headers: VisitorHeaders(),
        address: try ip(address), now: now), slug: "c", in: place, using: ChaChaGenerator(seed: 1))
  }

  @Test func aKnownVisitorGetsPlaceAndProvider() throws {
    let files = try GeoFiles()
    try files.make("GeoLite2-City", ["198.18.0.0/16": city("de", "Germany", "Bavaria", "Munich")])
    try files.make("GeoLite2-ASN", ["198.18.0.0/16": network("Isar Net")])
    let library = files.library()
    library.reload()
    let told = try explain("198.18.0.1", library)
    let facts = told["facts"]
    #expect(facts?["country"] == "DE")
    #expect([facts?["region"], facts?["city"], facts?["isp"]] == ["Bavaria", "Munich", "Isar Net"])
    #expect(told["trace"]?.arrayValue?.contains("geo_unknown") == false)
  }

  @Test func anUnknownVisitorLeavesOneReasonAndGoesTheSameWay() throws {
    let files = try GeoFiles()
    let library = files.library()
    library.reload()
    for address in ["198.18.0.1", "10.0.0.1", "::1"] {
      let told = try explain(address, library)
      #expect(told["facts"]?["country"] == .null)
      #expect(told["trace"]?.arrayValue?.count { $0 == "geo_unknown" } == 1)
      #expect(told["decision"] == "offer")
    }
  }
}
