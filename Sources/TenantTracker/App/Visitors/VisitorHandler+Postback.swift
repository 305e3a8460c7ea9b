import ClickPath
import Conversions
import Core
import Database
import NIOCore
import Synchronization

extension VisitorHandler {
  /// A report of a conversion: recorded in the database at once, or, while that is away or slow, kept in the journal.
  func postback(
    _ channel: InboundChannel, key: String? = nil, format: PostbackReply.Format, _ visit: Visit, _ lane: VisitorLane
  ) {
    let request = visit.request
    guard let tenant = service.surroundings.snapshot().place(forHost: request.host)?.tenant else {
      service.figures.notFound(.unknownHost)
      return answer(Problem.notFound("host"))
    }
    var generator = lane.generator
    let hit = PostbackHit(
      id: UUIDv7(at: request.now, using: &generator), channel: channel, method: request.method == .post ? .post : .get,
      pathKey: key,
      query: String(request.query), contentType: visit.contentType,
      body: body.map { Array($0.readableBytesView) } ?? [], headers: visit.proofs, address: request.address)
    take(hit, for: tenant, from: request.address, answering: format)
  }

  /// Also for a connection that is gone by now: browsers close it behind what a page sends as it is left.
  func take(
    _ hit: PostbackHit, for tenant: Snapshot.Tenant, from address: IPAddress, answering format: PostbackReply.Format
  ) {
    guard let eventLoop else { return }
    let inbound = InboundPostback(hit: hit, tenant: tenant, address: address, format: format)
    let ticket = ticket(for: service.limits.postbackPatience) {
      inbound.isGivenUp.store(true, ordering: .relaxed)
      self.keep(inbound)
    }
    let handler = NIOLoopBound(self, eventLoop: eventLoop)
    let isTaken = service.postbacks.submit { [receive = service.surroundings.receive] in
      guard !inbound.isGivenUp.load(ordering: .relaxed) else { return }
      let result: Result<PostbackOutcome, any Error>
      do { result = .success(try await receive(hit, tenant.id)) } catch { result = .failure(error) }
      eventLoop.execute {
        if handler.value.isDue(ticket) { handler.value.conclude(inbound, result) }
      }
    }
    if !isTaken, isDue(ticket) { keep(inbound) }
  }

  private func conclude(_ inbound: InboundPostback, _ result: Result<PostbackOutcome, any Error>) {
    switch result {
    case .success(.notYet): keep(inbound, answering: .notYet)
    case .success(let outcome):
      service.figures.postback(outcome)
      answer(self.answer(inbound, outcome))
    case .failure(let error) where DatabaseAway.isMeant(by: error): keep(inbound)
    case .failure(let error):
      service.figures.postbackFailed(error, inbound.hit)
      answer(Problem.internalError())
    }
  }

  private func answer(_ inbound: InboundPostback, _ outcome: PostbackOutcome) -> VisitorAnswer {
    // Who loads a picture sees nothing but whether there is one.
    if inbound.hit.channel == .pixel, inbound.hit.method == .get, outcome.status < 300 { return .picture(date: date) }
    return VisitorAnswer(inbound.reply(outcome), date: date)
  }

  /// Journals the hit as it came; the drain processes it when the database is back. What is certain now is answered
  /// now, and kept all the same: it belongs into the log.
  private func keep(_ inbound: InboundPostback, answering known: PostbackOutcome? = nil) {
    let outcome = known ?? PostbackOutcome.withoutDatabase(inbound.hit, networks: inbound.networks)
    let reply = self.answer(inbound, outcome)
    let isPromise = outcome.status == 202
    let refusal = Problem.unavailable("The database is away and the journal takes nothing just now.", retryAfter: 5)
    service.figures.postback(outcome)
    append(
      .postback(RawPostbackEvent(inbound.hit, tenantID: inbound.tenant.id, from: inbound.address)),
      .postback(durable: reply, lost: isPromise ? VisitorAnswer(refusal, date: date) : reply))
  }
}

/// A postback that is being processed.
private final class InboundPostback: Sendable {
  let hit: PostbackHit
  let tenant: Snapshot.Tenant
  let address: IPAddress
  let format: PostbackReply.Format
  /// It is in the journal: a job whose turn has not come need not begin.
  let isGivenUp = Atomic(false)

  init(hit: PostbackHit, tenant: Snapshot.Tenant, address: IPAddress, format: PostbackReply.Format) {
    self.hit = hit
    self.tenant = tenant
    self.address = address
    self.format = format
  }

  func reply(_ outcome: PostbackOutcome) -> PostbackReply { PostbackReply(outcome, to: hit, format: format) }

  /// The networks this hit may come from, as far as the snapshot knows. One whose list leaves the address out is as good
  /// as none.
  var networks: [PostbackNetwork] {
    tenant.networks.filter { $0.admits(address) }.map { network in
      PostbackNetwork(
        id: network.id, key: network.postbackKey, requiresKey: network.requiresKey, allowedAddresses: [],
        statuses: .standard)
    }
  }
}

extension DatabaseAway {
  /// Whether the same hit may succeed later.
  fileprivate static func isMeant(by error: any Error) -> Bool {
    if error is DatabaseAway || error is CancellationError { return true }
    return (error as? DatabaseError).map(PostbackService.isTemporary) ?? false
  }
}
