import Core
import Testing

@testable import ClickPath

@Suite struct BindingTests {
  private func distinct(_ world: MemoryWorld, _ cookie: VisitorID?, _ item: (ClickEvent) -> Int64?) -> Int {
    Set((1...40).compactMap { world.click(after: Int64($0), cookie: cookie).event.flatMap(item) }).count
  }

  @Test(arguments: Binding.allCases, [true, false])
  func aReturningVisitorGetsTheSameOfWhatTheModeBinds(_ binding: Binding, _ hasCookie: Bool) throws {
    let world = try MemoryWorld { $0.boundFlow(binding) }
    let cookie = try #require(world.click().event?.visitorID)
    let returning = hasCookie ? cookie : nil
    #expect((distinct(world, returning, \.landingID) == 1) == [.landing, .landingOffer].contains(binding))
    #expect((distinct(world, returning, \.offerID) == 1) == [.offer, .landingOffer].contains(binding))
  }

  @Test func theTraceSaysWhatWasBound() throws {
    let world = try MemoryWorld { $0.boundFlow(.landingOffer) }
    let first = try #require(world.click().event)
    let (landing, offer) = (try #require(first.landingID), try #require(first.offerID))
    #expect(first.trace.contains("landing:\(landing) w=1/3"))
    let second = try #require(world.click(after: 1, cookie: first.visitorID).event)
    #expect(second.trace.suffix(2) == ["landing:\(landing) bound", "offer:\(offer) bound"])
  }

  @Test(arguments: [(-1, true), (0, false), (1, false)] as [(Int64, Bool)])
  func itHoldsADayFromWhenItWasMade(_ offset: Int64, _ isBound: Bool) throws {
    let world = try MemoryWorld { $0.boundFlow(.landing, items: 9) }
    let cookie = try #require(world.click().event?.visitorID)
    // Coming back does not renew it.
    world.click(after: 12 * hour, cookie: cookie)
    let late = try #require(world.click(after: 24 * hour + offset, cookie: cookie).event)
    #expect(late.trace.contains { $0.hasSuffix(" bound") } == isBound)
    // The new one holds from then on.
    let next = try #require(world.click(after: 25 * hour, cookie: cookie).event)
    #expect(next.trace.contains { $0.hasSuffix(" bound") } == !isBound)
  }

  @Test func whatIsPausedOrGoneIsDrawnAgainAndBoundAnew() throws {
    let world = try MemoryWorld { $0.boundFlow(.landing) }
    let first = try #require(world.click().event)
    let landing = try #require(first.landingID)
    let paused = try MemoryWorld(memory: world.memory) { world in
      world.boundFlow(.landing)
      for index in world.tenant.landings.indices where world.tenant.landings[index].id == landing {
        world.tenant.landings[index].isPaused = true
      }
    }
    let second = try #require(paused.click(after: 1, cookie: first.visitorID).event)
    #expect(second.landingID != landing)
    for minute in 2..<20 {
      #expect(world.click(after: Int64(minute), cookie: first.visitorID).event?.landingID == second.landingID)
    }
  }

  @Test func anOfferOverItsCapGivesWayToTheOthersByTheirWeights() throws {
    let world = try MemoryWorld { world in
      for (id, weight) in [(11, 50), (12, 30), (13, 10)] as [(Int64, Int)] {
        world.offer(id)
        if id == 11 { world.tenant.offers[world.tenant.offers.count - 1].capTotal = 5 }
        if world.tenant.flows.isEmpty { world.flow(7, .regular) }
        world.tenant.flows[0].offers.append(WeightedID(id: id, weight: weight))
      }
    }
    world.caps.note(
      .init(day: 0, today: 0, total: 5, asOf: ClickWorld.now), offerID: 11, of: 1)
    var counts: [Int64: Int] = [:]
    var passedOver = 0
    for number in 0..<4_000 {
      let event = try #require(world.click(after: Int64(number)).event)
      counts[try #require(event.offerID), default: 0] += 1
      if event.trace.contains(where: { $0.hasPrefix("offer:11 capped -> ") }) { passedOver += 1 }
    }
    #expect(counts[11] == nil)
    // 3 : 1, within three sigma.
    #expect(abs(Double(counts[12] ?? 0) - 3_000) < 3 * 27.4)
    #expect(abs(Double(passedOver) - 4_000 * 5 / 9) < 3 * 31.5)
  }

  @Test func aBoundOfferThatIsFullIsReplacedAndWithAllFullTheCampaignsOwnServes() throws {
    let world = try MemoryWorld { world in
      world.boundFlow(.offer, items: 2)
      for index in world.tenant.offers.indices where world.tenant.offers[index].id > 10 {
        world.tenant.offers[index].capTotal = 1
      }
      world.tenant.flows[0].landings = []
    }
    let first = try #require(world.click().event)
    let offer = try #require(first.offerID)
    let other: Int64 = offer == 11 ? 12 : 11
    world.caps.note(.init(day: 0, today: 0, total: 1, asOf: ClickWorld.now), offerID: offer, of: 1)
    let second = try #require(world.click(after: 1, cookie: first.visitorID).event)
    #expect(second.offerID == other)
    #expect(world.click(after: 2, cookie: first.visitorID).event?.trace.last == "offer:\(other) bound")
    world.caps.note(.init(day: 0, today: 0, total: 1, asOf: ClickWorld.now), offerID: other, of: 1)
    let third = try #require(world.click(after: 3, cookie: first.visitorID).event)
    #expect(third.offerID == 1)
    #expect(third.trace.suffix(3) == ["offer:11 capped", "offer:12 capped", "offer:1 campaign"])
  }

  @Test func rehearsalsShowTheBindingAndMakeNone() throws {
    let world = try MemoryWorld { $0.boundFlow(.landing) }
    #expect(world.explain()["landing_id"]?.intValue != nil)
    #expect(world.memory.bindings.figures.entries == 0)
    let first = try #require(world.click().event)
    for _ in 0..<20 {
      #expect(world.explain(after: 1, cookie: first.visitorID)["landing_id"]?.intValue == first.landingID)
    }
  }

  @Test func theQuickerOfTwoVisitsAtOnceBindsBoth() throws {
    let memory = try MemoryWorld.freshMemory()
    #expect(memory.bind(5, to: 1, previous: nil, at: 0).value.id == 1)
    #expect(memory.bind(5, to: 2, previous: nil, at: 1).value.id == 1)
    // Unless the other is what can't be had any more.
    #expect(memory.bind(5, to: 2, previous: 1, at: 2).value.id == 2)
  }
}
