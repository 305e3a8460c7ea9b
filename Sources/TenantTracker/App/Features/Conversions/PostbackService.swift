import ClickPath
import Conversions
import Core
import Database

/// The one way a conversion is recorded, whoever reports it: finds the click, applies the rules, writes conversion, history
/// and log in one transaction.
///
/// A hit counts once however often it is given, because it keeps the id it got when it arrived.
struct PostbackService: Sendable {
  let tail: ClickTail
  let clock: any WallClock
  /// A click of the last minutes that is not here may still be in another node's journal.
  let hasOtherNodes: @Sendable () async -> Bool
  /// Whether a click that is not here may still be in this node's journal.
  let progress: DrainProgress
  /// Hears of every conversion that was made or moved.
  let caps: OfferCapKeeper?

  private let clicks = ClickStore()
  private let conversions = ConversionStore()
  private let log = PostbackLogStore()
  private let terms = PostbackTermsStore()

  init(
    tail: ClickTail, clock: any WallClock, hasOtherNodes: @escaping @Sendable () async -> Bool = { false },
    progress: DrainProgress = DrainProgress(),
    caps: OfferCapKeeper? = nil
  ) {
    self.tail = tail
    self.clock = clock
    self.hasOtherNodes = hasOtherNodes
    self.progress = progress
    self.caps = caps
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
    let parameters: PostbackParameters
    var keyOwner: PostbackNetwork?
    if let key = hit.pathKey {
      keyOwner = try await terms.network(key: key, of: scope)
      guard let keyOwner, keyOwner.admits(hit) else { return try await end(hit, .unauthorized, in: scope) }
    }
    do {
      parameters = try PostbackParameters(hit)
    } catch {
      return try await end(hit, .refused(error), in: scope)
    }
    guard let click = try await click(of: parameters, in: scope) else {
      if clicksMayCome, !parameters.clickIDs.isEmpty { return .notYet }
      if mayBeElsewhere(parameters), await hasOtherNodes() { return .notYet }
      return try await end(hit, .unknownClick, in: scope)
    }
    let terms = try await terms.terms(for: click, of: scope)
    guard terms.network?.admits(hit) ?? true else {
      return try await end(hit, .unauthorized, click: click.id, in: scope)
    }
    let report = Report(
      hit: hit, parameters: parameters, click: click, terms: terms,
      statuses: (keyOwner ?? terms.network)?.statuses ?? .standard)
    let outcome = try await record(report, in: scope)
    try await countAgain(click.offerID, in: scope)
    return outcome
  }

  /// It is recorded, so a database that goes away now changes nothing: the next reading of the tenant's configuration
  /// counts again.
  private func countAgain(_ offerID: Int64?, in scope: TenantScope) async throws {
    do {
      try await caps?.conversionsChanged(of: offerID, in: scope)
    } catch {
      if !Self.isTemporary(error) { throw error }
    }
  }

  /// Whether a click of these may still be in another node's journal.
  private func mayBeElsewhere(_ parameters: PostbackParameters) -> Bool {
    let now = clock.now()
    return parameters.clickIDs.contains { now - $0.timestamp < Self.journalDelay }
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
    if error is Unsettled { return true }
    guard let state = (error as? DatabaseError)?.sqlState else { return false }
    return ["22", "23"].contains(state.prefix(2))
  }

  /// The journal's tail first: a click leaves it only once the database has it.
  private func click(of parameters: PostbackParameters, in scope: TenantScope) async throws(DatabaseError)
    -> ClickEvent?
  {
    for id in parameters.clickIDs {
      if let click = tail.find(id), click.tenantID == scope.tenantID { return click }
      if let click = try await clicks.find(id, of: scope) { return click }
    }
    return nil
  }

  private func end(
    _ hit: PostbackHit, _ outcome: PostbackOutcome, click: ClickID? = nil, in scope: TenantScope
  ) async throws(DatabaseError) -> PostbackOutcome {
    try await log.insert(hit, outcome, click: click, in: scope, schema: scope.schema)
    return outcome
  }
}

extension PostbackService {
  /// A hit with all that is needed to record it.
  private struct Report: Sendable {
    let hit: PostbackHit
    let parameters: PostbackParameters
    let click: ClickEvent
    let terms: PostbackTerms
    let statuses: StatusMap

    /// Without a word it is a sale; a word nobody mapped holds it.
    var claim: ConversionClaim {
      ConversionClaim(
        id: hit.id, type: parameters.type, status: parameters.statusWord.map { statuses[$0] ?? .hold } ?? .sale,
        transactionID: parameters.transactionID, payout: terms.payout(parameters), at: hit.receivedAt)
    }

    func value(_ type: ConversionType, _ status: ConversionStatus, _ payout: Money) -> ConversionValue {
      ConversionValue(type: type, status: status, payout: payout, terms: terms.cost, reporting: terms.currency)
    }
  }

  /// The hit is in the log, so another process has just finished with it.
  private struct AlreadyProcessed: Error {
    let outcome: PostbackOutcome
  }

  /// The conversion that stands in the way of this one is not one of its click's: the hit's id was used twice.
  private struct Unsettled: Error {}

  private func record(_ report: Report, in scope: TenantScope) async throws -> PostbackOutcome {
    let schema = scope.schema
    do {
      return try await scope.transaction(retries: 5) { connection in
        let outcome = try await apply(report, in: connection, schema: schema)
        let isFirst = try await log.insert(
          report.hit, outcome, click: report.click.id, in: connection, schema: schema)
        guard isFirst else { throw AlreadyProcessed(outcome: outcome) }
        return outcome
      }
    } catch let done as AlreadyProcessed {
      return done.outcome
    }
  }

  /// Reads what is known of the click under a lock, asks the rules, and writes. When another hit's conversion with the
  /// same key was committed meanwhile, the insert waits for it and adds nothing; then the rules are asked once more.
  private func apply(_ report: Report, in connection: Connection, schema: SchemaName) async throws -> PostbackOutcome {
    for _ in 0..<8 {
      let known = try await conversions.lock(ofClick: report.click.id, in: connection, schema: schema)
      switch ConversionRules.step(for: report.claim, among: known.map(\.known)) {
      case .replayed(let id): return .recorded(id)
      case .change(let change):
        guard let conversion = known.first(where: { $0.id == change.conversion.id }) else { continue }
        return try await write(change, of: conversion, report, in: connection, schema: schema)
      case .create(let sequence, let parentID):
        let conversion = conversion(report, sequence: sequence, parentID: parentID)
        guard try await conversions.insert(conversion, of: report.click, in: connection, schema: schema) else {
          continue
        }
        try await conversions.append(
          .init(
            conversionID: conversion.id, at: report.hit.receivedAt, actor: "postback", from: nil, to: conversion.status,
            originalStatus: conversion.originalStatus, outcome: .applied),
          in: connection, schema: schema)
        return .recorded(conversion.id)
      }
    }
    throw Unsettled()
  }

  private func conversion(_ report: Report, sequence: Int, parentID: ConversionID?) -> Conversion {
    let claim = report.claim
    let payout = claim.payout ?? report.terms.payout ?? Money(.zero, report.terms.currency)
    let value = report.value(claim.type, claim.status, payout)
    return Conversion(
      id: claim.id, clickID: report.click.id, clickTime: report.click.ts, parentID: parentID, type: claim.type,
      status: claim.status, originalStatus: report.parameters.statusWord, transactionID: claim.transactionID,
      sequence: sequence, goal: report.parameters.goal, payout: payout, revenue: value.revenue, cost: value.cost,
      isRateMissing: value.isRateMissing, match: "click_id", campaignID: report.click.campaignID,
      offerID: report.click.offerID, createdAt: claim.at, updatedAt: claim.at)
  }

  private func write(
    _ change: ConversionChange, of current: Conversion, _ report: Report, in connection: Connection, schema: SchemaName
  ) async throws -> PostbackOutcome {
    let now = report.hit.receivedAt
    let moved = change.status != current.status || change.payout != current.payout
    if moved {
      var conversion = current
      let value = report.value(current.type, change.status, change.payout)
      conversion.status = change.status
      if change.outcome == .applied { conversion.originalStatus = report.parameters.statusWord }
      conversion.payout = change.payout
      conversion.revenue = value.revenue
      conversion.cost = value.cost
      conversion.isRateMissing = value.isRateMissing
      conversion.updatedAt = max(now, current.updatedAt)
      try await conversions.update(conversion, in: connection, schema: schema)
    }
    try await conversions.append(
      .init(
        conversionID: current.id, at: now, actor: "postback", from: current.status, to: report.claim.status,
        originalStatus: report.parameters.statusWord, outcome: change.outcome),
      in: connection, schema: schema)
    if change.outcome == .refused { return .moveRefused(current.id) }
    return moved ? .updated(current.id) : .repeated(current.id)
  }
}
