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
  private let log = PostbackLogStore()
  private let terms = ConversionTermsStore()

  init(
    tail: ClickTail, clock: any WallClock, hasOtherNodes: @escaping @Sendable () async -> Bool = { false },
    progress: DrainProgress = DrainProgress(), recorder: ConversionRecorder = ConversionRecorder(),
    readers: [InboundChannel: any InboundReader] = [:]
  ) {
    self.tail = tail
    self.clock = clock
    self.hasOtherNodes = hasOtherNodes
    self.progress = progress
    self.recorder = recorder
    self.readers = readers
    finder = InboundClickFinder(tail: tail)
  }

  /// How long a click may take from one node's journal to the database that all share.
  static let journalDelay: Duration = .minutes(10)

  /// Processes a hit that just arrived.
  ///
  /// - Returns: what to answer. After ``PostbackOutcome/notYet`` the caller journals the hit and gives it to ``replay(_:in:)``
  ///   later; every other outcome is in the postback log.
  /// - Throws: ``DatabaseError``. When it ``isTemporary(_:)``, nothing or all of it was written: the caller journals the hit,
  ///   answers ``PostbackOutcome/withoutDatabase(_:networks:)`` and replays it.
  func receive(_ hit: PostbackHit, in scope: TenantScope) async throws -> PostbackOutcome {
    // Asked first: what is drained while we look is found.
    try await process(hit, clicksMayCome: progress.mayHoldClicks(of: scope.tenantID), in: scope)
  }

  private func process(
    _ hit: PostbackHit, clicksMayCome: Bool, in scope: TenantScope
  ) async throws -> PostbackOutcome {
    if let reader = readers[hit.channel] {
      switch try await reader.read(hit, of: scope) {
      case .conversion(let inbound):
        return try await process(inbound, of: hit, clicksMayCome: clicksMayCome, in: scope)
      case .ignored(let reason): return try await end(hit, .ignored(reason), in: scope)
      case .refused(let fault): return try await end(hit, .refused(fault), in: scope)
      case .unauthorized: return try await end(hit, .unauthorized, in: scope)
      }
    }
    var keyOwner: PostbackNetwork?
    if let key = hit.pathKey {
      keyOwner = try await terms.network(key: key, of: scope)
      guard let keyOwner, keyOwner.admits(hit) else { return try await end(hit, .unauthorized, in: scope) }
    }
    let parameters: PostbackParameters
    do { parameters = try PostbackParameters(hit) } catch {
      return try await end(hit, .refused(error), in: scope)
    }
    return try await process(
      InboundConversion(parameters), of: hit, keyOwner: keyOwner, clicksMayCome: clicksMayCome, in: scope)
  }

  private func process(
    _ inbound: InboundConversion, of hit: PostbackHit, keyOwner: PostbackNetwork? = nil, clicksMayCome: Bool,
    in scope: TenantScope
  ) async throws -> PostbackOutcome {
    guard let (click, match) = try await finder.click(of: inbound, in: scope) else {
      if clicksMayCome, !inbound.clickIDs.isEmpty { return .notYet }
      if mayBeElsewhere(inbound.clickIDs), await hasOtherNodes() { return .notYet }
      return try await end(hit, .unknownClick, in: scope)
    }
    let terms = try await terms.terms(for: ConversionOrigin(click), of: scope)
    // Who came another way has been made sure of by its reader.
    guard hit.channel != .postback || terms.network?.admits(hit) ?? true else {
      return try await end(hit, .unauthorized, click: click.id, in: scope)
    }
    let statuses = (keyOwner ?? terms.network)?.statuses ?? .standard
    let report = ConversionReport(
      claim: inbound.claim(of: hit, terms, statuses), click: click, terms: terms, originalStatus: inbound.statusWord,
      goal: inbound.goal, match: match, actor: inbound.actor ?? "postback")
    return try await record(report, of: hit, in: scope)
  }

  private func record(
    _ report: ConversionReport, of hit: PostbackHit, in scope: TenantScope
  ) async throws -> PostbackOutcome {
    let recording = try await recorder.record(report, in: scope) { recording, connection in
      let isFirst = try await log.insert(
        hit, PostbackOutcome(recording), click: report.click.id, in: connection, schema: scope.schema)
      // Another process has just finished with it.
      guard isFirst else { throw ConversionRecorder.AlreadyRecorded(recording: recording) }
    }
    return PostbackOutcome(recording)
  }

  /// Whether a click of these may still be in another node's journal.
  private func mayBeElsewhere(_ clickIDs: [ClickID]) -> Bool {
    let now = clock.now()
    return clickIDs.contains { now - $0.timestamp < Self.journalDelay }
  }

  /// Processes a journaled hit unless that has been done.
  /// - Returns: nil when it was in the log already. ``PostbackOutcome/notYet``: try again later.
  func replay(_ hit: PostbackHit, in scope: TenantScope) async throws -> PostbackOutcome? {
    if try await log.contains(hit.id, of: scope) { return nil }
    // The clicks before it in the journal are drained.
    return try await process(hit, clicksMayCome: false, in: scope)
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
    _ hit: PostbackHit, _ outcome: PostbackOutcome, click: ClickID? = nil, in scope: TenantScope
  ) async throws(DatabaseError) -> PostbackOutcome {
    try await log.insert(hit, outcome, click: click, in: scope, schema: scope.schema)
    return outcome
  }
}

extension InboundConversion {
  init(_ parameters: PostbackParameters) {
    self.init(
      clickIDs: parameters.clickIDs, type: parameters.type, statusWord: parameters.statusWord,
      transactionID: parameters.transactionID, payout: parameters.payout, currency: parameters.currency,
      goal: parameters.goal)
  }

  /// Without a word it is a sale; a word nobody mapped holds it.
  fileprivate func claim(of hit: PostbackHit, _ terms: ConversionTerms, _ statuses: StatusMap) -> ConversionClaim {
    ConversionClaim(
      id: hit.id, type: type, status: status ?? statusWord.map { statuses[$0] ?? .hold } ?? .sale,
      transactionID: transactionID, payout: payout.map { terms.money($0, currency) }, at: hit.receivedAt)
  }
}
