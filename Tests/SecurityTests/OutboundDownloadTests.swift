import Core
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Security

@Suite struct OutboundDownloadTests {
  private let client = OutboundHTTP(policy: .loopback)
  private let limits = OutboundLimits(totalTimeout: .seconds(20), responseSize: 4 << 20, redirects: 2)

  /// What a sink was handed.
  private final class Received: Sendable {
    struct State {
      var bytes: [UInt8] = []
      var announced: Int?
      var calls = 0
    }

    let state = Mutex(State())

    func sink(keepsGoing: Bool = true) -> OutboundSink {
      { [self] bytes, announced in
        state.withLock {
          $0.bytes.append(contentsOf: bytes)
          $0.announced = announced
          $0.calls += 1
        }
        return keepsGoing
      }
    }
  }

  private func serve(_ body: String, redirectFrom path: String? = nil) throws -> LocalServer {
    try LocalServer { connection in
      guard let request = connection.readRequest() else { return }
      if let path, request.line.hasPrefix("GET \(path) ") {
        connection.answer("302 Found", headers: ["Location: /elsewhere"], body: "go there")
      } else {
        connection.answer("200 OK", body: body)
      }
    }
  }

  @Test func theBodyGoesToTheSinkWithItsLengthAndStaysOutOfTheAnswer() async throws {
    let body = String(repeating: "0123456789", count: 200_000)
    let server = try serve(body, redirectFrom: "/start")
    let received = Received()
    let answer = try await client.download(
      OutboundRequest(.get, "\(server.url)/start"), limits: limits, into: received.sink())
    #expect(answer.status == 200 && answer.body.isEmpty)
    let state = received.state.withLock { $0 }
    #expect(state.bytes == Array(body.utf8), "the redirect's own body is not part of it")
    #expect(state.announced == body.utf8.count && state.calls > 1)
  }

  @Test func aRefusalIsAnAnswerAndNothingReachesTheSink() async throws {
    let server = try LocalServer { connection in
      _ = connection.readRequest()
      connection.answer("401 Unauthorized", body: String(repeating: "no", count: 100_000))
    }
    let received = Received()
    let answer = try await client.download(OutboundRequest(.get, server.url), limits: limits, into: received.sink())
    #expect(answer.status == 401 && answer.text.hasPrefix("nono") && answer.body.count <= 65_536)
    #expect(received.state.withLock { $0.calls } == 0)
  }

  @Test func moreThanAllowedEndsIt() async throws {
    let server = try serve(String(repeating: "x", count: 500_000))
    let small = OutboundLimits(responseSize: 100_000)
    await #expect(throws: OutboundError.tooLarge(limit: 100_000)) {
      try await client.download(OutboundRequest(.get, server.url), limits: small, into: Received().sink())
    }
  }

  @Test func aSinkThatHasEnoughEndsIt() async throws {
    let server = try serve("something")
    await #expect(throws: OutboundError.cancelled) {
      try await client.download(
        OutboundRequest(.get, server.url), limits: limits, into: Received().sink(keepsGoing: false))
    }
  }

  @Test func aServerThatFallsSilentIsGivenUp() async throws {
    let isOver = Mutex(false)
    let server = try LocalServer { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
      let deadline = ContinuousClock.now + .seconds(15)
      while !isOver.withLock({ $0 }), ContinuousClock.now < deadline { usleep(10_000) }
    }
    var limits = limits
    limits.stallTimeout = .seconds(1)
    await #expect(throws: OutboundError.timedOut) {
      try await client.download(OutboundRequest(.get, server.url), limits: limits, into: Received().sink())
    }
    isOver.withLock { $0 = true }
  }
}
