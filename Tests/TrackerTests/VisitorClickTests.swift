import ClickPath
import Core
import Glibc
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct VisitorClickTests {
  @Test func aVisitorIsSentOnAndTheClickIsInTheJournal() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let client = TestHTTPClient(
        port: port, headers: [("X-Forwarded-For", "203.0.113.9"), ("User-Agent", "Browser/1")])
      let answer = try await client.get("/c/direct?sub1=alpha&click_id=External")
      let click = try #require(answer.clickID)
      #expect(answer.status == 302)
      #expect(answer.location == "https://shop.example/buy?sub2=\(click)&_tly_click=\(click)")
      #expect(answer.header("Cache-Control") == "no-store")
      #expect(answer.header("Content-Length") == "0")
      #expect(answer.header("Date") == "Sat, 21 Nov 2026 10:00:00 GMT")
      let event = try #require(try await world.clicks().first)
      #expect(event.id == click)
      #expect(event.tenantID == 7)
      #expect(event.ip == IPAddress("203.0.113.9"))
      #expect(event.subs[1] == "alpha")
      #expect(event.externalID == "External")
      #expect(event.userAgent == "Browser/1")
      #expect(world.tail.find(click) == event)
      #expect(world.metric("trackily_clicks_total{status=\"ok\"}") == 1)
      #expect(world.metric("trackily_redirects_total{from=\"click\"}") == 1)
      #expect(world.metric("trackily_click_durable_seconds_count") == 1)
      #expect(world.metric("trackily_journal_fdatasync_total") == 1)
    }
  }

  @Test func theAnswerWaitsForTheDisk() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      _ = try await TestHTTPClient(port: port).get("/c/direct")  // the first segment is there now
      try await eventually { !world.disk.isHolding }
      world.disk.hold()
      let answered = VisitorGate()
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
          let answer = try await TestHTTPClient(port: port).get("/c/direct")
          #expect(answer.status == 302)
          answered.open()
        }
        try await eventually { world.tail.count == 2 && world.disk.isHolding }
        let other = TestHTTPClient(port: port)
        for _ in 0..<20 { #expect(try await other.get("/healthz").status == 200) }
        #expect(!answered.isOpen)
        world.disk.resume()
        try await tasks.waitForAll()
      }
      #expect(try await world.clicks().count == 2)
    }
  }

  @Test func everyClickOfManyConnectionsIsRecordedOnce() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let answered = try await withThrowingTaskGroup(of: [ClickID].self) { tasks in
        for _ in 0..<16 {
          tasks.addTask {
            let client = TestHTTPClient(port: port)
            var clicks: [ClickID] = []
            for _ in 0..<50 { if let click = try await client.get("/c/direct").clickID { clicks.append(click) } }
            return clicks
          }
        }
        return try await tasks.reduce(into: []) { $0 += $1 }
      }
      #expect(Set(answered).count == 800)
      #expect(try await world.clicks().map(\.id).sorted() == answered.sorted())
      let batches = try #require(world.metric("trackily_journal_batches_total"))
      #expect(world.metric("trackily_journal_fdatasync_total") == batches)
    }
  }

  @Test func visitorsGoOnWhenTheDiskDoesNot() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      #expect(try await client.get("/readyz").status == 200)
      world.disk.fail(ENOSPC)
      for _ in 0..<3 {
        let answer = try await client.get("/c/direct")
        #expect(answer.status == 302)
        #expect(answer.clickID != nil)
      }
      #expect(world.metric("trackily_clicks_unjournaled_total") == 3)
      #expect(world.metric("trackily_clicks_total{status=\"ok\"}") == 0)
      #expect(world.tail.count == 0)
      #expect(try await client.get("/readyz").json["missing"] == "journal")
      #expect(try await client.get("/healthz").status == 200)
      world.disk.fail(0)
      try await eventually {
        _ = try await client.get("/c/direct")
        return try await client.get("/readyz").status == 200
      }
      #expect(try await world.clicks().count >= 1)
    }
  }

  @Test func visitorsGoOnWhenTooMuchWaitsForTheDisk() async throws {
    let settings = JournalSettings(segmentBytes: 1 << 20, pendingBytes: 1_000)
    let world = try VisitorWorld(journal: settings)
    try await world.serve { port in
      _ = try await TestHTTPClient(port: port).get("/c/direct")
      try await eventually { !world.disk.isHolding }
      world.disk.hold()
      let clients = (0..<40).map { _ in TestHTTPClient(port: port) }
      for client in clients { try await client.write("GET /c/direct HTTP/1.1\r\nHost: localhost\r\n\r\n") }
      try await eventually { (world.metric("trackily_clicks_unjournaled_total") ?? 0) > 0 }
      world.disk.resume()
      for client in clients { #expect(try await client.read().status == 302) }
    }
  }

  @Test func whoLeavesBeforeTheAnswerHarmsNobody() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      _ = try await TestHTTPClient(port: port).get("/c/direct")
      try await eventually { !world.disk.isHolding }
      world.disk.hold()
      do {
        let leaving = (0..<10).map { _ in TestHTTPClient(port: port) }
        for client in leaving { try await client.write("GET /c/direct HTTP/1.1\r\nHost: localhost\r\n\r\n") }
        try await eventually { world.tail.count == 11 }
      }
      let staying = (0..<10).map { _ in TestHTTPClient(port: port) }
      for client in staying { try await client.write("GET /c/direct HTTP/1.1\r\nHost: localhost\r\n\r\n") }
      try await eventually { world.tail.count == 21 }
      world.disk.resume()
      var clicks: Set<ClickID> = []
      for client in staying { clicks.insert(try #require(try await client.read().clickID)) }
      let recorded = Set(try await world.clicks().map(\.id))
      #expect(clicks.count == 10)
      #expect(recorded.isSuperset(of: clicks))
      #expect(recorded.count == 21)
    }
  }

  @Test(arguments: [
    [("Sec-Purpose", "prefetch")], [("X-Purpose", "preview")], [("User-Agent", "WhatsApp/2.23.20.0")],
  ])
  func whoOnlyLooksAheadIsServedButNotRecorded(headers: [(String, String)]) async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let answer = try await TestHTTPClient(port: port).get("/c/direct", headers: headers)
      #expect(answer.status == 302)
      #expect(answer.clickID == nil)
      #expect(answer.location == "https://shop.example/buy")
      #expect(try await world.events().isEmpty)
      #expect(world.tail.count == 0)
    }
  }

  @Test func aHeadRequestHasNoBodyAndIsNotRecorded() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      let page = try await client.send("HEAD", "/c/landed")
      #expect(page.status == 200)
      #expect(page.body.isEmpty)
      #expect(page.header("Content-Length") != "0")
      #expect(try await client.send("HEAD", "/c/direct").status == 302)
      #expect(try await client.send("HEAD", "/healthz").status == 200)
      #expect(try await world.events().isEmpty)
      #expect(world.metric("trackily_clicks_uncounted_total{reason=\"head\"}") == 2)
    }
  }

  @Test(arguments: ["/c/direct?test=1&sub1=x", "/click?campaign=direct&test=1"])
  func aTestIsExplainedAndNotRecorded(target: String) async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let answer = try await TestHTTPClient(port: port).get(target)
      #expect(answer.status == 200)
      #expect(answer.header("Content-Type") == "application/json")
      #expect(answer.json["decision"] == "offer")
      #expect(answer.json["offer_id"] == 1)
      #expect(answer.clickID == nil)
      #expect(try await world.events().isEmpty)
    }
  }

  @Test func whatLeadsNowhereIs404() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      let stranger = TestHTTPClient(port: port, host: "stranger.example")
      #expect(try await stranger.get("/c/direct").status == 404)
      #expect(try await client.get("/c/nobody").status == 404)
      let nowhere = try await client.get("/c/lost")
      #expect(nowhere.status == 404)
      #expect(nowhere.clickID == nil)
      #expect(nowhere.header("Content-Type") == "text/html; charset=utf-8")
      for reason in ["unknown_host", "unknown_campaign", "no_destination"] {
        #expect(world.metric("trackily_visitors_not_found_total{reason=\"\(reason)\"}") == 1)
      }
      #expect(try await world.events().isEmpty)
    }
  }

  @Test func onlyATrustedProxySaysThatTheVisitorSpeaksHTTPS() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      let plain = try await client.get("/c/direct")
      let secure = try await client.get("/c/direct", headers: [("X-Forwarded-Proto", "https")])
      #expect(plain.headers("Set-Cookie").allSatisfy { !$0.contains("Secure") })
      #expect(secure.headers("Set-Cookie").allSatisfy { $0.contains("Secure") })
    }
  }

  @Test func aClickIsMadeByGETOnly() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let answer = try await TestHTTPClient(port: port).send("POST", "/c/direct", body: Array("x".utf8))
      #expect(answer.status == 405)
      #expect(answer.header("Allow") == "GET, HEAD")
      #expect(answer.code == "method_not_allowed")
      #expect(try await world.events().isEmpty)
    }
  }

  @Test func withoutASnapshotItIsNotReady() async throws {
    let world = try VisitorWorld(isReady: false)
    try await world.serve { port in
      let answer = try await TestHTTPClient(port: port).get("/readyz")
      #expect(answer.status == 503)
      #expect(answer.json["missing"] == "snapshot")
    }
  }
}
