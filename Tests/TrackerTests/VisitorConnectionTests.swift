import ClickPath
import Conversions
import Core
import Synchronization
import TestSupport
import Testing
import Web

@testable import TenantTracker

@Suite struct VisitorConnectionTests {
  let click = ClickID(at: VisitorWorld.clock.now())

  private func get(_ target: String, _ fields: String...) -> String {
    "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields.map { "\($0)\r\n" }.joined())\r\n"
  }

  private func post(_ body: String, _ fields: String..., target: String = "/postback") -> String {
    let length = fields.contains { $0.hasPrefix("Transfer-Encoding") } ? [] : ["Content-Length: \(body.utf8.count)"]
    let all = ["Host: localhost", "Content-Type: application/json"] + length + fields
    return "POST \(target) HTTP/1.1\r\n\(all.joined(separator: "\r\n"))\r\n\r\n\(body)"
  }

  private var hit: String { "{\"click_id\":\"\(click)\",\"payout\":\"1\"}" }

  /// A world whose service answers only bodies that came whole.
  private func strictWorld() throws -> VisitorWorld {
    let wanted = Array(hit.utf8)
    return try VisitorWorld(receive: { hit, _ in hit.body == wanted ? .recorded(hit.id) : .refused(.noClickID) })
  }

  @Test func aPipelineOfAllKindsIsAnsweredInOrder() async throws {
    let world = try strictWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      var sent = ""
      var wanted: [Int] = []
      for turn in 0..<60 {
        for (request, status) in [
          (get("/c/direct"), 302), (get("/admin/api/me"), 404), (post(hit), 200), (get("/c/nobody-\(turn)"), 404),
          (get("/healthz"), 200), (post("{}"), 400), (get("/offer/\(click)/1"), 302), (get("/c/direct"), 302),
          (get("/c/landed"), 200),
        ] {
          sent += request
          wanted.append(status)
        }
      }
      try await client.write(sent)
      var found: [Int] = []
      for _ in wanted { found.append(try await client.read().status) }
      #expect(found == wanted)
      #expect(try await world.clicks().count == 180)
    }
  }

  @Test func whoDoesNotReadGetsEverythingLater() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      // Thirty megabytes: no socket takes that, so most of it is made when there is room for it.
      try await client.write(String(repeating: get("/c/large"), count: 1_000))
      try await eventually { world.metric("trackily_journal_appended_total") ?? 0 > 0 }
      var clicks: Set<ClickID> = []
      for _ in 0..<1_000 { if let click = try await client.read().clickID { clicks.insert(click) } }
      #expect(clicks.count == 1_000)
    }
  }

  @Test func aBodyMayComeInAnyPieces() async throws {
    let world = try strictWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      let request = post(hit)
      for cut in 1..<request.utf8.count {
        try await client.write(String(request.prefix(cut)))
        try await client.write(String(request.dropFirst(cut)))
        #expect(try await client.read().status == 200, "split at byte \(cut)")
      }
      for byte in request.utf8 { try await client.write([byte]) }
      #expect(try await client.read().status == 200)
    }
  }

  @Test(arguments: [1, 7, 1_000]) func aBodyMayBeChunked(size: Int) async throws {
    let world = try strictWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      var chunks = ""
      var rest = Substring(hit)
      while !rest.isEmpty {
        let piece = rest.prefix(size)
        chunks += "\(String(piece.utf8.count, radix: 16))\r\n\(piece)\r\n"
        rest = rest.dropFirst(size)
      }
      try await client.write(post(chunks + "0\r\n\r\n", "Transfer-Encoding: chunked") + get("/c/direct"))
      #expect(try await client.read().status == 200)
      #expect(try await client.read().status == 302)
    }
  }

  @Test func whoAsksIsToldToSendTheBody() async throws {
    let world = try strictWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      let request = post(hit, "Expect: 100-continue")
      try await client.write(String(request.dropLast(hit.utf8.count)))
      #expect(try await client.read().status == 100)
      try await client.write(hit)
      #expect(try await client.read().status == 200)
    }
  }

  @Test func anAnnouncedBodyThatIsTooLargeIsRefusedUnread() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      for target in ["/postback", "/v1/postback", "/c/direct"] {
        let client = TestHTTPClient(port: port)
        try await client.write(
          "POST \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n")
        let answer = try await client.read()
        #expect(answer.status == 413)
        #expect(answer.code == "payload_too_large")
        #expect(try await client.isClosedByServer())
      }
    }
  }

  @Test func aChunkedBodyThatBecomesTooLargeIsRefused() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      try await client.write("POST /postback HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
      for _ in 0..<17 { try await client.write(chunk) }
      #expect(try await client.read().status == 413)
      #expect(try await client.isClosedByServer())
    }
  }

  @Test func aBodyOfOneMebibyteIsTaken() async throws {
    let received = Mutex(0)
    let world = try VisitorWorld(receive: { hit, _ in
      received.withLock { $0 = hit.body.count }
      return .recorded(hit.id)
    })
    try await world.serve { port in
      let body = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
      let answer = try await TestHTTPClient(port: port).send("POST", "/postback", body: body)
      #expect(answer.status == 200)
      #expect(received.withLock { $0 } == 1 << 20)
    }
  }

  @Test func aBodyOnAGETDoesNotBecomeTheNextRequest() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      let smuggled = get("/healthz")
      let first =
        "GET /c/direct HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(smuggled.utf8.count)\r\n\r\n\(smuggled)"
      try await client.write(first + get("/admin/api/me"))
      #expect(try await client.read().status == 302)
      #expect(try await client.read().status == 404)
    }
  }

  @Test(arguments: ["/postback", "/c/direct"]) func aBrokenBodyIs400AndTheEnd(target: String) async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let client = TestHTTPClient(port: port)
      try await client.write(
        post("xyz\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked", target: target) + get("/healthz"))
      #expect(try await client.read().status == 400)
      #expect(try await client.isClosedByServer())
    }
  }

  @Test func aBodyThatIsTooSlowIs408() async throws {
    let world = try VisitorWorld()
    try await world.serve(ConnectionLimits(bodyTimeout: .milliseconds(200))) { port in
      let client = TestHTTPClient(port: port)
      try await client.write(String(post(hit).dropLast()))
      #expect(try await client.read().status == 408)
      #expect(try await client.isClosedByServer())
    }
  }

  @Test func oldClientsAndThoseWhoSayCloseAreLetGo() async throws {
    let world = try VisitorWorld()
    try await world.serve { port in
      let old = TestHTTPClient(port: port)
      try await old.write("GET /c/direct HTTP/1.0\r\nHost: localhost\r\n\r\n")
      #expect(try await old.read().status == 302)
      #expect(try await old.isClosedByServer())
      let last = TestHTTPClient(port: port)
      try await last.write(get("/c/direct", "Connection: close") + get("/c/direct"))
      #expect(try await last.read().header("Connection") == "close")
      #expect(try await last.isClosedByServer())
      #expect(try await world.clicks().count == 2)
    }
  }
}
