import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Web

/// A client that closes its sending side still reads: its answers come, however long they take.
@Suite struct HalfClosedConnectionTests {
  let channel = EmbeddedChannel()
  let above = Above()

  init() throws {
    try channel.pipeline.syncOperations.addHandlers([ConnectionHandler(), above])
  }

  func request() throws {
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["host": "x"])
    try channel.writeInbound(HTTPServerRequestPart.head(head))
    try channel.writeInbound(HTTPServerRequestPart.end(nil))
  }

  func answer() throws {
    let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "0"])
    try channel.writeOutbound(HTTPServerResponsePart.head(head))
    try channel.writeOutbound(HTTPServerResponsePart.end(nil))
  }

  @Test func theEndIsToldWhenNothingIsUnderWay() throws {
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(above.events == ["end"])
    _ = try? channel.finish()
  }

  @Test func theEndIsToldAfterTheLastAnswer() throws {
    try request()
    try request()
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(above.events == ["request"])
    try answer()
    #expect(above.events == ["request", "request"])
    try answer()
    #expect(above.events == ["request", "request", "end"])
    _ = try? channel.finish()
  }

  @Test func aBodyThatCanNeverComeIsNotWaitedFor() throws {
    let head = HTTPRequestHead(
      version: .http1_1, method: .POST, uri: "/", headers: ["host": "x", "content-length": "5"])
    try channel.writeInbound(HTTPServerRequestPart.head(head))
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(above.events == ["end"])
    _ = try? channel.finish()
  }

  /// What reaches the handlers above.
  final class Above: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    private(set) var events: [String] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if case .end = unwrapInboundIn(data) { events.append("request") }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if let event = event as? ChannelEvent, event == .inputClosed { events.append("end") }
    }
  }
}
