import Core
import HummingbirdCore
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import Web

/// A program's own handler below the framework, as the tracker has for its visitors.
private final class HotHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let gate: Gate
  private var isMine = false
  private var isSlow = false

  init(gate: Gate) { self.gate = gate }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    if case .head(let head) = part {
      isMine = head.uri.hasPrefix("/hot")
      isSlow = head.uri == "/hot/slow"
    }
    guard isMine else { return context.fireChannelRead(data) }
    guard case .end = part else { return }
    guard isSlow else { return answer(context) }
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.completeWithTask { [gate] in await gate.wait() }
    promise.futureResult.assumeIsolated().whenComplete { _ in self.answer(context) }
  }

  private func answer(_ context: ChannelHandlerContext) {
    let head = HTTPResponseHead(version: .http1_1, status: .noContent)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}

@Suite struct SharedConnectionTests {
  let api = SampleAPI()

  func withHotServer(
    _ limits: ConnectionLimits = ConnectionLimits(), _ body: @escaping (TestHTTPClient) async throws -> Void
  ) async throws {
    let gate = api.gate
    try await withServer(
      [api.mount], server: .web(limits: limits) { _ in ConnectionHandlers([HotHandler(gate: gate)]) }
    ) { port in
      try await body(TestHTTPClient(port: port, headers: [("Authorization", "Bearer admin")]))
    }
  }

  func request(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\n\r\n" }

  @Test func requestsOfBothAreAnsweredInOrder() async throws {
    try await withHotServer { client in
      let paths = (0..<300).map { $0 % 3 == 0 ? "/hot" : $0 % 3 == 1 ? "/api/me" : "/nowhere" }
      try await client.write(paths.map(request).joined())
      for path in paths {
        let wanted = path == "/hot" ? 204 : path == "/api/me" ? 200 : 404
        #expect(try await client.read().status == wanted)
      }
    }
  }

  @Test func aSlowAnswerHoldsBackTheNext() async throws {
    try await withHotServer { [api] client in
      try await client.write(request("/hot/slow") + request("/api/me") + request("/hot"))
      try await eventually { api.gate.waitingCount == 1 }
      api.gate.open()
      #expect(try await client.read().status == 204)
      #expect(try await client.read().status == 200)
      #expect(try await client.read().status == 204)
    }
  }

  @Test func aConnectionThatOnlyTheHandlerUsesIsNotIdle() async throws {
    try await withHotServer(ConnectionLimits(idleTimeout: .seconds(5))) { client in
      let end = ContinuousClock.now + .seconds(11)
      while ContinuousClock.now < end {
        try await client.write(request("/hot"))
        #expect(try await client.read().status == 204)
      }
      #expect(try await client.isClosedByServer())
    }
  }

  @Test func shutdownWaitsForTheHandlersAnswer() async throws {
    let gate = api.gate
    let client = try await withServer([api.mount], server: .web { _ in ConnectionHandlers([HotHandler(gate: gate)]) }) {
      port in
      let client = TestHTTPClient(port: port)
      try await client.write(request("/hot/slow"))
      try await eventually { gate.waitingCount == 1 }
      Task {
        while (try? await TestHTTPClient(port: port).get("/hot")) != nil { await Task.yield() }
        gate.open()
      }
      return client
    }
    #expect(try await client.read().status == 204)
    #expect(try await client.isClosedByServer())
  }
}
