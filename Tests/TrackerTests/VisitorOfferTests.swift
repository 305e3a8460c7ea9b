import ClickPath
import Core
import Synchronization
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct VisitorOfferTests {
  /// The link on a landing's page, `/offer/...?k=...`.
  private func link(_ client: TestHTTPClient, _ target: String) async throws -> (link: String, click: ClickID) {
    let page = try await client.get(target)
    let link = try #require(page.text.split(separator: "\"").first { $0.hasPrefix("/offer/") })
    return (String(link), try #require(page.clickID))
  }

  @Test func theSignedLinkNeedsNoDatabase() async throws {
    let world = try VisitorWorld(find: { _, _ in throw DatabaseAway() })
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      let (link, click) = try await link(client, "/c/landed?sub1=a%20b")
      world.tail.remove([click])
      #expect(link.hasPrefix("/offer/\(click)/2?k="))
      let answer = try await client.get(link)
      #expect(answer.status == 302)
      #expect(answer.location == "https://shop.example/m?s=a%20b&c=\(click)&_tly_click=\(click)")
      #expect(answer.clickID == nil)
      #expect(answer.header("Cache-Control") == "no-store")
      #expect(world.metric("trackily_redirects_total{from=\"offer\"}") == 1)
    }
  }

  @Test func withoutItsDataTheClickIsFoundInMemory() async throws {
    let world = try VisitorWorld(find: { _, _ in throw DatabaseAway() })
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      let (_, click) = try await link(client, "/c/landed?sub1=beta")
      let answer = try await client.get("/offer/\(click)/2")
      #expect(answer.location == "https://shop.example/m?s=beta&c=\(click)&_tly_click=\(click)")
    }
  }

  @Test func aLinkThatWasTamperedWithIsAsGoodAsNone() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      let (link, click) = try await link(client, "/c/landed?sub1=beta")
      world.tail.remove([click])
      let answer = try await client.get(link.dropLast() + "_")
      #expect(answer.location == "https://shop.example/m?s=&c=\(click)&_tly_click=\(click)")
    }
  }

  @Test func elseTheDatabaseIsAsked() async throws {
    let asked = Mutex<[Int64]>([])
    var limits = VisitorService.Limits()
    limits.offerPatience = .seconds(60)
    let world = try VisitorWorld(
      limits: limits,
      find: { id, tenantID in
        asked.withLock { $0.append(tenantID) }
        var event = ClickEvent(
          id: id, tenantID: tenantID, status: .ok, campaignID: 12, ip: IPAddress(v4: 1), currency: .usd)
        event.subs[1] = "stored"
        return event
      })
    try await world.serve { port in
      let click = ClickID(at: VisitorWorld.clock.now())
      let answer = try await TestHTTPClient(port: port).get("/offer/\(click)/2")
      #expect(answer.location == "https://shop.example/m?s=stored&c=\(click)&_tly_click=\(click)")
      #expect(asked.withLock { $0 } == [7])
    }
  }

  @Test func aDatabaseThatHangsIsNotWaitedFor() async throws {
    let gate = VisitorGate()
    let world = try VisitorWorld(
      limits: VisitorService.Limits(),
      find: { _, _ in
        await gate.wait()
        return nil
      })
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      // More than may look up at a time, and more than may wait for it.
      for _ in 0..<3 {
        let click = ClickID(at: VisitorWorld.clock.now())
        let answer = try await client.get("/offer/\(click)/2")
        #expect(answer.location == "https://shop.example/m?s=&c=\(click)&_tly_click=\(click)")
      }
      gate.open()
      #expect(try await client.get("/healthz").status == 200)
    }
  }

  @Test func lookupsBeyondTheLimitAreLeftOut() async throws {
    let gate = VisitorGate()
    var limits = VisitorService.Limits()
    limits.offerPatience = .seconds(60)
    limits.lookupsInFlight = 1
    limits.lookupsWaiting = 1
    let world = try VisitorWorld(
      limits: limits,
      find: { _, _ in
        await gate.wait()
        return nil
      })
    try await world.serve { port in
      let clients = (0..<4).map { _ in TestHTTPClient(port: port) }
      let request = "GET /offer/\(ClickID(at: VisitorWorld.clock.now()))/1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
      for client in clients { try await client.write(request) }
      try await eventually { (world.metric("trackily_redirects_total{from=\"offer\"}") ?? 0) >= 1 }
      gate.open()
      for client in clients { #expect(try await client.read().status == 302) }
    }
  }

  @Test func anIdThatIsNoneOfOursIsNotHandedOn() async throws {
    let world = try VisitorWorld(find: { _, _ in throw DatabaseAway() })
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      let answer = try await client.get("/offer/junk/1")
      #expect(answer.location == "https://shop.example/buy")
      let click = ClickID(at: VisitorWorld.clock.now())
      #expect(try await client.get("/offer/\(click)/99").status == 404)
      #expect(try await client.get("/offer/junk/99").status == 404)
      #expect(try await TestHTTPClient(port: port, host: "stranger.example").get("/offer/\(click)/1").status == 404)
      #expect(world.metric("trackily_visitors_not_found_total{reason=\"unknown_offer\"}") == 2)
    }
  }
}
