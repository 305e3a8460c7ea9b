import Core
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What a request brings from its connection.
struct WebContext: InitializableFromSource {
  let channel: any Channel

  init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// The outermost layer: from Hummingbird's request to ours, to the right mount, and back.
struct WebResponder: HTTPResponder {
  let settings: WebSettings
  let mounts: [Mount]
  let logger: Logger
  let translate: @Sendable (any Error) -> Problem?
  let observe: @Sendable (AnsweredRequest) -> Void

  func respond(to request: Request, context: WebContext) async -> Response {
    let start = ContinuousClock.now
    let head = RequestHead(request.head, peer: IPAddress(peerOf: context.channel), settings: settings)
    var logger = logger
    logger[metadataKey: "request_id"] = "\(head.requestID)"
    let channel = context.channel
    let source = BodySource(body: request.body, fields: request.headers) {
      channel.triggerUserOutboundEvent(BodyWanted(), promise: nil)
    }
    let edge = RequestEdge(logger: logger, translate: translate)
    let answered: Answered
    if let mount = mounts.first(where: { $0.covers(head.path) }) {
      answered = await mount.answer(head, source, edge)
    } else {
      answered = Answered(reply: .problem(.notFound("path")), route: RouteName("*"))
    }
    let reply = ReplyFinisher(settings: settings, head: head).finish(answered.reply)
    let duration = ContinuousClock.now - start
    log(head, answered.route.shown, reply.status, duration, logger)
    observe(
      AnsweredRequest(
        method: head.method.rawValue, route: answered.route.template, status: reply.status, duration: duration,
        requestID: head.requestID, clientAddress: head.clientAddress, actorID: answered.actorID))
    return reply.response(isHead: head.method == .head)
  }

  /// Never a path or query as sent: both may hold secrets.
  private func log(_ head: RequestHead, _ route: String, _ status: Int, _ duration: Duration, _ logger: Logger) {
    logger.info(
      "request",
      metadata: [
        "method": "\(head.method.rawValue)", "route": "\(route)", "status": "\(status)", "host": "\(head.host)",
        "client": "\(head.clientAddress)", "us": "\(duration.wholeMicroseconds)",
      ])
  }
}

extension Reply {
  func response(isHead: Bool) -> Response {
    let status = HTTPResponse.Status(code: status)
    var fields = fields
    switch body {
    case .empty: return Response(status: status, headers: fields)
    case .bytes(let bytes):
      fields[.contentLength] = String(bytes.count)
      return Response(
        status: status, headers: fields, body: isHead ? .init() : .init(byteBuffer: ByteBuffer(bytes: bytes)))
    case .stream(let write):
      if isHead { return Response(status: status, headers: fields) }
      return Response(
        status: status, headers: fields,
        body: ResponseBody { writer in
          let pieces = ReplyWriter(writer)
          try await write(pieces)
          try await pieces.finish()
        })
    }
  }
}
