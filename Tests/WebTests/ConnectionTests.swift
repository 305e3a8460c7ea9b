import Core
import TestSupport
import Testing

@testable import Web

/// The connection under hard conditions, over real sockets.
@Suite struct ConnectionTests {
  let api = SampleAPI()
  let me = "GET /api/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\n\r\n"

  func withClient(
    _ limits: ConnectionLimits = ConnectionLimits(), _ body: (TestHTTPClient) async throws -> Void
  ) async throws {
    let settings = WebSettings(address: "127.0.0.1", port: 0, connection: limits)
    try await withServer([api.mount], settings: settings) { try await body(TestHTTPClient(port: $0)) }
  }

  func post(_ fields: String, _ body: String = "") -> String {
    "POST /api/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\n\(fields)\r\n\r\n\(body)"
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    try await withClient { client in
      var text = ""
      for index in 1...200 { text += me.replacing("/api/me", with: "/api/campaigns/\(index)") }
      try await client.write(text + post("Content-Length: 3", "abc") + me)
      for index in 1...200 { #expect(try await client.read().json["id"] == .int(index)) }
      #expect(try await client.read().json["bytes"] == 3)
      #expect(try await client.read().json["id"] == "1")
    }
  }

  @Test func aRequestInPiecesIsOneRequest() async throws {
    try await withClient { client in
      for byte in Array(post("Content-Length: 5", "abcde").utf8) { try await client.write([byte]) }
      #expect(try await client.read().json["bytes"] == 5)
    }
  }

  @Test func chunkedBodiesAreRead() async throws {
    try await withClient { client in
      try await client.write(post("Transfer-Encoding: chunked", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") + me)
      #expect(try await client.read().json["bytes"] == 5)
      #expect(try await client.read().status == 200)
    }
  }

  @Test func malformedRequestsGetAProblemAndTheEnd() async throws {
    let requests = [
      "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHo st: x\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      post("Content-Length: 3\r\nContent-Length: 5", "abcde"), post("Content-Length: -1"),
      post("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), post("Content-Length: 3 3", "abc"),
      post("Transfer-Encoding: chunked, identity", "0\r\n\r\n"), post("Transfer-Encoding: xchunked", "0\r\n\r\n"),
      post("Content-Length: 99999999999999999999999", "abc"), post("Content-Length: 0x3", "abc"),
    ]
    try await withClient { client in
      for request in requests {
        try await client.write(request + me)
        let answer = try await client.read()
        #expect(answer.status == 400 && answer.code == "malformed_request", "\(request): \(answer.status)")
        #expect(answer.header("Content-Type") == "application/problem+json")
        #expect(try await client.isClosedByServer())
      }
    }
  }

  @Test func aMalformedRequestComesAfterTheAnswersBeforeIt() async throws {
    try await withClient { client in
      try await client.write(me + me + "GARBAGE\r\n\r\n" + me)
      #expect(try await client.read().status == 200)
      #expect(try await client.read().status == 200)
      #expect(try await client.read().status == 400)
      #expect(try await client.isClosedByServer())
    }
  }

  @Test func aMalformedBodyIsRefusedAndNothingAfterItIsRead() async throws {
    try await withClient { client in
      for body in ["xyz\r\nabc\r\n0\r\n\r\n", "-1\r\nabc\r\n0\r\n\r\n", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n"] {
        try await client.write(post("Transfer-Encoding: chunked", body) + me)
        let answer = try await client.read()
        #expect(answer.status == 400 && answer.code == "malformed_request", "\(body): \(answer.status)")
        #expect(try await client.isClosedByServer())
      }
    }
  }

  @Test func tooManyHeadersAre431() async throws {
    try await withClient { client in
      try await client.write("GET / HTTP/1.1\r\nHost: x\r\nX-Long: \(String(repeating: "x", count: 40_000))\r\n\r\n")
      #expect(try await client.read().status == 431)
      #expect(try await client.isClosedByServer())
    }
  }

  @Test func expectationsAreMetOnlyForWantedBodies() async throws {
    try await withClient { client in
      try await client.write(post("Content-Length: 3\r\nExpect: 100-continue"))
      #expect(try await client.read().status == 100)
      try await client.write("abc")
      #expect(try await client.read().json["bytes"] == 3)
      try await client.write(post("Content-Length: 300000\r\nExpect: 100-continue"))
      let answer = try await client.read()
      #expect(answer.status == 413 && answer.header("Connection") == "close")
      #expect(try await client.isClosedByServer())
      try await client.write(
        "POST /api/uploads HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
      #expect(try await client.read().status == 401)
      #expect(try await client.isClosedByServer())
    }
  }

  @Test func connectionCloseIsHonouredAndNothingAfterItIsAnswered() async throws {
    try await withClient { client in
      let last = me.replacing("\r\n\r\n", with: "\r\nConnection: Close\r\n\r\n")
      try await client.write(last + post("Content-Length: 3", "abc"))
      let answer = try await client.read()
      #expect(answer.status == 200 && answer.header("Connection") == "close")
      #expect(try await client.isClosedByServer())
    }
  }

  @Test func http10IsAnsweredAndClosedUnlessAskedToStay() async throws {
    try await withClient { client in
      let old = me.replacing("HTTP/1.1", with: "HTTP/1.0")
      try await client.write(old)
      #expect(try await client.read().header("Connection") == "close")
      #expect(try await client.isClosedByServer())
      let staying = old.replacing("\r\n\r\n", with: "\r\nConnection: keep-alive\r\n\r\n")
      try await client.write(staying + staying)
      #expect(try await client.read().header("Connection") == "keep-alive")
      #expect(try await client.read().status == 200)
      try await client.write(staying.replacing("/api/me", with: "/api/stream"))
      let stream = try await client.read()
      #expect(stream.header("Transfer-Encoding") == nil)
      #expect(stream.text.split(separator: "\n").count == 1_000)
    }
  }

  @Test func aBodyThatCreepsIs408() async throws {
    let limits = ConnectionLimits(bodyTimeout: .milliseconds(200), slowestBody: 1_000_000)
    try await withClient(limits) { client in
      try await client.write(post("Content-Length: 1000", "a"))
      let answer = try await client.read()
      #expect(answer.status == 408 && answer.code == "request_timeout")
      #expect(try await client.isClosedByServer())
    }
  }

  @Test func anIdleConnectionIsClosed() async throws {
    try await withClient(ConnectionLimits(idleTimeout: .seconds(2))) { client in
      try await client.write("GET /api/me HTTP/1.1\r\nHost: x\r\nX-Slow: ")
      #expect(try await client.isClosedByServer())
      try await client.write(me)
      #expect(try await client.read().status == 200)
      #expect(try await client.isClosedByServer())
    }
  }

  @Test func aGETWithABodyDoesNotShiftTheNextRequest() async throws {
    try await withClient { client in
      let hidden = "GET /api/campaigns/9 HTTP/1.1\r\nHost: x\r\n\r\n"
      try await client.write(
        me.replacing("\r\n\r\n", with: "\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n") + hidden + me)
      #expect(try await client.read().json["id"] == "1")
      #expect(try await client.read().json["id"] == "1")
    }
  }

  @Test func aRequestThatRunsIsAnsweredDuringShutdown() async throws {
    let client = try await withServer([api.mount]) { port in
      let client = TestHTTPClient(port: port, headers: [("Authorization", "Bearer admin")])
      try await client.write(
        post("Content-Type: application/json\r\nContent-Length: 15", "").replacing("/uploads", with: "/campaigns")
          + #"{"name":"slow"}"#)
      try await eventually { api.gate.waitingCount > 0 }
      Task { [api] in
        // The gate opens once the server takes no more connections.
        while (try? await TestHTTPClient(port: port).get("/")) != nil { await Task.yield() }
        api.gate.open()
      }
      return client
    }
    #expect(try await client.read().status == 201)
  }
}
