import ClickPath
import Conversions
import Core
import Database

/// Takes inbound postbacks: finds the click, has the conversion recorded, and keeps every hit in the log.
///
/// A hit counts once however often it is given, because it keeps the id it got when it arrived.
struct PostbackService: Sendable {
  let tail: ClickTail
  let clock: any WallClock
  /// A click of the last minutes that is not here may still be in another node's journal.
  let hasOtherNodes: @Sendable () async -> Bool
  /// Whether a click that is not here may still be in this node's journal.
  let progress: DrainProgress
  let recorder: ConversionRecorder
  /// For every way but postbacks'.
  let readers: [InboundChannel: any InboundReader]

  private let finder: InboundClickFinder
  let log = PostbackLogStore()
  private let words = UnmappedStatusStore()
  private let signatures: PostbackSignatures
  private let terms = ConversionTermsStore()
  private let termsCalls = SharedCalls<TermsBasis, ConversionTerms>()
  private let customers = CustomerStore()
  private let purchases = PurchaseStore()

  init(
    tail: ClickTail, clock: any WallClock, hasOtherNodes: @escaping @Sendable () async -> Bool = { false },
    progress: DrainProgress = DrainProgress(), recorder: ConversionRecorder = ConversionRecorder(),
    readers: [InboundChannel: any InboundReader] = [:], signatures: PostbackSignatures = PostbackSignatures()
  ) {
    self.tail = tail
    self.clock = clock
    self.hasOtherNodes = hasOtherNodes
    self.progress = progress
    self.recorder = recorder
    self.readers = readers
    self.signatures = signatures
    finder = InboundClickFinder(tail: tail)
  }

  /// How long a click may take from one node's journal to the database that all share.
  static let journalDelay: Duration = .minutes(10)
  /// How far another node's clock may be ahead.
  private static let clockSkew: Duration = .minutes(1)

  /// Processes a hit that just arrived.
  ///
  /// - Returns: what to answer. After ``PostbackOutcome/notYet`` the caller journals the hit and gives it to ``replay(_:in:)``
  ///   later; every other outcome is in the postback log, and so is a hit that is thrown out as ``isHopeless(_:)``.
  /// - Throws: ``DatabaseError``. When it ``isTemporary(_:)``, nothing or all of it was written: the caller journals the hit,
  ///   answers ``PostbackOutcome/withoutDatabase(_:networks:)`` and replays it.
  func receive(_ hit: PostbackHit, in scope: TenantScope) async throws -> PostbackOutcome {
    // Asked first: what is drained while we look is found.
    try await attempt(Arrival(hit: hit, clicksMayCome: progress.mayHoldClicks(of: scope.tenantID)), in: scope)
  }

  /// A hit that will never be recorded as it is leaves its line in the log too, so that somebody may see it and see to it.
  private func attempt(_ arrival: Arrival, in scope: TenantScope) async throws -> PostbackOutcome {
    do {
      return try await process(arrival, in: scope)
    } catch {
      if Self.isHopeless(error) { _ = try await end(arrival, PostbackVerdict(.failed), in: scope) }
      throw error
    }
  }

  /// A hit on its way to its end.
  struct Arrival: Sendable {
    let hit: PostbackHit
    /// Whether the journal may still hold its click.
    var clicksMayCome = false
    /// It is in the log, and has written nothing so far.
    var isAgain = false
    /// Whose key it came with.
    var keyOwner: PostbackNetwork?
    /// False while more of what it says is to be recorded: the last writes its line in the log.
    var isLast = true
  }

  func process(_ first: Arrival, in scope: TenantScope) async throws -> PostbackOutcome {
    var arrival = first
    let hit = arrival.hit
    if let reader = readers[hit.channel] {
      switch try await reader.read(hit, of: scope) {
      case .conversion(let inbound): return try await process(inbound, arrival, in: scope)
      case .order(let conversions): return try await process(conversions, arrival, reader, in: scope)
      case .ignored(let reason): return try await end(arrival, .init(.ignored(reason)), in: scope)
      case .refused(let fault): return try await end(arrival, .init(.refused(fault)), in: scope)
      case .unauthorized: return try await end(arrival, .init(.unauthorized), in: scope)
      }
    }
    if let key = hit.pathKey {
      arrival.keyOwner = try await terms.network(key: key, of: scope)
      guard let owner = arrival.keyOwner, admits(hit, owner) else {
        return try await end(arrival, .init(.unauthorized), in: scope)
      }
    }
    let parameters: PostbackParameters
    do { parameters = try PostbackParameters(hit) } catch {
      return try await end(arrival, .init(.refused(error)), in: scope)
    }
    return try await process(InboundConversion(parameters), arrival, in: scope)
  }

  func process(
    _ inbound: InboundConversion, _ arrival: Arrival, in scope: TenantScope
  ) async throws -> PostbackOutcome {
    let hit = arrival.hit
    guard let (click, match) = try await finder.click(of: inbound, at: hit.receivedAt, in: scope) else {
      if arrival.clicksMayCome, !inbound.clickIDs.isEmpty { return .notYet }
      if mayBeElsewhere(inbound.clickIDs), await hasOtherNodes() { return .notYet }
      return try await end(arrival, .init(.unknownClick), in: scope)
    }
    var terms = try await termsNow(of: click, in: scope)
    if inbound.isWholeState { terms.duplicates = .update }
    // Anybody can write what a page sends: it never changes a sale that is recorded.
    if hit.channel == .pixel, inbound.type == .sale { terms.duplicates = .ignore }
    let network = arrival.keyOwner ?? terms.network
    // Who came another way has been made sure of by its reader.
    guard hit.channel != .postback || terms.network.map({ admits(hit, $0) }) ?? true else {
      return try await end(
        arrival, .init(.unauthorized, click: click.id, network: terms.network?.id), in: scope)
    }
    let statuses = network?.statuses ?? .standard
    let goal = terms.goal(named: inbound.goalWords.isEmpty ? [inbound.goal].compactMap(\.self) : inbound.goalWords)
    var claim = inbound.claim(of: hit, terms, statuses, goal)
    // Nor is it as good as the proof that the network has to give: that one's postback approves it.
    if hit.channel == .pixel, claim.status == .sale, terms.network?.demandsProof == true { claim.status = .hold }
    let report = ConversionReport(
      claim: claim, click: click, terms: terms,
      originalStatus: inbound.statusWord,
      scheme: inbound.scheme ?? inbound.statusWord.flatMap { statuses.scheme($0) }, goal: inbound.goal ?? goal?.name,
      match: match, actor: inbound.actor ?? "postback", isWholeState: inbound.isWholeState)
    let word = inbound.status == nil ? inbound.statusWord : nil
    return try await record(
      report, arrival,
      .init(network: network?.id, spelling: word, isMapped: word.map { statuses[$0] != nil } ?? true),
      of: inbound, in: scope)
  }

  private func termsNow(of click: ClickEvent, in scope: TenantScope) async throws(DatabaseError) -> ConversionTerms {
    try await termsCalls.answer(TermsBasis(click), of: scope.tenantID) { bases throws(DatabaseError) in
      try await terms.terms(for: bases, of: scope)
    }
  }

  private func record(
    _ report: ConversionReport, _ arrival: Arrival, _ said: StatusWord, of inbound: InboundConversion,
    in scope: TenantScope
  ) async throws -> PostbackOutcome {
    let verdict = { @Sendable (recording: Recording) in
      PostbackVerdict(
        PostbackOutcome(recording), click: report.click.id, network: said.network, unmappedWord: said.unmappedKey)
    }
    if arrival.isLast, !arrival.isAgain, said.unmappedKey == nil, !inbound.saysMore,
      let recording = try await recorder.add(
        report, of: arrival.hit, verdict(.created(report.claim.id)), in: scope)
    {
      return PostbackOutcome(recording)
    }
    let recording = try await recorder.record(report, in: scope) { recording, connection in
      let isFirst = try await write(verdict(recording), arrival, in: connection, of: scope)
      // Another process has just finished with it.
      guard isFirst else { throw ConversionRecorder.AlreadyRecorded(recording: recording) }
      try await words.note(said, of: recording, at: report.claim.at, in: connection, schema: scope.schema)
      if let hash = inbound.emailHash {
        try await customers.note(hash, of: recording.conversionID, in: connection, schema: scope.schema)
      }
      try await purchases.keep(
        inbound.products, of: recording.conversionID, isWhole: inbound.isWholeState, in: connection,
        schema: scope.schema)
      try await inbound.alongside?(recording, connection)
    }
    return PostbackOutcome(recording)
  }

  private func write(
    _ verdict: PostbackVerdict, _ arrival: Arrival, in executor: any SQLExecutor, of scope: TenantScope
  ) async throws(DatabaseError) -> Bool {
    guard arrival.isLast else { return true }
    guard arrival.isAgain else { return try await log.insert(arrival.hit, verdict, in: executor, schema: scope.schema) }
    return try await log.update(arrival.hit, verdict, at: clock.now(), in: executor, schema: scope.schema)
  }

  private func admits(_ hit: PostbackHit, _ network: PostbackNetwork) -> Bool {
    network.admits(hit) && signatures.hold(for: hit, of: network)
  }

  /// Whether a click of these may still be in another node's journal.
  private func mayBeElsewhere(_ clickIDs: [ClickID]) -> Bool {
    let now = clock.now()
    return clickIDs.contains { id in
      let age = now - id.timestamp
      // None is minted in the future, as far as clocks agree: it would wait for years.
      return age < Self.journalDelay && age > .zero - Self.clockSkew
    }
  }

  /// Processes a journaled hit unless that has been done.
  /// - Returns: nil when it was in the log already. ``PostbackOutcome/notYet``: try again later.
  func replay(_ hit: PostbackHit, in scope: TenantScope) async throws -> PostbackOutcome? {
    if try await log.contains(hit.id, of: scope) { return nil }
    // The clicks before it in the journal are drained.
    return try await attempt(Arrival(hit: hit), in: scope)
  }

  /// Whether the same hit may succeed later, so that it belongs into the journal: the server is away, going away, full or
  /// too slow.
  static func isTemporary(_ error: DatabaseError) -> Bool {
    if error.isRetryable || error.kind == .timeout || error.kind == .cancelled { return true }
    guard let state = error.sqlState else { return false }
    // Classes of Appendix A: connection, resources, operator intervention, system; and a standby that cannot write.
    return ["08", "53", "57", "58"].contains(state.prefix(2)) || state == "25006"
  }

  /// Whether the same hit will fail for ever, so that waiting for it would hold up all that come after it: its values do
  /// not fit, or its id stands for two things.
  static func isHopeless(_ error: any Error) -> Bool {
    if error is ConversionRecorder.Unsettled { return true }
    guard let state = (error as? DatabaseError)?.sqlState else { return false }
    return ["22", "23"].contains(state.prefix(2))
  }

  private func end(
    _ arrival: Arrival, _ verdict: PostbackVerdict, in scope: TenantScope
  ) async throws(DatabaseError) -> PostbackOutcome {
    var verdict = verdict
    verdict.networkID = verdict.networkID ?? arrival.keyOwner?.id
    _ = try await write(verdict, arrival, in: scope, of: scope)
    return verdict.outcome
  }
}

extension InboundConversion {
  init(_ parameters: PostbackParameters) {
    self.init(
      clickIDs: parameters.clickIDs, type: parameters.type, statusWord: parameters.statusWord,
      transactionID: parameters.transactionID, payout: parameters.payout, currency: parameters.currency,
      goal: parameters.goal, goalWords: parameters.goalWords, isTypeNamed: parameters.isTypeNamed)
  }

  /// Whether more is written of it than the conversion.
  fileprivate var saysMore: Bool { emailHash != nil || !products.isEmpty || alongside != nil }

  /// Without a word it is a sale; a word nobody mapped holds it.
  func claim(
    of hit: PostbackHit, _ terms: ConversionTerms, _ statuses: StatusMap, _ goal: ConversionGoal?
  ) -> ConversionClaim {
    let named = payout.map { terms.money($0, currency) }
    let pays =
      goal.map { $0.payout(named: named, offer: terms.payout, standard: terms.currency) } ?? named
      ?? (paysByGoalOnly ? terms.money(.zero, currency) : nil)
    return ConversionClaim(
      id: reportID ?? hit.id, type: isTypeNamed ? type : goal?.type ?? type,
      status: status ?? statusWord.map { statuses[$0] ?? .hold } ?? .sale, transactionID: transactionID, payout: pays,
      at: hit.receivedAt, parentTransactionID: parentTransactionID)
  }
}
