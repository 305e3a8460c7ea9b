import Core
public import NIOCore
public import NIOHTTP1

/// Sent down the pipeline by whoever begins to read a request's body: a client that waits is told `100 Continue`.
public struct BodyWanted: Sendable {
  public init() {}
}

/// Goes up the pipeline when a request's body arrives too slowly: the answer is 408 and the connection's end.
public struct BodyTooSlow: Error, Sendable {}

/// Stands between the HTTP decoder and whoever answers, and makes the connection behave: requests are handed on one at
/// a time, malformed ones get a problem document, slow bodies end, and the client gets to read a closing answer.
public final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
  public typealias InboundIn = HTTPServerRequestPart
  public typealias InboundOut = HTTPServerRequestPart
  public typealias OutboundIn = HTTPServerResponsePart
  public typealias OutboundOut = HTTPServerResponsePart

  private var rules: ConnectionRules
  /// Parts of pipelined requests whose turn has not come.
  private var held = CircularBuffer<HTTPServerRequestPart>()
  private var isReplaying = false
  private var hasSuppressedRead = false
  /// The input is broken behind what is held; told when everything before is answered.
  private var pendingError: HTTPParserError?
  /// The client will send nothing more; told above when everything before is answered, since it means the end there.
  private var isInputClosed = false
  private var bodyStart = NIODeadline.now()
  private var lastProgress = NIODeadline.now()
  private var idleTimer: Scheduled<Void>?
  private var bodyTimer: Scheduled<Void>?
  private var lingerTimer: Scheduled<Void>?
  private let limits: ConnectionLimits
  private let activity: ConnectionActivity

  public convenience init(limits: ConnectionLimits = ConnectionLimits()) {
    self.init(limits: limits, activity: ConnectionActivity())
  }

  init(limits: ConnectionLimits, activity: ConnectionActivity) {
    self.limits = limits
    self.activity = activity
    rules = ConnectionRules(limits: limits)
  }

  public func handlerAdded(context: ChannelHandlerContext) {
    lastProgress = .now()
    scheduleIdleTimer(context)
  }

  public func handlerRemoved(context: ChannelHandlerContext) { cancelTimers() }

  public func channelInactive(context: ChannelHandlerContext) {
    cancelTimers()
    context.fireChannelInactive()
  }

  // MARK: Inbound

  public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    guard !rules.isLingering else { return }
    if isReplaying || !held.isEmpty || (part.isHead && rules.isResponding) {
      held.append(part)
    } else {
      deliver(part, context)
    }
  }

  private func deliver(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    lastProgress = .now()
    switch part {
    case .head(let head):
      bodyStart = lastProgress
      guard rules.receive(head) == .forward else { return refuse(status: .badRequest, context) }
    case .body(let buffer): rules.receive(bytes: buffer.readableBytes)
    case .end:
      rules.receiveEnd()
      bodyTimer?.cancel()
      bodyTimer = nil
    }
    context.fireChannelRead(wrapInboundOut(part))
  }

  /// Hands on the next held request, and goes on while each is answered at once.
  private func replay(_ context: ChannelHandlerContext) {
    guard !held.isEmpty, !isReplaying else { return }
    isReplaying = true
    while let next = held.first, !rules.isLingering, !(next.isHead && rules.isResponding) {
      held.removeFirst()
      deliver(next, context)
    }
    isReplaying = false
    context.fireChannelReadComplete()
    scheduleBodyTimer(context)
    if held.isEmpty, hasSuppressedRead {
      hasSuppressedRead = false
      context.read()
    }
  }

  public func channelReadComplete(context: ChannelHandlerContext) {
    scheduleBodyTimer(context)
    context.fireChannelReadComplete()
    if rules.isLingering { context.read() }
  }

  public func read(context: ChannelHandlerContext) {
    if held.isEmpty {
      context.read()
    } else {
      hasSuppressedRead = true
    }
  }

  public func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if rules.isLingering { return }
    guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
    pendingError = error
    settleError(context)
  }

  private func settleError(_ context: ChannelHandlerContext) {
    guard held.isEmpty, let error = pendingError else { return }
    switch rules.parserError() {
    case .wait: return
    case .ignore: pendingError = nil
    case .forward:
      pendingError = nil
      context.fireErrorCaught(error)
    case .refuse:
      pendingError = nil
      refuse(status: error == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest, context)
    }
  }

  private func settleInputClosed(_ context: ChannelHandlerContext) {
    guard isInputClosed, held.isEmpty, !rules.isAnswering else { return }
    isInputClosed = false
    context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
  }

  public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed {
      isInputClosed = true
      return settleInputClosed(context)
    }
    guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
    // Handlers above do not know of each other's requests, so the end is decided here alone.
    if rules.isResponding {
      rules.stopKeepingAlive()
    } else if !rules.isLingering {
      context.close(promise: nil)
    }
  }

  // MARK: Outbound

  public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !rules.isLingering else {
      promise?.fail(ChannelError.outputClosed)
      return
    }
    lastProgress = .now()
    switch unwrapOutboundIn(data) {
    case .head(var head) where head.status.code >= 200:
      rules.begin(&head)
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .head, .body: context.write(data, promise: promise)
    case .end:
      switch rules.endResponse() {
      case .keep:
        context.write(data, promise: promise)
        replay(context)
        settleError(context)
        settleInputClosed(context)
      case .close:
        context.writeAndFlush(data, promise: promise)
        linger(context)
      }
    }
  }

  public func triggerUserOutboundEvent(
    context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
  ) {
    guard event is BodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
    if rules.takeContinue() {
      context.writeAndFlush(
        wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }
    promise?.succeed(())
  }

  // MARK: Ending

  /// Answers what never became a request.
  private func refuse(status: HTTPResponseStatus, _ context: ChannelHandlerContext) {
    let problem = Problem(
      status: Int(status.code), code: "malformed_request", title: status.reasonPhrase,
      detail: "This is no HTTP request that can be answered.")
    let body = ByteBuffer(bytes: problem.json.utf8)
    let headers: HTTPHeaders = [
      "content-type": ContentType.problem.value, "content-length": String(body.readableBytes), "connection": "close",
    ]
    rules.refuse()
    held.removeAll()
    context.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    linger(context)
  }

  /// Says that we are done, and reads on for a moment: closing at once with bytes unread would reset the connection,
  /// and the client would lose the answer.
  private func linger(_ context: ChannelHandlerContext) {
    bodyTimer?.cancel()
    bodyTimer = nil
    held.removeAll()
    context.close(mode: .output, promise: nil)
    lingerTimer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limits.lingerTimeout)) {
      context.close(promise: nil)
    }
    context.read()
  }

  private func scheduleBodyTimer(_ context: ChannelHandlerContext) {
    guard rules.isReceiving, !rules.isLingering, bodyTimer == nil else { return }
    let deadline = bodyStart + TimeAmount(rules.bodyAllowance)
    bodyTimer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
      bodyTimer = nil
      guard rules.isReceiving, !rules.isLingering else { return }
      guard bodyStart + TimeAmount(rules.bodyAllowance) <= .now() else { return scheduleBodyTimer(context) }
      rules.bodyTooSlow()
      if rules.isResponding {
        context.fireErrorCaught(BodyTooSlow())
      } else {
        context.close(promise: nil)
      }
    }
  }

  /// Closes a connection on which nothing happens: no whole head comes, a body stands still, or the client does not
  /// take its answer. A request that is being worked on may take its time.
  private func scheduleIdleTimer(_ context: ChannelHandlerContext) {
    let isWorking = { [self] in (rules.isAnswering || activity.isWorking) && context.channel.isWritable }
    let idleSince = { [self] in max(lastProgress, activity.lastProgress) }
    let deadline = (isWorking() ? .now() : idleSince()) + TimeAmount(limits.idleTimeout)
    idleTimer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
      if !isWorking(), idleSince() + TimeAmount(limits.idleTimeout) <= .now() {
        context.close(promise: nil)
      } else {
        scheduleIdleTimer(context)
      }
    }
  }

  private func cancelTimers() {
    for timer in [bodyTimer, lingerTimer, idleTimer] { timer?.cancel() }
    bodyTimer = nil
    lingerTimer = nil
    idleTimer = nil
  }
}

@available(*, unavailable)
extension ConnectionHandler: Sendable {}

extension HTTPServerRequestPart {
  fileprivate var isHead: Bool {
    if case .head = self { true } else { false }
  }
}
