import Core
import Dispatch
import Synchronization
import Testing

@testable import ClickPath

@Suite struct FrequencyCapTests {
  @Test func theLimitsVisitsPassAndTheNextGetsAPlainPageAndIsRecordedCapped() throws {
    let world = try MemoryWorld { $0.cap(3, hours: 24) }
    for number in 1...3 {
      let result = world.click(after: Int64(number))
      #expect(result.event?.status == .ok)
      #expect(result.event?.trace.contains("cap:\(number)/3") == true)
    }
    let result = world.click(after: 4)
    #expect(result.stop == .frequencyCap)
    #expect(result.answer.status == 200)
    #expect(result.event?.status == .capped)
    #expect(result.event?.trace == ["frequency_cap"])
    #expect(result.event?.isUnique == false)
    // Somebody else is not concerned.
    #expect(world.click(after: 5, from: "203.0.113.8").event?.status == .ok)
  }

  @Test func theCapsOwnAddressIsWhereTheCappedGo() throws {
    let world = try MemoryWorld { world in
      world.cap(1, hours: 1)
      world.campaign.frequencyCap?.redirectURL = "https://enough.example/"
    }
    world.click()
    let result = world.click()
    #expect(result.answer.status == 302)
    #expect(result.answer.location == "https://enough.example/")
  }

  @Test(arguments: [(-1, ClickStatus.capped), (0, .ok), (1, .ok)] as [(Int64, ClickStatus)])
  func aVisitExactlyItsHoursOldNoLongerCounts(_ offset: Int64, _ status: ClickStatus) throws {
    let world = try MemoryWorld { $0.cap(2, hours: 24) }
    world.click()
    world.click(after: hour)
    #expect(world.click(after: 24 * hour + offset).event?.status == status)
    // The window slides: the second visit still counts.
    if status == .ok { #expect(world.click(after: 24 * hour + offset).event?.status == .capped) }
  }

  @Test func blockedHitsDoNotExtendTheWindow() throws {
    let world = try MemoryWorld { $0.cap(1, hours: 1) }
    world.click()
    for minute in 1..<60 { #expect(world.click(after: Int64(minute) * 60_000).event?.status == .capped) }
    #expect(world.click(after: hour).event?.status == .ok)
  }

  @Test(arguments: [1, 3, 7], [1, 24])
  func itDecidesAsAListOfVisitsDoes(_ limit: Int, _ hours: Int) throws {
    let world = try MemoryWorld { $0.cap(limit, hours: hours) }
    var generator = ChaChaGenerator(seed: UInt64(limit * 100 + hours))
    var passed: [String: [Int64]] = [:]
    var now: Int64 = 0
    for _ in 0..<2_000 {
      now += Int64.random(in: 0...(Int64(hours) * hour / 8), using: &generator)
      let address = "203.0.113.\(Int.random(in: 1...4, using: &generator))"
      let recent = (passed[address] ?? []).filter { now - $0 < Int64(hours) * hour }
      let result = world.click(after: now, from: address)
      #expect((result.event?.status == .ok) == (recent.count < limit))
      if recent.count < limit { passed[address] = recent + [now] }
    }
  }

  @Test(arguments: [1, 3, 49, 50, 51])
  func ofManyFirstVisitsAtOnceExactlyTheLimitPasses(_ limit: Int) throws {
    let memory = try MemoryWorld.freshMemory()
    for round in 0..<40 {
      let passed = Atomic<Int>(0)
      DispatchQueue.concurrentPerform(iterations: 50) { number in
        let question = VisitorMemory.CapQuestion(
          key: memory.keys.key(.cap, 4, of: 1, identity: UInt64(round)), given: nil, limit: limit, hours: 24,
          now: Int64(number % 3),
          click: UInt64(number + 1))
        if memory.pass(question) != nil { passed.add(1, ordering: .relaxed) }
      }
      #expect(passed.load(ordering: .relaxed) == min(limit, 50))
    }
  }

  @Test func byVisitorTheCookieCountsAndPhonesBehindOneAddressAreToldApart() throws {
    let world = try MemoryWorld { $0.cap(2, hours: 24, key: .visitor) }
    let first = world.click()
    let cookie = try #require(first.event?.visitorID)
    // Another without a cookie from the same address is the address's second visit.
    #expect(world.click(after: 1).event?.status == .ok)
    #expect(world.click(after: 2).event?.status == .capped)
    // The visit that got the cookie counts for the cookie.
    #expect(world.click(after: 3, cookie: cookie).event?.status == .ok)
    #expect(world.click(after: 4, cookie: cookie).event?.status == .capped)
    #expect(world.click(after: 5, from: "198.51.100.1", cookie: cookie).event?.status == .capped)
    var generator = SystemRandomNumberGenerator()
    let other = VisitorID(at: ClickWorld.now, using: &generator)
    #expect(world.click(after: 6, cookie: other).event?.status == .ok)
  }

  @Test func rehearsalsAndUncountedHitsChangeNothingAndSeeTheCap() throws {
    let world = try MemoryWorld { $0.cap(1, hours: 24) }
    for _ in 0..<3 {
      #expect(world.explain()["decision"]?.stringValue == "offer")
      #expect(world.click(method: .head).answer.status == 302)
    }
    #expect(MemoryContent(world.memory, after: 0) == MemoryContent(try MemoryWorld.freshMemory(), after: 0))
    #expect(world.click().event?.status == .ok)
    #expect(world.explain(after: 1)["decision"]?.stringValue == "capped")
    #expect(world.click(after: 1, method: .head).answer.status == 200)
  }

  @Test func aHitThatALaterStepStopsLeavesNothingBehind() throws {
    let protection = ClickStep(.landing) { hit in hit.facts.userAgent == "Spy" ? .spy : nil }
    let world = try MemoryWorld(steps: [protection]) { world in
      world.cap(1, hours: 24)
      world.boundFlow(.landingOffer)
    }
    let stopped = world.click(agent: "Spy")
    #expect(stopped.event?.status == .blocked)
    #expect(stopped.event?.isUnique == false)
    #expect(stopped.event?.isUniqueInFlow == false)
    #expect(stopped.event?.isUniqueGlobally == false)
    #expect(MemoryContent(world.memory, after: 0) == MemoryContent(try MemoryWorld.freshMemory(), after: 0))
    #expect(world.click(after: 1).event?.isUnique == true)
  }

  @Test func whatTheMemoryHoldsIsWhatTheJournalSaysHoweverManyAreStoppedLate() throws {
    let protection = ClickStep(.landing) { hit in hit.facts.userAgent == "Spy" ? .spy : nil }
    let world = try MemoryWorld(steps: [protection]) { world in
      world.cap(3, hours: 2, key: .visitor)
      world.boundFlow(.landingOffer)
    }
    var generator = ChaChaGenerator(seed: 9)
    var cookies: [VisitorID] = []
    for visit in 0..<400 {
      let result = world.click(
        after: Int64(visit) * 60_000, from: "203.0.113.\(visit % 3)", agent: visit % 5 < 2 ? "Spy" : "Firefox",
        cookie: visit % 2 == 0 ? cookies.randomElement(using: &generator) : nil)
      if let cookie = result.event?.visitorID { cookies = cookies.suffix(5) + [cookie] }
    }
    let end: Int64 = 400 * 60_000
    #expect(world.events.contains { $0.status == .blocked })
    #expect(MemoryContent(try world.replayed(world.events), after: end) == MemoryContent(world.memory, after: end))
  }
}
