import Core
import Dispatch
import Synchronization
import Testing

@testable import ClickPath

@Suite struct UniquenessTests {
  @Test(arguments: [(1, -1), (1, 0), (1, 1), (24, -1), (24, 0), (24, 1)] as [(Int, Int64)])
  func theWindowIsCountedFromTheVisitThatWasUnique(_ hours: Int, _ offset: Int64) throws {
    let world = try MemoryWorld { $0.tenant.settings.uniquenessHours = hours }
    let window = Int64(hours) * hour
    let cookie = try #require(world.click().event?.visitorID)
    // Later visits do not move it.
    #expect(world.click(after: window / 2, cookie: cookie).event?.isUnique == false)
    #expect(world.click(after: window + offset, cookie: cookie).event?.isUnique == (offset >= 0))
  }

  @Test func withoutACookieAddressAndAgentTellVisitorsApart() throws {
    let world = try MemoryWorld { _ in }
    #expect(world.click().event?.isUnique == true)
    #expect(world.click(after: 1).event?.isUnique == false)
    #expect(world.click(after: 2, agent: "Chrome").event?.isUnique == true)
    #expect(world.click(after: 3, from: "203.0.113.8").event?.isUnique == true)
  }

  @Test func theCookieGoesBeforeTheAddress() throws {
    let world = try MemoryWorld { _ in }
    let cookie = try #require(world.click().event?.visitorID)
    #expect(world.click(after: 1, from: "198.51.100.9", agent: "Moved", cookie: cookie).event?.isUnique == false)
    var generator = SystemRandomNumberGenerator()
    let other = VisitorID(at: ClickWorld.now, using: &generator)
    // A neighbour with the same address and agent and a cookie of his own is somebody else,
    #expect(world.click(after: 2, cookie: other).event?.isUnique == true)
    // and is not known without it by what he was not remembered by.
    #expect(world.click(after: 3, agent: "Other").event?.isUnique == true)
  }

  @Test func whoLosesTheFirstCookieIsNotUniqueAgainWithTheSecond() throws {
    let world = try MemoryWorld { _ in }
    world.click()
    let second = try #require(world.click(after: hour).event?.visitorID)
    #expect(world.click(after: 2 * hour, cookie: second).event?.isUnique == false)
    // The window is still the first visit's.
    #expect(world.click(after: 24 * hour, cookie: second).event?.isUnique == true)
  }

  @Test func campaignFlowAndTenantAreSeparate() throws {
    let world = try MemoryWorld { world in
      let sub = FilterRecord(field: "sub1", op: "equals", values: ["never"])
      world.flow(7, .regular, [], offers: [WeightedID(id: 1, weight: 1)])
      world.flow(8, .forced, [sub], offers: [WeightedID(id: 1, weight: 1)])
    }
    let first = try #require(world.click().event)
    #expect((first.isUnique, first.isUniqueInFlow, first.isUniqueGlobally) == (true, true, true))
    let second = try #require(world.click(after: 1).event)
    #expect((second.isUnique, second.isUniqueInFlow, second.isUniqueGlobally) == (false, false, false))
    // The same visitor in another campaign of the tenant.
    let other = try MemoryWorld(memory: world.memory) { world in
      world.campaign.id = 5
      world.flow(9, .regular, [], offers: [WeightedID(id: 1, weight: 1)])
    }
    let third = try #require(other.click(after: 2).event)
    #expect((third.isUnique, third.isUniqueInFlow, third.isUniqueGlobally) == (true, true, false))
  }

  @Test func ofTheSameVisitorManyTimesAtOnceExactlyOneIsUnique() throws {
    let memory = try MemoryWorld.freshMemory()
    for round in 0..<100 {
      let unique = Atomic<Int>(0)
      DispatchQueue.concurrentPerform(iterations: 16) { number in
        let isFirst = memory.isFirst(
          UInt64(round + 1) << 40, given: UInt64(round * 16 + number + 1) << 20 | 7, hours: 24, at: Int64(number % 2))
        if isFirst { unique.add(1, ordering: .relaxed) }
      }
      #expect(unique.load(ordering: .relaxed) == 1)
    }
  }

  @Test func filtersSeeWhoIsNewAndRehearsalsMakeNobodyKnown() throws {
    let world = try MemoryWorld { _ in }
    _ = world.explain()
    world.click(method: .head)
    #expect(world.click(after: 1).event?.isUnique == true)
  }

  @Test func anonymisedAddressesAndKeysAreToldApartByTheFullAddress() throws {
    let world = try MemoryWorld { $0.tenant.settings.anonymizesAddresses = true }
    let first = try #require(world.click().event)
    let second = try #require(world.click(after: 1, from: "203.0.113.99").event)
    #expect(first.ip == second.ip)
    #expect(second.isUnique)
    #expect(first.addressKey != second.addressKey)
    let replayed = try world.replayed(world.events)
    #expect(MemoryContent(replayed, after: 2) == MemoryContent(world.memory, after: 2))
  }

  @Test func keysOfAnotherSecretAreOthers() throws {
    let (one, two) = (try #require(VisitorKeys(key: Array(0..<16))), try #require(VisitorKeys(key: Array(1..<17))))
    let address = try #require(IPAddress("2001:db8::1"))
    #expect(one.address(address) != two.address(address))
    #expect(one.visitor(address, userAgent: "a") != one.visitor(address, userAgent: "b"))
    #expect(one.visitor(address, userAgent: nil) == one.visitor(address, userAgent: ""))
    #expect(VisitorKeys(key: [1]) == nil)
  }
}
