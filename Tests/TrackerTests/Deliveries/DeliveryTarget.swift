import Core
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A platform that takes postbacks over real HTTP, and says and does what a test wants.
final class DeliveryTarget: Sendable {
  enum Answer: Sendable {
    case says(Int, String = "OK")
    case redirects(to: String)
    /// Takes the request and never answers.
    case hangs
  }

  struct Arrival: Sendable {
    let method: String
    let uri: String
    let eventID: String
    let contentType: String?
    let body: String
  }

  let port: Int
  private let arrivals = Mutex<[Arrival]>([])
  private let underWay = Mutex((now: 0, most: 0))
  private let channel: any Channel
  private let answer: @Sendable (Arrival, _ number: Int) -> Answer

  /// As a delivery's host names it.
  var host: String { "127.0.0.1:\(port)" }
  var url: String { "http://\(host)" }
  var received: [Arrival] { arrivals.withLock { $0 } }
  /// Requests that were answered at once, at most.
  var mostAtOnce: Int { underWay.withLock { $0.most } }

  /// - Parameter answer: to an arrival, with its number among those with the same event id, from 1.
  private init(channel: any Channel, port: Int, _ answer: @escaping @Sendable (Arrival, Int) -> Answer) {
    self.channel = channel
    self.port = port
    self.answer = answer
  }

  /// Listens on a free port while `body` runs.
  static func with<T>(
    _ answer: @escaping @Sendable (Arrival, _ number: Int) -> Answer = { _, _ in .says(200) },
    _ body: (DeliveryTarget) async throws -> T
  ) async throws -> T {
    let box = Mutex<DeliveryTarget?>(nil)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .childChannelInitializer { channel in
        channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
          try channel.pipeline.syncOperations.addHandler(Handler { box.withLock { $0 } })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let target = DeliveryTarget(channel: channel, port: channel.localAddress?.port ?? 0, answer)
    box.withLock { $0 = target }
    do {
      let result = try await body(target)
      try? await channel.close().get()
      return result
    } catch {
      try? await channel.close().get()
      throw error
    }
  }

  fileprivate func take(_ arrival: Arrival) -> Answer {
    let number = arrivals.withLock { arrivals in
      arrivals.append(arrival)
      return arrivals.count { $0.eventID == arrival.eventID }
    }
    return answer(arrival, number)
  }

  fileprivate func enter() {
    underWay.withLock { state in
      state.now += 1
      state.most = max(state.most, state.now)
    }
  }

  fileprivate func leave() { underWay.withLock { $0.now -= 1 } }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let target: () -> DeliveryTarget?
    private var head: HTTPRequestHead?
    private var body = ""
    private var isInside = false

    init(_ target: @escaping () -> DeliveryTarget?) { self.target = target }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        self.head = head
        body = ""
        isInside = true
        target()?.enter()
      case .body(let part): body += String(buffer: part)
      case .end: respond(context)
      }
    }

    func channelInactive(context: ChannelHandlerContext) { leave() }

    private func leave() {
      if isInside { target()?.leave() }
      isInside = false
    }

    private func respond(_ context: ChannelHandlerContext) {
      guard let head, let target = target() else { return }
      let arrival = Arrival(
        method: head.method.rawValue, uri: head.uri, eventID: head.headers["x-event-id"].first ?? "",
        contentType: head.headers["content-type"].first, body: body)
      var headers = HTTPHeaders()
      let (status, text): (Int, String)
      switch target.take(arrival) {
      case .hangs: return
      case .says(let code, let words): (status, text) = (code, words)
      case .redirects(let location):
        (status, text) = (302, "")
        headers.add(name: "location", value: location)
      }
      headers.add(name: "content-length", value: "\(text.utf8.count)")
      leave()
      context.write(
        wrapOutboundOut(.head(.init(version: .http1_1, status: .init(statusCode: status), headers: headers))),
        promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
