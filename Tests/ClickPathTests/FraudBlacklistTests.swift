import Core
import Foundation
import Testing

@testable import ClickPath

@Suite struct FraudBlacklistTests {
  private typealias Entry = (range: CIDR, origin: AddressSet.Origin, expiresAt: Timestamp?)

  private static func model(_ entries: [Entry], _ address: IPAddress, at now: Timestamp) -> AddressSet.Origin? {
    let live = entries.filter {
      $0.range.base.isV4 == address.isV4 && $0.range.contains(address) && $0.expiresAt.map { now < $0 } ?? true
    }
    return live.contains { $0.origin == .manual } ? .manual : live.isEmpty ? nil : .automatic
  }

  @Test(arguments: 1...8) func itKnowsWhatAListOfRangesKnows(_ seed: UInt64) throws {
    var generator = ChaChaGenerator(seed: seed)
    let isV6 = seed.isMultiple(of: 2)
    // Within few bits, so that ranges lie in one another and side by side.
    let address = { (generator: inout ChaChaGenerator) in
      let bits = UInt64.random(in: 0..<4_096, using: &generator)
      return isV6
        ? IPAddress(high: 0x2001_0DB8_0000_0000 | bits >> 6, low: (bits & 63) << 58)
        : IPAddress(v4: 0xC633_6400 | UInt32(bits))
    }
    var entries: [Entry] = []
    for _ in 0..<Int.random(in: 1...300, using: &generator) {
      let base = address(&generator)
      let longest = isV6 ? 128 : 32
      let prefix = Int.random(in: isV6 ? 50...72 : 18...32, using: &generator)
      let range = try #require(CIDR("\(base)/\(Bool.random(using: &generator) ? longest : prefix)"))
      let expiry = Int.random(in: -2...2, using: &generator)
      entries.append(
        (
          range, Bool.random(using: &generator) ? .manual : .automatic,
          expiry == 2 ? nil : ClickWorld.now + .seconds(expiry)
        ))
    }
    let set = AddressSet(entries)
    for _ in 0..<1_000 {
      let address = address(&generator)
      for offset in [-1, 0, 1] {
        let now = ClickWorld.now + .seconds(offset)
        #expect(set.origin(of: address, at: now) == Self.model(entries, address, at: now))
      }
    }
  }

  @Test(arguments: [
    ("0.0.0.0/0", "0.0.0.0", true), ("0.0.0.0/0", "255.255.255.255", true),
    ("255.255.255.255", "255.255.255.255", true),
    ("255.255.255.255", "255.255.255.254", false), ("0.0.0.0", "0.0.0.0", true), ("0.0.0.0", "0.0.0.1", false),
    ("::/0", "2001:db8::1", true), ("::/0", "203.0.113.7", false), ("0.0.0.0/0", "2001:db8::1", false),
    ("2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true), ("2001:db8::/32", "2001:db9::", false),
    ("::ffff:203.0.113.0/120", "203.0.113.9", true), ("203.0.113.0/24", "::ffff:203.0.113.9", true),
    ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true),
  ])
  func rangesReachToTheirEnds(_ range: String, _ address: String, _ isListed: Bool) throws {
    let set = AddressSet([(try #require(CIDR(range)), .manual, nil)])
    #expect((set.origin(of: try #require(IPAddress(address)), at: ClickWorld.now) != nil) == isListed)
  }

  @Test func theEmptySetListsNobody() {
    #expect(AddressSet.empty.origin(of: IPAddress(v4: 0), at: ClickWorld.now) == nil)
  }

  @Test func anEntryEndsAtItsMoment() throws {
    let world = try FraudWorld { $0.blacklist("203.0.113.0/28", until: 1_000) }
    #expect(world.click(after: 999).stop == .blacklisted)
    #expect(world.click(after: 1_000).stop == nil)
  }

  @Test func aRangeOfIPv6StopsItsAddressesAndNoOther() throws {
    let world = try FraudWorld(plan: []) { $0.blacklist("2001:db8:7::/48") }
    #expect(world.click(.init(address: "2001:db8:7:ffff::1")).stop == .blacklisted)
    #expect(world.click(.init(address: "2001:db8:8::1")).stop == nil)
  }

  @Test func anEntryThatCannotBeReadIsReportedAndLeftOut() throws {
    var world = ClickWorld()
    world.blacklist("203.0.113.0/33")
    world.blacklist("203.0.113.7")
    let (snapshot, problems) = world.build()
    #expect(problems.map(\.subject) == ["blacklist"])
    let tenant = try #require(snapshot.tenants[1])
    #expect(tenant.blacklist.origin(of: IPAddress(v4: 0xCB00_7107), at: ClickWorld.now) == .manual)
  }

  @Test func entriesSurviveTheDisk() throws {
    var world = ClickWorld()
    world.blacklist("203.0.113.0/24")
    world.blacklist("2001:db8::7", isAutomatic: true, until: 1_500)
    let bytes = try JSONEncoder().encode(world.tenant.blacklist)
    #expect(String(decoding: bytes, as: UTF8.self).contains("203.0.113.0\\/24 manual"))
    #expect(try JSONDecoder().decode([BlacklistRecord].self, from: bytes) == world.tenant.blacklist)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([BlacklistRecord].self, from: Data("[\"x\"]".utf8)) }
  }

  @Test func aListThatHasNotChangedIsNotCompiledAgain() throws {
    var world = ClickWorld()
    world.blacklist("203.0.113.0/24")
    var builder = SnapshotBuilder()
    _ = builder.build(world.records)
    world.campaign.name = "Renamed"
    let tenant = try #require(builder.build(world.records).snapshot.tenants[1])
    #expect(tenant.blacklist.origin(of: IPAddress(v4: 0xCB00_7107), at: ClickWorld.now) == .manual)
    world.tenant.blacklist = []
    let emptied = try #require(builder.build(world.records).snapshot.tenants[1])
    #expect(emptied.blacklist.origin(of: IPAddress(v4: 0xCB00_7107), at: ClickWorld.now) == nil)
  }

  // By itself

  /// A known bot in a data centre with no user agent that floods: 95.
  private static let nuisance = FraudWorld.Visitor(address: "198.51.100.66", agent: "", bot: "curl", provider: "AWS")

  @Test func fromEightyOnAnAddressIsListedAtOnce() throws {
    let world = try FraudWorld()
    // 40 + 15 + 10
    world.flood(5, Self.nuisance)
    #expect(world.automatic.waiting.isEmpty)
    let sixth = world.click(Self.nuisance)
    #expect(sixth.event?.fraudScore == 90)
    #expect(sixth.event?.trace.contains("auto_blacklist") == true)
    #expect(
      world.automatic.waiting.map(\.reason) == ["score 90: bot:ua+40 flood30+25 datacenter+15 ua:short+10"])
    // The same address with a browser, later.
    let later = world.click(.init(address: Self.nuisance.address), after: 400_000)
    #expect(later.event?.fraudScore == 50)
    #expect(later.stop == .fraudScore)
    #expect(world.click(.init(address: "198.51.100.67"), after: 400_000).stop == nil)
  }

  @Test(arguments: [(0, 65), (1, 80), (2, 90)] as [(Int, UInt8)])
  func lessThanEightyIsNotEnough(_ more: Int, _ score: UInt8) throws {
    let world = try FraudWorld()
    world.flood(5, .init(address: "198.51.100.66"))
    var visitor = FraudWorld.Visitor(address: "198.51.100.66", bot: "curl")
    if more > 0 { visitor.provider = "AWS" }
    if more > 1 { visitor.agent = "" }
    #expect(world.click(visitor).event?.fraudScore == score)
    #expect(world.automatic.waiting.count == (score >= 80 ? 1 : 0))
  }

  @Test func whoIsListedAlreadyIsNotListedAgain() throws {
    let world = try FraudWorld { world in
      world.blacklist("198.51.100.0/24")
      world.blacklist("198.51.100.66", isAutomatic: true, until: 1_000)
    }
    world.flood(6, Self.nuisance)
    #expect(world.automatic.waiting.isEmpty)
    let expired = try FraudWorld { $0.blacklist("198.51.100.66", isAutomatic: true, until: 0) }
    expired.flood(6, Self.nuisance)
    #expect(expired.automatic.waiting.count == 1)
  }

  @Test func itIsListedWhetherOrNotTheCampaignFilters() throws {
    let world = try FraudWorld(filter: false)
    world.flood(6, Self.nuisance)
    #expect(world.automatic.waiting.count == 1)
    #expect(world.click(Self.nuisance).stop == nil)
  }

  @Test func nobodyIsListedWithoutTheKitWithAnonymisedAddressesOrForAsking() throws {
    for world in [
      try FraudWorld(plan: []), try FraudWorld { $0.tenant.settings.anonymizesAddresses = true },
    ] {
      world.flood(10, Self.nuisance)
      #expect(world.automatic.waiting.isEmpty)
    }
    let world = try FraudWorld()
    world.flood(5, .init(address: Self.nuisance.address))
    #expect(world.explain(Self.nuisance)["decision"] == "blocked")
    world.click(Self.nuisance, method: .head)
    #expect(world.automatic.waiting.isEmpty)
  }

  @Test(arguments: ["127.0.0.1", "10.1.2.3", "192.168.0.9", "100.64.0.1", "::1", "fe80::1", "fd00::7", "198.51.100.9"])
  func noAddressOfOurOwnIsEverListed(_ address: String) throws {
    let proxy = try #require(CIDR("198.51.100.9"))
    let world = try FraudWorld(automatic: AutomaticEntries { proxy.contains($0) })
    var visitor = Self.nuisance
    visitor.address = address
    world.flood(10, visitor)
    #expect(world.automatic.waiting.isEmpty)
  }

  @Test func onlySoManyWaitAndEachOnce() {
    let entries = AutomaticEntries(bound: 3)
    let entry = { (number: Int) in
      AutomaticEntries.Entry(
        tenantID: 1, address: IPAddress(v4: 0xC633_6400 + UInt32(number)), reason: "")
    }
    for number in [1, 1, 2, 3, 4, 5] { entries.add(entry(number)) }
    #expect(entries.figures == (3, 2))
    #expect(entries.contains(entry(3).address, of: 1))
    #expect(!entries.contains(entry(3).address, of: 2))
    #expect(!entries.contains(entry(4).address, of: 1))
    entries.remove([entry(1), entry(2), entry(3)])
    #expect(!entries.contains(entry(3).address, of: 1))
    #expect(entries.figures.waiting == 0)
    #expect(entries.add(entry(4)))
  }
}
