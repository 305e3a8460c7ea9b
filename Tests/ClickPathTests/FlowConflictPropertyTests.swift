import Core
import Testing

@testable import ClickPath

/// Whatever is said of a flow that gets no visitors must be true: random flows against random visitors.
@Suite struct FlowConflictPropertyTests {
  @Test(arguments: 0..<24) func aFlowSaidToGetNoVisitorsGetsNone(seed: UInt64) throws {
    var dice = ChaChaGenerator(seed: seed)
    var (said, visitors) = (0, 0)
    for _ in 0..<40 {
      let flows = (1...Int64.random(in: 2...6, using: &dice)).map { RandomFlows.flow($0, &dice) }
      let found = FlowConflict.find(in: flows, campaignHasOffer: true)
      let silent = Set(found.filter { $0.code == .unreachable || $0.code == .shadowed }.compactMap(\.flowIDs.first))
      guard !silent.isEmpty else { continue }
      said += silent.count
      try RandomFlows.send(400, through: flows, &dice) { flow, facts in
        visitors += 1
        guard let flow, silent.contains(flow.id) else { return }
        Issue.record("\(found) but \(facts) came through \(flow.id) of \(flows)")
      }
    }
    #expect(said > 5, "the test would prove nothing")
    #expect(visitors > 2_000)
  }

  @Test func tenThousandVisitorsFindNoWayThroughAShadowedOrUnreachableFlow() throws {
    let filter = { (field: String, op: String, values: [String]) in FilterRecord(field: field, op: op, values: values) }
    var flows = [
      RandomFlows.named(1, .forced, [filter("country", "in", ["US", "FR"]), filter("sub1", "not_contains", ["b"])]),
      RandomFlows.named(2, .forced, [filter("country", "equals", ["us"]), filter("sub1", "equals", ["a"])]),
      RandomFlows.named(3, .regular, [filter("country", "equals", ["FR"]), filter("sub1", "in", ["a", "x"])]),
      RandomFlows.named(
        4, .regular, [filter("country", "equals", ["US"]), filter("country", "not_in", ["US", "DE"])]),
      RandomFlows.named(5, .regular, [filter("hour", "in", ["9-12"]), filter("hour", "in", ["13-20"])]),
      RandomFlows.named(6, .regular, [filter("ip", "in", ["10.1.0.0/16"]), filter("ip", "not_in", ["10.0.0.0/8"])]),
      RandomFlows.named(7, .regular, [filter("language", "in", ["en"]), filter("language", "not_in", ["en", "de"])]),
      RandomFlows.named(8, .regular, [filter("visitor", "equals", ["new"]), filter("visitor", "not_equals", ["new"])]),
      RandomFlows.named(9, .default, []),
    ]
    flows[7].weight = 50
    let found = FlowConflict.find(in: flows, campaignHasOffer: true)
    #expect(found.filter { $0.code == .shadowed }.map(\.flowIDs) == [[2, 1], [3, 1]])
    #expect(found.filter { $0.code == .unreachable }.map(\.flowIDs) == [[4], [5], [6], [7], [8]])
    var dice = ChaChaGenerator(seed: 7)
    var taken: Set<Int64> = []
    try RandomFlows.send(10_000, through: flows, &dice) { flow, _ in if let flow { taken.insert(flow.id) } }
    #expect(taken == [1, 9])
  }
}

enum RandomFlows {
  static func named(_ id: Int64, _ kind: FlowKind, _ filters: [FilterRecord]) -> FlowRecord {
    var flow = FlowRecord(id: id, campaignID: 4, name: "Flow \(id)", kind: kind)
    flow.filters = filters
    flow.offers = [WeightedID(id: 1, weight: 1)]
    return flow
  }

  static func flow(_ id: Int64, _ dice: inout ChaChaGenerator) -> FlowRecord {
    let kind = [FlowKind.forced, .forced, .regular, .regular, .default].randomElement(using: &dice) ?? .regular
    let filters = (0..<Int.random(in: 1...3, using: &dice)).map { _ in filter(&dice) }
    var flow = named(id, kind, filters)
    if Int.random(in: 0..<8, using: &dice) == 0 { flow.offers = [WeightedID(id: 1, weight: 0)] }
    return flow
  }

  private static let domains: [(field: FilterField, values: [String])] = [
    (.country, ["US", "FR", "DE", "UK"]), (.browser, ["chrome", "Chrome Mobile", "safari", "mobile"]),
    (.sub(1), ["a", "ab", "b", ""]), (.language, ["en", "en-US", "de", "de-AT"]),
    (.hour, ["0-11", "12-23", "9-17", "20"]), (.weekday, ["mon-fri", "sat-sun", "wed"]),
    (.ip, ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::/32"]), (.visitor, ["new", "returning"]),
    (.userAgent, ["fban", "fb", "bot"]),
  ]

  private static func filter(_ dice: inout ChaChaGenerator) -> FilterRecord {
    // Few facts, so that filters often meet.
    let domain = domains[Int.random(in: 0..<domains.count, using: &dice) * Int.random(in: 0...1, using: &dice)]
    let op = domain.field.operators.randomElement(using: &dice) ?? .equals
    let values = domain.values.shuffled(using: &dice).prefix(Int.random(in: 1...2, using: &dice))
    return FilterRecord(field: domain.field.rawValue, op: op.rawValue, values: Array(values))
  }

  /// Runs the very step of clicks.
  static func send(
    _ count: Int, through flows: [FlowRecord], _ dice: inout ChaChaGenerator,
    _ check: (Snapshot.Flow?, ClickFacts) -> Void
  ) throws {
    var world = ClickWorld()
    world.offer(1)
    world.campaign.offerID = 1
    world.tenant.flows = flows
    let place = try world.place()
    let campaign = try #require(place.tenant.campaign(slug: world.campaign.slug))
    for _ in 0..<count {
      let now = Timestamp(seconds: 1_790_000_000 + Int64.random(in: 0..<604_800, using: &dice))
      let hit = Hit(
        .visit(at: now), tenant: place.tenant, campaign: campaign, generator: world.generator, isRehearsal: true)
      hit.facts = facts(&dice)
      _ = ClickStep.flow.run(hit)
      check(hit.flow, hit.facts)
    }
  }

  private static func facts(_ dice: inout ChaChaGenerator) -> ClickFacts {
    let addresses = ["10.1.2.3", "10.1.9.9", "10.9.9.9", "192.0.2.1", "2001:db8::1"]
    var facts = ClickFacts(address: IPAddress(addresses.randomElement(using: &dice) ?? "") ?? IPAddress(v4: 1))
    facts.country = ["US", "FR", "DE", "GB", "JP", nil].randomElement(using: &dice) ?? nil
    facts.browser = ["Chrome", "Chrome Mobile", "Safari", "Mobile Safari", nil].randomElement(using: &dice) ?? nil
    facts.subs[1] = ["a", "ab", "b", "x", nil].randomElement(using: &dice) ?? nil
    facts.language = (["en", "en-us", "de", "de-at", "fr", nil].randomElement(using: &dice) ?? nil).flatMap {
      LanguageTag($0)
    }
    facts.userAgent = ["x FBAN/1", "y fb", "z", nil].randomElement(using: &dice) ?? nil
    facts.hadCookie = Bool.random(using: &dice)
    return facts
  }
}
