import Core
import Testing

@testable import ClickPath

@Suite struct FlowSimulatorTests {
  private func world() -> ClickWorld {
    var world = ClickWorld()
    for id in 1...3 { world.offer(Int64(id), "https://shop.example/\(id)?s={sub1}") }
    world.landing(1, .url("https://pages.example/1"))
    world.landing(2, .url("https://pages.example/2"))
    world.campaign.offerID = 3
    return world
  }

  private func run(
    _ world: ClickWorld, draws: Int = 1, seed: UInt64 = 1, caps: OfferCaps? = nil, steps: [ClickStep] = [],
    _ change: (inout SimulatedVisitor) -> Void = { _ in }
  ) throws -> FlowSimulation {
    let pipeline = ClickPipeline(links: try #require(ClickWorld.signer), adding: steps)
    let tenant = try world.place().tenant
    var visitor = SimulatedVisitor(at: ClickWorld.now)
    change(&visitor)
    return FlowSimulator(pipeline, caps: caps).run(
      visitor, campaign: try #require(tenant.campaigns[world.campaign.id]), of: tenant, draws: draws, seed: seed)
  }

  @Test func everyFlowSaysWhyInTheOrderOfClicks() throws {
    var world = world()
    let us = FilterRecord(field: "country", op: "in", values: ["US", "CA"])
    let german = FilterRecord(field: "language", op: "equals", values: ["de"])
    world.flow(7, .forced, [us, german], offers: [WeightedID(id: 1, weight: 1)])
    world.flow(8, .forced, [us], offers: [WeightedID(id: 2, weight: 1)])
    world.flow(9, .regular, [FilterRecord(field: "browser", op: "equals", values: ["Chrome"])])
    world.flow(10, .regular, offers: [WeightedID(id: 1, weight: 0)])
    world.flow(11, .default)
    let result = try run(world) {
      $0.country = "US"
      $0.language = "en-US,en;q=0.5"
      $0.subs[1] = "a b"
    }
    #expect(
      result.flows.map(\.verdict) == [
        .missed(filter: 1), .matches, .unknown(filter: 0, reason: "agent_unknown"),
        .skipped(reason: "zero_weights"), .matches,
      ])
    #expect(result.flows.map { $0.share != nil } == [false, true, false, false, false])
    #expect(result.path == FlowSimulation.Path(flowID: 8, landingID: nil, offerID: 2))
    #expect(result.status == 302)
    #expect(result.location?.hasPrefix("https://shop.example/2?s=a%20b") == true)
    #expect(
      result.trace == ["agent_unknown", "flow:8 forced country=US", "offer:2"] || result.trace.contains("offer:2"))
  }

  @Test func sharesAreExactAndDrawsFollowThem() throws {
    var world = world()
    world.flow(
      7, .regular, weight: 100, landings: [WeightedID(id: 1, weight: 100), WeightedID(id: 2, weight: 50)],
      offers: [WeightedID(id: 1, weight: 1)])
    world.flow(8, .regular, weight: 300, offers: [WeightedID(id: 1, weight: 3), WeightedID(id: 2, weight: 1)])
    let result = try run(world, draws: 10_000)
    let share = { (id: Int64, weight: UInt64, total: UInt64) in
      FlowSimulation.Share(id: id, weight: weight, total: total)
    }
    #expect(result.flows.map(\.share) == [share(7, 100, 400), share(8, 300, 400)])
    #expect(result.flows[0].landings == [share(1, 100, 150), share(2, 50, 150)])
    #expect(result.flows[1].offers == [share(1, 3, 4), share(2, 1, 4)])
    #expect(result.draws.reduce(0) { $0 + $1.count } == 10_000)
    let expected: [(FlowSimulation.Path, Double)] = [
      (.init(flowID: 7, landingID: 1, offerID: 1), 1.0 / 6), (.init(flowID: 7, landingID: 2, offerID: 1), 1.0 / 12),
      (.init(flowID: 8, landingID: nil, offerID: 1), 9.0 / 16),
      (.init(flowID: 8, landingID: nil, offerID: 2), 3.0 / 16),
    ]
    for (path, chance) in expected {
      let count = Double(result.draws.first { $0.path == path }?.count ?? 0)
      let sigma = (10_000 * chance * (1 - chance)).squareRoot()
      #expect(abs(count - 10_000 * chance) < 4 * sigma, "\(path): \(count)")
    }
    #expect(try run(world, draws: 10_000).draws.map(\.count) == result.draws.map(\.count), "the same seed")
  }

  @Test func aLandingsButtonLeadsToTheOffer() throws {
    var world = world()
    world.flow(7, .default, landings: [WeightedID(id: 1, weight: 1)], offers: [WeightedID(id: 2, weight: 1)])
    let result = try run(world) { $0.subs[1] = "z" }
    #expect(result.location?.hasPrefix("https://pages.example/1") == true)
    #expect(result.offerLocation?.hasPrefix("https://shop.example/2?s=z") == true)
  }

  @Test func whatIsSaidGoesBeforeWhatIsFound() throws {
    var world = world()
    world.flow(7, .forced, [FilterRecord(field: "country", op: "equals", values: ["FR"])])
    let steps: [ClickStep] = [
      .knowing(.geo) { facts in (facts.country, facts.city) = ("DE", "Berlin") },
      .knowing(.botFilter) { facts in facts.country = "XX" },
    ]
    let found = try run(world, steps: steps) { $0.address = IPAddress("203.0.113.7") }
    #expect(found.facts.country == "DE" && found.facts.city == "Berlin")
    let said = try run(world, steps: steps) { ($0.address, $0.country) = (IPAddress("203.0.113.7"), "FR") }
    #expect(said.facts.country == "FR" && said.path.flowID == 7)
    #expect(try run(world, steps: steps).facts.country == nil, "nobody's place without an address")
  }

  @Test func newAndReturningVisitorsAreToldApartWithoutMemory() throws {
    var world = world()
    world.flow(7, .forced, [FilterRecord(field: "visitor", op: "equals", values: ["returning"])])
    #expect(try run(world).path.flowID == nil)
    #expect(try run(world) { $0.history = .returning }.path.flowID == 7)
  }

  @Test func aPausedCampaignIsSimulatedAndSaysSo() throws {
    var world = world()
    world.campaign.isPaused = true
    let result = try run(world)
    #expect(result.isPaused && result.path.offerID == 3 && result.stop == nil)
  }

  @Test func nothingToGoToIsA404() throws {
    var world = ClickWorld()
    world.flow(7, .regular, [FilterRecord(field: "country", op: "equals", values: ["FR"])])
    let result = try run(world) { $0.country = "US" }
    #expect(result.stop == .noDestination && result.status == 404)
  }
}
