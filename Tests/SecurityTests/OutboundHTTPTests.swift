import Core
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Security

@Suite struct OutboundHTTPTests {
  private let client = OutboundHTTP(policy: .loopback)

  @Test func sendsMethodHeadersAndBody() async throws {
    let seen = Mutex<SeenRequest?>(nil)
    let server = try LocalServer { connection in
      let request = connection.readRequest()
      seen.withLock { $0 = request }
      connection.answer("201 Created", headers: ["X-Answer: yes"], body: "made")
    }
    for method in [OutboundRequest.Method.post, .put, .patch, .delete] {
      let answer = try await client.send(
        OutboundRequest(
          method, "\(server.url)/hook?a=1", headers: [.init("Content-Type", "application/json"), .init("X-Empty", "")],
          body: Array(#"{"a":1}"#.utf8)))
      #expect(answer.status == 201 && answer.text == "made" && answer.isSuccess)
      #expect(answer.headers["x-answer"] == "yes")
      let request = try #require(seen.withLock { $0 })
      #expect(request.line == "\(method.rawValue) /hook?a=1 HTTP/1.1")
      #expect(request.body == Array(#"{"a":1}"#.utf8))
      #expect(request.headers["content-type"] == "application/json" && request.headers["x-empty"] == "")
      #expect(request.headers["expect"] == nil && request.headers["user-agent"] == "Trackily")
    }
  }

  @Test func getAndHeadCarryNoBody() async throws {
    let server = try LocalServer { connection in
      guard let request = connection.readRequest() else { return }
      connection.answer("200 OK", body: request.line.hasPrefix("HEAD") ? "" : request.line)
    }
    #expect(try await client.send(OutboundRequest(.get, "\(server.url)/x")).text == "GET /x HTTP/1.1")
    #expect(try await client.send(OutboundRequest(.head, server.url)).body.isEmpty)
    #expect(try await client.send(OutboundRequest(.post, server.url)).text == "POST / HTTP/1.1")
  }

  @Test(arguments: [404, 410, 429, 500, 503])
  func anyStatusIsAnAnswer(status: Int) async throws {
    let server = try LocalServer { connection in
      _ = connection.readRequest()
      connection.answer("\(status) No")
    }
    let answer = try await client.send(OutboundRequest(.get, server.url))
    #expect(answer.status == status && !answer.isSuccess)
  }

  @Test(arguments: [
    HeaderField("X-Bad", "a\r\nX-Injected: 1"), .init("X-Bad\r\n", "a"), .init("", "a"), .init("X Bad", "a"),
    .init("X-Bad", "a\u{0}b"),
  ])
  func headersThatWouldInjectOthersAreRefused(field: HeaderField) async throws {
    let server = try LocalServer { $0.answer("200 OK") }
    await #expect(throws: OutboundError.invalidRequest("a header is malformed")) {
      try await client.send(OutboundRequest(.get, server.url, headers: [field]))
    }
    #expect(server.connectionCount == 0)
  }

  @Test func aHangingServerTimesOut() async throws {
    let server = try LocalServer { $0.awaitHangUp() }
    let limits = OutboundLimits(totalTimeout: .milliseconds(300))
    await #expect(throws: OutboundError.timedOut) {
      try await client.send(OutboundRequest(.get, server.url), limits: limits)
    }
  }

  @Test func aDrippingServerTimesOut() async throws {
    let server = try LocalServer { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
      while connection.write([0x2E]) { usleep(20_000) }
    }
    let limits = OutboundLimits(totalTimeout: .milliseconds(500))
    await #expect(throws: OutboundError.timedOut) {
      try await client.send(OutboundRequest(.get, server.url), limits: limits)
    }
  }

  @Test func slowDNSCountsTowardsTheTotal() async throws {
    let resolver = NameResolver { _ throws(OutboundError) in
      try? await Task.sleep(for: .seconds(3_600))
      return []
    }
    let client = OutboundHTTP(limits: OutboundLimits(totalTimeout: .milliseconds(200)), resolver: resolver)
    await #expect(throws: OutboundError.timedOut) {
      try await client.send(OutboundRequest(.get, "http://slow.example/"))
    }
  }

  @Test func aHugeAnswerIsCutOff() async throws {
    let server = try LocalServer { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
      let chunk = [UInt8](repeating: 0x61, count: 65_536)
      while connection.write(chunk) {}
    }
    let limits = OutboundLimits(responseSize: 100_000)
    await #expect(throws: OutboundError.tooLarge(limit: 100_000)) {
      try await client.send(OutboundRequest(.get, server.url), limits: limits)
    }
  }

  @Test func endlessHeadersAreCutOff() async throws {
    let server = try LocalServer { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\n")
      while connection.write(Array("X-More: \(String(repeating: "a", count: 1_000))\r\n".utf8)) {}
    }
    await #expect(throws: OutboundError.tooLarge(limit: 65_536)) {
      try await client.send(OutboundRequest(.get, server.url))
    }
  }

  @Test func nobodyListeningIsUnreachable() async throws {
    let port = try LocalServer { _ in }.port
    try await eventually {
      do throws(OutboundError) {
        _ = try await client.send(OutboundRequest(.get, "http://127.0.0.1:\(port)/"))
        return false
      } catch {
        return error == .unreachable
      }
    }
  }

  @Test func whatIsNoHTTPIsBroken() async throws {
    let server = try LocalServer { $0.write("SSH-2.0-OpenSSH_9.2\r\n") }
    let error = await #expect(throws: OutboundError.self) {
      try await client.send(OutboundRequest(.get, server.url))
    }
    guard case .broken? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func cancellingEndsTheTransfer() async throws {
    let hungUp = Counter()
    let server = try LocalServer { connection in
      connection.awaitHangUp()
      hungUp.increment()
    }
    let request = OutboundRequest(.get, server.url)
    let task = Task { [client] () -> OutboundError? in
      do throws(OutboundError) {
        _ = try await client.send(request)
        return nil
      } catch {
        return error
      }
    }
    try await eventually { server.connectionCount == 1 }
    task.cancel()
    #expect(await task.value == .cancelled)
    try await eventually { hungUp.value == 1 }
  }

  @Test func oneTooManyIsBusy() async throws {
    let server = try LocalServer { $0.awaitHangUp() }
    let client = OutboundHTTP(policy: .loopback, maxRequests: 2)
    let request = OutboundRequest(.get, server.url)
    let tasks = (0..<2).map { _ in Task { try await client.send(request) } }
    try await eventually { server.connectionCount == 2 }
    await #expect(throws: OutboundError.busy) { try await client.send(request) }
    for task in tasks {
      task.cancel()
      _ = await task.result
    }
  }

  @Test func manyRequestsRunAtOnce() async throws {
    let server = try LocalServer { connection in
      guard let request = connection.readRequest() else { return }
      connection.answer("200 OK", body: request.line)
    }
    let client = OutboundHTTP(policy: .loopback, maxRequests: 200)
    let lines = try await withThrowingTaskGroup(of: String.self) { group in
      for index in 0..<100 {
        group.addTask { try await client.send(OutboundRequest(.get, "\(server.url)/\(index)")).text }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(lines == Set((0..<100).map { "GET /\($0) HTTP/1.1" }))
  }
}

@Suite struct OutboundRedirectTests {
  private let client = OutboundHTTP(policy: .loopback, limits: OutboundLimits(redirects: 3))

  private func redirecting(_ status: String, to location: String) throws -> LocalServer {
    try LocalServer { connection in
      guard let request = connection.readRequest() else { return }
      if request.line.contains("/start") {
        connection.answer(status, headers: ["Location: \(location)"])
      } else {
        connection.answer("200 OK", body: "\(request.line) \(request.headers["authorization"] ?? "none")")
      }
    }
  }

  @Test func unlessAskedTheRedirectIsTheAnswer() async throws {
    let server = try redirecting("302 Found", to: "/end")
    let answer = try await OutboundHTTP(policy: .loopback).send(OutboundRequest(.get, "\(server.url)/start"))
    #expect(answer.status == 302 && answer.headers["location"] == "/end")
  }

  @Test func followsWithinTheSameOriginAndKeepsTheHeaders() async throws {
    let server = try redirecting("307 Temporary Redirect", to: "/end")
    let answer = try await client.send(
      OutboundRequest(.post, "\(server.url)/start", headers: [.init("Authorization", "Bearer x")], body: [1]))
    #expect(answer.text == "POST /end HTTP/1.1 Bearer x")
  }

  @Test func aPostThatIsSeenElsewhereBecomesAGet() async throws {
    let server = try redirecting("303 See Other", to: "end")
    let answer = try await client.send(OutboundRequest(.post, "\(server.url)/start", body: [1]))
    #expect(answer.text == "GET /end HTTP/1.1 none")
  }

  @Test func anotherOriginGetsNoCredentials() async throws {
    let other = try redirecting("200 OK", to: "")
    let server = try redirecting("302 Found", to: "\(other.url)/end")
    let answer = try await client.send(
      OutboundRequest(.get, "\(server.url)/start", headers: [.init("Authorization", "Bearer x")]))
    #expect(answer.text == "GET /end HTTP/1.1 none")
  }

  @Test func endlessRedirectsEnd() async throws {
    let server = try redirecting("302 Found", to: "/start/again")
    await #expect(throws: OutboundError.tooManyRedirects) {
      try await client.send(OutboundRequest(.get, "\(server.url)/start"))
    }
    #expect(server.connectionCount <= 4)
  }

  @Test(arguments: ["http://169.254.169.254/latest/", "http://[::1]:1/", "http://10.0.0.1/", "//192.168.0.1/"])
  func aHopToAPrivateAddressIsRefused(location: String) async throws {
    let server = try redirecting("302 Found", to: location)
    let client = OutboundHTTP(
      policy: DestinationPolicy(allowedHosts: ["127.0.0.1"]), limits: OutboundLimits(redirects: 3))
    let error = await #expect(throws: OutboundError.self) {
      try await client.send(OutboundRequest(.get, "\(server.url)/start"))
    }
    guard case .forbiddenAddress? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:6379/_x"])
  func aHopToAnotherProtocolIsNotFollowed(location: String) async throws {
    let server = try redirecting("302 Found", to: location)
    #expect(try await client.send(OutboundRequest(.get, "\(server.url)/start")).status == 302)
  }
}

extension DestinationPolicy {
  /// What these tests' servers need.
  static let loopback = DestinationPolicy(allowedHosts: ["127.0.0.1"])
}
