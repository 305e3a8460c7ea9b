import Core
import Foundation
import Testing

@testable import ClickPath

@Suite struct SnapshotTests {
  private func twoTenants(isSingleTenant: Bool = false) -> SnapshotRecords {
    var first = TenantRecord(id: 1, slug: "first", isDefault: true)
    first.hosts = [HostRecord(host: "Track.Example.com", servesDashboard: false)]
    var second = TenantRecord(id: 2, slug: "second")
    second.hosts = [
      HostRecord(host: "second.example.com", servesDashboard: true),
      HostRecord(host: "go.second.example", servesDashboard: false),
    ]
    return SnapshotRecords(
      takenAt: ClickWorld.now, isSingleTenant: isSingleTenant, publicHosts: ["admin.example.com"],
      tenants: [first, second])
  }

  private func build(_ records: SnapshotRecords) -> (snapshot: Snapshot, problems: [SnapshotProblem]) {
    var builder = SnapshotBuilder()
    return builder.build(records)
  }

  @Test(
    arguments: [
      ("track.example.com", 1, false), ("TRACK.example.com:443", 1, false), ("track.example.com.", 1, false),
      ("admin.example.com", 1, true), ("localhost", 1, true), ("localhost:3000", 1, true), ("127.0.0.1", 1, true),
      ("203.0.113.9:8080", 1, true), ("[2001:db8::1]:3000", 1, true), ("second.example.com", 2, true),
      ("go.second.example:80", 2, false), ("unknown.example.org", nil, false), ("example.com", nil, false),
      ("", nil, false),
      ("1.2.3", nil, false), ("[::1", nil, false), ("127.0.0.1.example", nil, false),
    ] as [(String, Int64?, Bool)])
  func aHostIsItsTenants(_ host: String, _ tenant: Int64?, _ servesDashboard: Bool) {
    let place = build(twoTenants()).snapshot.place(forHost: host)
    #expect(place?.tenant.id == tenant)
    #expect((place?.servesDashboard ?? false) == servesDashboard)
  }

  @Test func inSingleTenantModeAnyHostIsTheDefaultTenants() {
    let snapshot = build(twoTenants(isSingleTenant: true)).snapshot
    #expect(snapshot.place(forHost: "anything.example.org")?.tenant.id == 1)
    #expect(snapshot.place(forHost: "track.example.com")?.servesDashboard == false)
  }

  @Test func anEmptySnapshotKnowsNobody() {
    #expect(Snapshot.empty.place(forHost: "localhost") == nil)
    #expect(
      build(SnapshotRecords(takenAt: ClickWorld.now, isSingleTenant: true, publicHosts: [], tenants: [])).snapshot
        .place(forHost: "localhost") == nil)
  }

  @Test func aHostOfTwoTenantsStaysTheFirstOnes() {
    var records = twoTenants()
    records.tenants[1].hosts.append(HostRecord(host: "track.example.com", servesDashboard: true))
    let built = build(records)
    #expect(built.snapshot.place(forHost: "track.example.com")?.tenant.id == 1)
    #expect(built.problems.map(\.description) == ["tenant 2, host track.example.com: belongs to tenant 1"])
  }

  @Test func theSameSlugIsAnothersCampaignForAnotherTenant() {
    var records = twoTenants()
    records.tenants[0].campaigns = [CampaignRecord(id: 1, slug: "x", name: "First's", currency: .usd)]
    records.tenants[1].campaigns = [CampaignRecord(id: 1, slug: "x", name: "Second's", currency: .usd)]
    let snapshot = build(records).snapshot
    #expect(snapshot.place(forHost: "track.example.com")?.tenant.campaign(slug: "x")?.name == "First's")
    #expect(snapshot.place(forHost: "second.example.com")?.tenant.campaign(slug: "x")?.name == "Second's")
  }

  @Test func whatCanNotWorkIsLeftOutAndReported() throws {
    var world = ClickWorld()
    world.offer(1)
    world.offer(2, "ftp://nowhere")
    world.offer(3, "https://x.example/?a={clickid}")
    world.landing(4, .url("not a url"))
    world.campaign.offerID = 99
    world.campaign.sourceID = 98
    world.flow(
      7, .forced, [FilterRecord(field: "hour", op: "in", values: ["25"])], offers: [WeightedID(id: 1, weight: 1)])
    world.flow(
      8, .default, landings: [WeightedID(id: 4, weight: 1)],
      offers: [WeightedID(id: 2, weight: 1), WeightedID(id: 3, weight: 1)])
    var network = NetworkRecord(id: 5, name: "N", postbackKey: "k")
    network.allowedAddresses = ["10.0.0.0/8", "nonsense"]
    world.tenant.networks = [network]
    world.tenant.campaigns = [CampaignRecord(id: 3, slug: "mcafee-us", name: "Older", currency: .usd)]
    #expect(
      world.build().problems.map { "\($0.subject): \($0.message)" } == [
        "offer 2: its URL is not absolute", "offer 3: there is no macro {clickid}; it is stripped",
        "landing 4: its URL is not absolute",
        "campaign 4: has the slug “mcafee-us” of another campaign",
        "network 5: an allowed address is no address or range",
      ])
    world.tenant.campaigns = []
    #expect(
      world.build().problems.dropFirst(3).map { "\($0.subject): \($0.message)" } == [
        "campaign 4: there is no source 98", "campaign 4: there is no offer 99",
        "flow 7: “25” is no hour (0 to 23) or range of hours (9-17); the flow does not run",
        "flow 8: there is no landing 4", "flow 8: there is no offer 2",
        "network 5: an allowed address is no address or range",
      ])
    let event = try #require(try world.click().event)
    #expect(event.trace == ["flow:8 default", "offer:3"])
  }

  @Test func aTenantThatHasNotChangedIsNotCompiledAgain() throws {
    var builder = SnapshotBuilder()
    var records = twoTenants()
    let before = builder.build(records).snapshot
    records.takenAt = ClickWorld.now + .seconds(5)
    records.tenants[1].campaigns = [CampaignRecord(id: 1, slug: "new", name: "New", currency: .usd)]
    let after = builder.build(records).snapshot
    #expect(before.tenants[1] === after.tenants[1])
    #expect(before.tenants[2] !== after.tenants[2])
    #expect(before.tenants[2]?.campaign(slug: "new") == nil)
    #expect(after.tenants[2]?.campaign(slug: "new") != nil)
    #expect(after.takenAt == records.takenAt)
  }

  @Test func aTenantThatIsGoneIsGone() {
    var builder = SnapshotBuilder()
    var records = twoTenants()
    _ = builder.build(records)
    records.tenants.removeLast()
    #expect(builder.build(records).snapshot.place(forHost: "second.example.com") == nil)
  }

  @Test func recordsSurviveTheDisk() throws {
    var world = ClickWorld()
    world.offer(1, payouts: ["FR": Micros(rawValue: 1)], network: 5)
    world.landing(2, .local(html: "<p>ä</p>"))
    world.landing(3, .url("https://pages.example/"))
    world.source(3, currency: .eur)
    world.flow(
      7, .regular, [FilterRecord(field: "hour", op: "in", values: ["9-17"], zone: "Europe/Berlin")],
      landings: [WeightedID(id: 2, weight: 3)])
    world.tenant.zones = [
      ZoneRecord(name: "Europe/Berlin", firstOffset: 3_600, changes: [.init(at: ClickWorld.now, offset: 7_200)])
    ]
    world.tenant.networks = [NetworkRecord(id: 5, name: "N", postbackKey: "k")]
    let data = try JSONEncoder().encode(world.records)
    #expect(try JSONDecoder().decode(SnapshotRecords.self, from: data) == world.records)
  }

  @Test func aTenantSaysWhichZonesItNeeds() {
    var world = ClickWorld()
    world.tenant.settings.timeZone = "Asia/Tokyo"
    world.offer(1, "https://x.example/?d={date:HH,Europe/Berlin}")
    world.landing(2, .url("https://x.example/?d={date:HH,America/Lima}"))
    world.flow(7, .regular, [FilterRecord(field: "hour", op: "in", values: ["9"], zone: "Asia/Kolkata")])
    #expect(world.tenant.zoneNames == ["Asia/Tokyo", "Europe/Berlin", "America/Lima", "Asia/Kolkata"])
  }

  @Test func aFlowRunsByTheTenantsClockUnlessItNamesAnother() throws {
    var world = ClickWorld()
    world.offer(1)
    world.tenant.settings.timeZone = "Asia/Tokyo"
    world.tenant.zones = [ZoneRecord(name: "Asia/Tokyo", firstOffset: 32_400, changes: [])]
    world.flow(
      7, .forced, [FilterRecord(field: "hour", op: "equals", values: ["19"])], offers: [WeightedID(id: 1, weight: 1)])
    #expect(try world.click().event?.trace.first == "flow:7 forced hour=19")
    world.tenant.flows[0].filters[0].zone = "UTC"
    #expect(try world.click().stop == .noDestination)
    world.tenant.flows[0].filters[0].values = ["10"]
    #expect(try world.click().event?.flowID == 7)
  }

  @Test func anAllowListAdmitsItsAddressesOnly() throws {
    var world = ClickWorld()
    var network = NetworkRecord(id: 5, name: "N", postbackKey: "secret")
    world.tenant.networks = [network]
    let stranger = IPAddress(v4: 0x0909_0909)
    #expect(try world.place().tenant.network(postbackKey: "secret")?.admits(stranger) == true)
    network.allowedAddresses = ["10.0.0.0/8"]
    world.tenant.networks = [network]
    let tenant = try world.place().tenant
    #expect(tenant.network(postbackKey: "secret")?.admits(stranger) == false)
    #expect(tenant.network(postbackKey: "secret")?.admits(IPAddress(v4: 0x0A00_0001)) == true)
    #expect(tenant.network(postbackKey: "other") == nil)
    network.allowedAddresses = ["nonsense"]
    world.tenant.networks = [network]
    #expect(try world.place().tenant.network(postbackKey: "secret")?.admits(stranger) == false)
  }
}
