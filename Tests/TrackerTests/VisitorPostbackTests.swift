import ClickPath
import Conversions
import Core
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct VisitorPostbackTests {
  let click = ClickID(at: VisitorWorld.clock.now())

  @Test func aHitReachesTheServiceAsItCame() async throws {
    let hits = Mutex<[PostbackHit]>([])
    let world = try VisitorWorld(receive: { hit, tenantID in
      #expect(tenantID == 7)
      hits.withLock { $0.append(hit) }
      return .recorded(hit.id)
    })
    try await world.serve { port in
      let client = TestHTTPClient(port: port, headers: [("X-Forwarded-For", "203.0.113.9")])
      let answer = try await client.get("/postback?click_id=\(click)&payout=1%2C5")
      #expect(answer.status == 200)
      #expect(answer.text == "OK")
      let keyed = try await client.post("/postback/se%20cret", form: [("click_id", "\(click)"), ("return", "<b>1")])
      #expect(keyed.text == "<b>1")
      #expect(keyed.header("X-Content-Type-Options") == "nosniff")
      #expect(keyed.header("Content-Type") == "text/plain; charset=utf-8")
      let json = try await client.post("/v1/postback", json: ["click_id": .string("\(click)")])
      #expect(json.json["status"] == "ok")
      let found = hits.withLock { $0 }
      #expect(answer.header("X-Conversion-Id") == found[0].id.description)
      #expect(found.map(\.method) == [.get, .post, .post])
      #expect(found.map(\.pathKey) == [nil, "se cret", nil])
      #expect(found[0].query == "click_id=\(click)&payout=1%2C5")
      #expect(found[1].contentType == "application/x-www-form-urlencoded")
      #expect(found[2].body == JSONValue.object(["click_id": .string("\(click)")]).utf8)
      #expect(found.allSatisfy { $0.address == IPAddress("203.0.113.9") })
      #expect(found.allSatisfy { $0.receivedAt == VisitorWorld.clock.now() })
      #expect(world.metric("trackily_postbacks_total{outcome=\"recorded\"}") == 3)
      #expect(try await world.events().isEmpty)
    }
  }

  @Test(arguments: [
    (PostbackOutcome.unknownClick, 404), (.refused(.noClickID), 400), (.unauthorized, 401),
  ])
  func whatTheServiceRefusesIsAnsweredSo(outcome: PostbackOutcome, status: Int) async throws {
    let world = try VisitorWorld(receive: { _, _ in outcome })
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      #expect(try await client.get("/postback?click_id=\(click)").status == status)
      let answer = try await client.post("/v1/postback", json: [:])
      #expect(answer.status == status)
      #expect(answer.code == outcome.code)
    }
  }

  @Test func whileTheDatabaseIsAwayHitsAreJournaled() async throws {
    let world = try VisitorWorld(receive: { _, _ in throw DatabaseAway() })
    try await world.serve { port in
      let client = TestHTTPClient(port: port, headers: [("X-Forwarded-For", "198.51.100.4")])
      let form = [("click_id", "\(click)"), ("payout", "2")]
      let answer = try await client.post("/postback/secret?x=1", form: form)
      #expect(answer.status == 202)
      #expect(answer.text == "OK")
      let json = try await client.post("/v1/postback", json: ["click_id": .string("\(click)")])
      #expect(json.status == 202)
      #expect(json.json["status"] == "accepted")
      let events = try await world.postbacks()
      let hit = PostbackHit(try #require(events.first))
      #expect(events.count == 2)
      #expect(events[0].tenantID == 7)
      #expect(hit.method == .post)
      #expect(hit.pathKey == "secret")
      #expect(hit.query == "x=1")
      #expect(hit.contentType == "application/x-www-form-urlencoded")
      #expect(String(decoding: hit.body, as: UTF8.self) == "click_id=\(click)&payout=2")
      #expect(hit.address == IPAddress("198.51.100.4"))
      #expect(world.metric("trackily_postbacks_total{outcome=\"accepted\"}") == 2)
    }
  }

  @Test func whatIsCertainIsSaidWithoutTheDatabase() async throws {
    let world = try VisitorWorld(receive: { _, _ in throw DatabaseAway() })
    try await world.serve { port async throws in
      let client = TestHTTPClient(port: port)
      let friend = TestHTTPClient(port: port, headers: [("X-Forwarded-For", "198.51.100.4")])
      #expect(try await client.get("/postback/secret?click_id=\(click)").status == 401)
      #expect(try await friend.get("/postback/other?click_id=\(click)").status == 401)
      #expect(try await friend.get("/postback/secret?click_id=\(click)").status == 202)
      #expect(try await client.get("/postback?payout=1").status == 400)
      #expect(try await client.get("/postback?click_id=\(click)&payout=lots").status == 400)
      #expect(try await client.get("/postback?click_id=nobody").status == 404)
      // The log gets them all when the database is back.
      #expect(try await world.postbacks().count == 6)
    }
  }

  @Test func a202WaitsForTheDisk() async throws {
    let world = try VisitorWorld(receive: { _, _ in throw DatabaseAway() })
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      _ = try await client.get("/postback?click_id=\(click)")
      try await eventually { !world.disk.isHolding }
      world.disk.hold()
      try await client.write("GET /postback?click_id=\(click) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      try await eventually { world.disk.isHolding }
      #expect(world.journal.figures.appended == 1)
      world.disk.resume()
      #expect(try await client.read().status == 202)
      #expect(try await world.postbacks().count == 2)
    }
  }

  @Test func aPromiseThatCannotBeKeptIsNotMade() async throws {
    let world = try VisitorWorld(receive: { _, _ in throw DatabaseAway() })
    try await world.serve { port in
      world.disk.fail(ENOSPC)
      let answer = try await TestHTTPClient(port: port).get("/postback?click_id=\(click)")
      #expect(answer.status == 503)
      #expect(answer.header("Retry-After") == "5")
      #expect(world.metric("trackily_postbacks_unjournaled_total") == 1)
      world.disk.fail(0)
    }
  }

  @Test func aClickOfAnotherNodeIsMatchedLater() async throws {
    let world = try VisitorWorld(receive: { _, _ in .notYet })
    try await world.serve { port async throws in
      #expect(try await TestHTTPClient(port: port).get("/postback?click_id=\(click)").status == 202)
      #expect(try await world.postbacks().count == 1)
    }
  }

  @Test func aDatabaseThatHangsIsGivenUp() async throws {
    let gate = VisitorGate()
    var limits = VisitorService.Limits()
    // Long enough for the first hit to have its turn on a busy machine too.
    limits.postbackPatience = .seconds(2)
    limits.postbacksInFlight = 1
    let received = Mutex(0)
    let world = try VisitorWorld(
      limits: limits,
      receive: { hit, _ in
        received.withLock { $0 += 1 }
        await gate.wait()
        return .recorded(hit.id)
      })
    try await world.serve { port in
      let clients = (0..<4).map { _ in TestHTTPClient(port: port) }
      for client in clients {
        try await client.write("GET /postback?click_id=\(click) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      }
      for client in clients { #expect(try await client.read().status == 202) }
      #expect(try await world.postbacks().count == 4)
      gate.open()
    }
    // Those whose turn had not come are the drain's now.
    #expect(received.withLock { $0 } == 1)
  }

  @Test func hitsBeyondTheQueueAreJournaledAtOnce() async throws {
    let gate = VisitorGate()
    var limits = VisitorService.Limits()
    limits.postbackPatience = .seconds(60)
    limits.postbacksInFlight = 1
    limits.postbacksWaiting = 1
    let world = try VisitorWorld(
      limits: limits,
      receive: { hit, _ in
        await gate.wait()
        return .recorded(hit.id)
      })
    try await world.serve { port in
      let clients = (0..<6).map { _ in TestHTTPClient(port: port) }
      for client in clients {
        try await client.write("GET /postback?click_id=\(click) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      }
      try await eventually { try await world.postbacks().count >= 3 }
      gate.open()
      var statuses: [Int] = []
      for client in clients { statuses.append(try await client.read().status) }
      #expect(Set(statuses) == [200, 202])
    }
  }

  @Test func whoseSenderLeavesIsKeptAllTheSame() async throws {
    let gate = VisitorGate()
    let received = Mutex(0)
    let world = try VisitorWorld(receive: { _, _ in
      received.withLock { $0 += 1 }
      await gate.wait()
      throw DatabaseAway()
    })
    try await world.serve { port in
      do {
        let leaving = (0..<5).map { _ in TestHTTPClient(port: port) }
        for client in leaving {
          try await client.write("GET /postback?click_id=\(click) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        }
        try await eventually { received.withLock { $0 } == 5 }
      }
      // These may sit where the others sat.
      let next = (0..<5).map { _ in TestHTTPClient(port: port) }
      for client in next { #expect(try await client.get("/c/direct").clickID != nil) }
      world.disk.hold()
      for client in next { try await client.write("GET /c/direct HTTP/1.1\r\nHost: localhost\r\n\r\n") }
      try await eventually { world.tail.count == 10 }
      gate.open()
      world.disk.resume()
      for client in next { #expect(try await client.read().clickID != nil) }
      try await eventually { try await world.postbacks().count == 5 }
      #expect(try await world.clicks().count == 10)
    }
  }

  @Test func whatFailsForGoodIs500AndNotJournaled() async throws {
    struct Broken: Error {}
    let world = try VisitorWorld(receive: { _, _ in throw Broken() })
    try await world.serve { port in
      let answer = try await TestHTTPClient(port: port).get("/postback?click_id=\(click)")
      #expect(answer.status == 500)
      #expect(answer.code == "internal_error")
      #expect(try await world.events().isEmpty)
      #expect(world.metric("trackily_postbacks_total{outcome=\"failed\"}") == 1)
    }
  }

  @Test func methodsAndHostsAreChecked() async throws {
    let world = try VisitorWorld()
    try await world.serve { port async throws in
      let client = TestHTTPClient(port: port)
      #expect(try await client.get("/v1/postback").status == 405)
      #expect(try await client.send("HEAD", "/postback?click_id=\(click)").status == 405)
      #expect(try await client.send("PUT", "/postback", body: []).header("Allow") == "GET, POST")
      #expect(try await TestHTTPClient(port: port, host: "stranger.example").get("/postback").status == 404)
    }
  }
}
