import ClickPath
import Conversions
import Core
import NIOCore
import NIOHTTP1
import Web

/// Answers the visitors' requests of one connection, and lets everything else pass to the framework. The
/// ``ConnectionHandler`` below hands on one request at a time, so answers need no order of their own.
final class VisitorHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum Stage {
    /// The framework's request, or none.
    case passing
    /// More parts of a visitor's request will come.
    case receiving
    /// All of it is here; the answer is being made.
    case working
    /// The answer went out before the body was here; the rest of it is nobody's.
    case answered
  }

  /// A record on its way into the journal, and what is said when it got there or did not.
  enum Pending {
    case click(ClickID, ClickStatus, VisitorAnswer)
    case postback(durable: VisitorAnswer, lost: VisitorAnswer)
    case offerVisit(VisitorAnswer)
    /// What comes next; told whether the journal has it.
    case shop((_ isKept: Bool) -> Void)
  }

  let service: VisitorService
  private(set) var lane: VisitorLane?
  /// Nil once the connection is gone; what was begun is still brought to its end.
  private(set) var context: ChannelHandlerContext?
  private(set) var eventLoop: (any EventLoop)?
  private var peer: VisitorPeer?
  private var seat: UInt64 = 0
  private var stage = Stage.passing
  private(set) var visit: Visit?
  private(set) var body: ByteBuffer?
  private var received = 0
  private var pending: Pending?
  /// The request waits until the client has taken earlier answers.
  private var isHeldBack = false
  private var isReading = false
  private var needsFlush = false
  /// Which of the connection's requests is being worked on, for answers that come from tasks and timers.
  private var turn: UInt64 = 0
  private var timer: Scheduled<Void>?
  /// Who writes the answer when the request came past the HTTP decoder.
  private var front: VisitorFront?

  init(_ service: VisitorService) { self.service = service }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    eventLoop = context.eventLoop
    let lane = service.lane(on: context.eventLoop)
    self.lane = lane
    seat = lane.sit(self)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    if stage != .working || isHeldBack { leave() }
  }

  /// Only when nothing is under way any more: whoever sat here next would hear of it.
  private func leave() {
    lane?.leave(seat)
    lane = nil
  }

  // MARK: Parts

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    isReading = true
    switch unwrapInboundIn(data) {
    case .head(let head): receive(head, data, context)
    case .body(let buffer):
      switch stage {
      case .passing: context.fireChannelRead(data)
      case .receiving: receive(buffer)
      case .working, .answered: break
      }
    case .end:
      switch stage {
      case .passing: context.fireChannelRead(data)
      case .receiving: receiveEnd(context)
      case .working: break
      case .answered: stage = .passing
      }
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    if needsFlush {
      needsFlush = false
      context.flush()
    }
    context.fireChannelReadComplete()
  }

  private func receive(_ head: HTTPRequestHead, _ data: NIOAny, _ context: ChannelHandlerContext) {
    guard let visit = Visit(head, from: peer(context), httpsHosts: service.httpsHosts, now: service.clock.now()),
      isOurs(visit)
    else {
      stage = .passing
      return context.fireChannelRead(data)
    }
    self.visit = visit
    stage = .receiving
    received = 0
    body = nil
    if visit.declaredLength ?? 0 > visit.bodyLimit {
      answer(Problem.tooLarge(limit: visit.bodyLimit))
    } else if visit.hasBody {
      context.triggerUserOutboundEvent(BodyWanted(), promise: nil)
    }
  }

  private func receive(_ buffer: ByteBuffer) {
    guard let visit else { return }
    received += buffer.readableBytes
    guard received <= visit.bodyLimit else { return answer(Problem.tooLarge(limit: visit.bodyLimit)) }
    guard visit.keepsBody else { return }
    if body == nil { body = buffer } else { body?.writeImmutableBuffer(buffer) }
  }

  private func receiveEnd(_ context: ChannelHandlerContext) {
    stage = .working
    // Who pipelines requests without taking the answers gets no more of them.
    guard context.channel.isWritable else {
      isHeldBack = true
      return context.flush()
    }
    work()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if isHeldBack, context.channel.isWritable {
      isHeldBack = false
      work()
    }
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard stage == .receiving else { return context.fireErrorCaught(error) }
    switch error {
    case is HTTPParserError:
      answer(Problem.badRequest("The rest of this request is malformed.", code: "malformed_request"))
    case is BodyTooSlow:
      answer(Problem(status: 408, code: "body_too_slow", title: "Too slow", detail: "The body took too long."))
    default: context.fireErrorCaught(error)
    }
  }

  // MARK: Work

  /// The request at the head of the bytes, and how many it has, if it is a plain one of ours.
  func visit(in bytes: ByteBuffer) -> (visit: Visit, length: Int)? {
    guard let context else { return nil }
    let request = bytes.withUnsafeReadableBytes { bytes in
      bytes.withMemoryRebound(to: UInt8.self) { RequestScanner.request(in: $0) }
    }
    guard let request else { return nil }
    let peer = peer(context)
    let visit = Visit(
      .get, request.target, request.fields, from: peer, httpsHosts: service.httpsHosts, now: service.clock.now())
    return visit.flatMap { isOurs($0) ? ($0, request.length) : nil }
  }

  /// Works on a request without a body; `front` hears the answer, at once or later.
  func take(_ visit: Visit, answering front: VisitorFront) {
    self.visit = visit
    self.front = front
    body = nil
    stage = .working
    work()
  }

  private func peer(_ context: ChannelHandlerContext) -> VisitorPeer {
    let peer = self.peer ?? VisitorPeer(of: context.channel, proxies: service.proxies)
    self.peer = peer
    return peer
  }

  private func work() {
    guard let visit, let lane else { return }
    turn += 1
    guard visit.target.allows(visit.request.method) else {
      let methods = visit.target.methods
      return answer(VisitorAnswer(.methodNotAllowed(methods), date: date, allow: methods))
    }
    switch visit.target {
    case .visitor(.click(let slug)): click(slug, visit, lane)
    case .visitor(.offer(let click, let offerID)): offer(click, offerID, visit, lane)
    case .visitor(.postback(let key)): postback(.postback, key: key, format: .text, visit, lane)
    case .postbackAPI: postback(.postback, format: .json, visit, lane)
    case .inbound where visit.request.method == .options:
      answer(VisitorAnswer.preflight(visit.target.methods, date: date))
    case .inbound(.pixel): pixel(visit, lane)
    case .inbound(.lead): lead(visit, lane)
    case .inbound(let channel): postback(channel, format: .json, visit, lane)
    case .health: answer(VisitorAnswer(["status": "ok"], date: date))
    case .readiness: readiness()
    case .root: root(visit, lane)
    case .robots: robots(visit)
    }
  }

  private func readiness() {
    let hasSnapshot = service.surroundings.isReady()
    guard !hasSnapshot || !service.health.takesRecords() else {
      return answer(VisitorAnswer(["status": "ready"], date: date))
    }
    let missing: JSONValue = hasSnapshot ? "journal" : "snapshot"
    answer(VisitorAnswer(["status": "not_ready", "missing": missing], status: 503, date: date))
  }

  var date: String { lane?.date(at: visit?.request.now ?? service.clock.now()) ?? "" }

  /// A ticket for what will be answered from elsewhere. It ends in time: `late` runs unless ``isDue(_:)`` was asked
  /// with the ticket before.
  func ticket(for patience: Duration, late: @escaping () -> Void) -> UInt64 {
    timer = eventLoop?.assumeIsolated().scheduleTask(in: TimeAmount(patience)) { [turn] in
      if self.isDue(turn) { late() }
    }
    return turn
  }

  /// Whether the ticket's answer is still waited for; if so, whoever asks is the one who gives it.
  func isDue(_ ticket: UInt64) -> Bool {
    guard let timer, ticket == turn else { return false }
    timer.cancel()
    self.timer = nil
    return true
  }

  // MARK: Journal

  /// Leaves the event for the next batch; the answer follows when that is durable.
  func append(_ event: JournalEvent, _ pending: Pending) {
    guard let lane else { return }
    self.pending = pending
    do throws(JournalRefusal) {
      try lane.append(event, from: seat)
    } catch {
      service.health.noteLoss()
      self.pending = nil
      lost(pending, "\(error)")
    }
  }

  /// Hears what became of the record of ``append(_:_:)``.
  func settle(_ outcome: JournalOutcome) {
    guard let pending else { return }
    self.pending = nil
    switch (outcome, pending) {
    case (.failed(let error), _): lost(pending, "\(error)")
    case (.durable, .click(_, let status, let answer)):
      if let visit { service.figures.click(status, since: visit.began) }
      self.answer(answer)
    case (.durable, .postback(let answer, _)), (.durable, .offerVisit(let answer)): self.answer(answer)
    case (.durable, .shop(let goOn)): goOn(true)
    }
  }

  /// Visitors go on whatever the disk does.
  private func lost(_ pending: Pending, _ reason: String) {
    switch pending {
    case .click(let id, _, let answer):
      service.tail.remove(CollectionOfOne(id))
      service.figures.clickLost(reason)
      self.answer(answer)
    case .postback(_, let answer):
      service.figures.postbackLost(reason)
      self.answer(answer)
    case .offerVisit(let answer): self.answer(answer)
    case .shop(let goOn):
      service.figures.shopEventLost(reason)
      goOn(false)
    }
  }

  // MARK: Answers

  func answer(_ answer: TrackingAnswer) { self.answer(VisitorAnswer(answer, date: date)) }

  func answer(_ problem: Problem) { answer(VisitorAnswer(problem, date: date)) }

  func answer(_ answer: VisitorAnswer) {
    let isHead = visit?.request.method == .head
    let answer = visit?.target.isShared == true ? answer.shared(with: visit?.proofs["origin"]) : answer
    stage = stage == .receiving ? .answered : .passing
    visit = nil
    body = nil
    let front = self.front
    self.front = nil
    guard let context else { return leave() }
    if let front { return front.answer(answer) }
    let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: answer.headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !isHead, !answer.body.isEmpty {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
    }
    // The next request may come, and be answered, before this returns.
    let isWithinRead = isReading
    context.write(wrapOutboundOut(.end(nil)), promise: nil)
    if isWithinRead { needsFlush = true } else { context.flush() }
  }
}

@available(*, unavailable)
extension VisitorHandler: Sendable {}
