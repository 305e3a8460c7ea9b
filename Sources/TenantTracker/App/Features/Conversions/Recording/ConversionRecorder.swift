import ClickPath
import Conversions
import Core
import Database

/// The one way a conversion is written, whoever reports it: applies the rules and writes the conversion, its history and
/// what follows from it in one transaction.
struct ConversionRecorder: Sendable {
  /// Hears of every conversion that was made or moved, once that is committed.
  let caps: OfferCapKeeper?
  /// In this order, each in the transaction that writes the conversion.
  let followers: [any ConversionFollower]

  let conversions = ConversionStore()
  let rates = CurrencyRateStore()
  let store = NewConversionStore()
  let additions = SharedCalls<NewConversion, Bool>()

  init(caps: OfferCapKeeper? = nil, followers: [any ConversionFollower] = []) {
    self.caps = caps
    self.followers = followers
  }

  /// The conversion that stands in the way of this one is not one of its click's: the report's id was used twice.
  struct Unsettled: Error {}

  /// Thrown by `alongside` when another process has just finished with the same report: all is rolled back, and the
  /// outcome is as good as the other's.
  struct AlreadyRecorded: Error {
    let recording: Recording
  }

  /// Records a report. The same report, told by its claim's id, counts once however often it is given.
  /// - Parameter alongside: writes what belongs to the report into the same transaction.
  func record(
    _ report: ConversionReport, in scope: TenantScope,
    alongside: @Sendable (Recording, Connection) async throws -> Void = { _, _ in }
  ) async throws -> Recording {
    let recording: Recording
    do {
      recording = try await scope.transaction(retries: 5) { connection in
        let recording = try await apply(report, in: connection, of: scope)
        try await alongside(recording, connection)
        return recording
      }
    } catch let done as AlreadyRecorded {
      recording = done.recording
    }
    try await countAgain(report.click.offerID, in: scope)
    return recording
  }

  /// It is recorded, so a database that goes away now changes nothing: the next reading of the tenant's configuration
  /// counts again.
  func countAgain(_ offerID: Int64?, in scope: TenantScope) async throws {
    do {
      try await caps?.conversionsChanged(of: offerID, in: scope)
    } catch {
      if !PostbackService.isTemporary(error) { throw error }
    }
  }

  /// Reads what is known of the click under a lock, asks the rules, and writes. When another report's conversion with
  /// the same key was committed meanwhile, the insert waits for it and adds nothing; then the rules are asked once more.
  private func apply(
    _ report: ConversionReport, in connection: Connection, of scope: TenantScope
  ) async throws -> Recording {
    for _ in 0..<8 {
      let known = try await conversions.lock(
        report.claim, ofClick: report.click.id, in: connection, schema: scope.schema)
      let mode = report.terms.duplicates
      switch ConversionRules.step(for: report.claim, among: known.map(\.known), duplicates: mode) {
      case .replayed(let id): return .created(id)
      case .change(let change):
        guard let conversion = known.first(where: { $0.id == change.conversion.id }) else { continue }
        return try await write(change, of: conversion, Statement(report), in: connection, of: scope)
      case .create(let sequence, let parentID):
        let conversion = try await conversion(
          report, sequence: sequence, parentID: parentID, in: connection, schema: scope.schema)
        guard try await conversions.insert(conversion, of: report.click, in: connection, schema: scope.schema) else {
          continue
        }
        try await conversions.append(firstEntry(of: conversion, report), in: connection, schema: scope.schema)
        try await tell(conversion, before: nil, Statement(report), in: connection, of: scope)
        return .created(conversion.id)
      }
    }
    throw Unsettled()
  }

  /// How the history of a conversion begins.
  func firstEntry(of conversion: Conversion, _ report: ConversionReport) -> ConversionStore.HistoryEntry {
    let isHeld = conversion.status != report.claim.status
    return ConversionStore.HistoryEntry(
      conversionID: conversion.id, at: report.claim.at, actor: report.actor, from: nil, to: report.claim.status,
      toScheme: report.scheme, originalStatus: conversion.originalStatus, outcome: isHeld ? .held : .applied)
  }

  /// What a report makes, where it is about nothing that is known.
  func conversion(
    _ report: ConversionReport, sequence: Int, parentID: ConversionID?, in executor: any SQLExecutor, schema: SchemaName
  ) async throws(DatabaseError) -> Conversion {
    let (claim, click) = (report.claim, report.click)
    let payout = claim.payout ?? report.terms.payout ?? Money(.zero, report.terms.currency)
    let (status, review) = ReviewRules.first(claim.status, report.terms.approvals.approval(of: claim.type))
    let rates = try await rates.rates(for: payout, report.terms, at: claim.at, in: executor, schema: schema)
    let value = report.terms.value(claim.type, status, payout, rates)
    return Conversion(
      id: claim.id, clickID: click.id, clickTime: click.ts, parentID: parentID, type: claim.type, status: status,
      schemeStatus: review == nil ? SchemeRules.first(report.scheme, for: status) : .onHold, review: review,
      originalStatus: report.originalStatus, transactionID: claim.transactionID,
      sequence: sequence, goal: report.goal, payout: payout, revenue: value.revenue, cost: value.cost,
      isRateMissing: value.isRateMissing, rate: value.rate, match: report.match.rawValue, campaignID: click.campaignID,
      offerID: click.offerID, sourceID: click.sourceID, networkID: click.networkID,
      publisherID: click.publisherID, country: click.country,
      createdAt: claim.at, updatedAt: claim.at)
  }

  /// What is said of a conversion, be it by a report or by somebody's decision.
  struct Statement: Sendable {
    let claim: ConversionClaim
    let terms: ConversionTerms
    /// Nil when retention has dropped it.
    let click: ClickEvent?
    let originalStatus: String?
    let actor: String
    /// What it says of the order, if more than its status.
    var scheme: SchemeStatus? = nil
    /// Whose word is not held back is somebody's own decision.
    var approval = Approval.auto
    var note: String? = nil
    /// See ``ConversionReport``.
    var isWholeState = false

    /// Whether a conversion that it changes bears its word from then on.
    func leavesItsWord(after outcome: HistoryOutcome) -> Bool {
      switch outcome {
      case .applied, .held: true
      case .unchanged: isWholeState
      case .refused: false
      }
    }
  }

  func write(
    _ change: ConversionChange, of current: Conversion, _ statement: Statement, in connection: Connection,
    of scope: TenantScope
  ) async throws -> Recording {
    let now = statement.claim.at
    let (reviewed, review) = ReviewRules.settle(change, current: current.review, statement.approval)
    let (change, scheme) = SchemeRules.settle(reviewed, current: current.schemeStatus, said: statement.scheme)
    let moved =
      change.status != current.status || change.payout != current.payout || review != current.review
      || change.outcome == .applied
    if moved {
      var conversion = current
      let rates = try await rates.rates(
        for: change.payout, statement.terms, at: current.createdAt, in: connection, schema: scope.schema)
      let value = statement.terms.value(current.type, change.status, change.payout, rates)
      conversion.status = change.status
      conversion.schemeStatus = scheme
      conversion.review = review
      if statement.leavesItsWord(after: change.outcome) { conversion.originalStatus = statement.originalStatus }
      conversion.payout = change.payout
      conversion.revenue = value.revenue
      conversion.cost = value.cost
      conversion.isRateMissing = value.isRateMissing
      conversion.rate = value.rate
      conversion.updatedAt = max(now, current.updatedAt)
      try await conversions.update(conversion, in: connection, schema: scope.schema)
      try await tell(conversion, before: current, statement, in: connection, of: scope)
    }
    let repaid = change.payout == current.payout ? nil : "Payout \(current.payout.text), now \(change.payout.text)."
    try await conversions.append(
      .init(
        conversionID: current.id, at: now, actor: statement.actor, from: current.status, to: statement.claim.status,
        fromScheme: current.schemeStatus, toScheme: statement.scheme ?? (change.outcome == .applied ? scheme : nil),
        originalStatus: statement.originalStatus, outcome: change.outcome,
        note: statement.note ?? repaid),
      in: connection, schema: scope.schema)
    if change.outcome == .refused { return .moveRefused(current.id) }
    return moved ? .updated(current.id) : .repeated(current.id)
  }

  func tell(
    _ conversion: Conversion, before: Conversion?, _ statement: Statement, in connection: Connection,
    of scope: TenantScope
  ) async throws {
    let written = WrittenConversion(
      conversion: conversion, before: before, click: statement.click, actor: statement.actor)
    for follower in followers where follower.concerns(conversion, statement.terms) {
      try await follower.follow(written, in: connection, of: scope)
    }
  }
}

extension ConversionRecorder.Statement {
  init(_ report: ConversionReport) {
    self.init(
      claim: report.claim, terms: report.terms, click: report.click, originalStatus: report.originalStatus,
      actor: report.actor, scheme: report.scheme, approval: report.terms.approvals.approval(of: report.claim.type),
      isWholeState: report.isWholeState)
  }
}
