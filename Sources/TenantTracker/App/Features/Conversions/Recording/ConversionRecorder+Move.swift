import ClickPath
import Conversions
import Core
import Database

extension ConversionRecorder {
  /// Somebody's decision about a recorded conversion.
  struct Move: Sendable {
    var status: ConversionStatus
    /// Nil: it keeps its own.
    var payout: Money?
    /// For the history: `user 7`.
    var actor: String
    var at: Timestamp
    /// What it says of the order, if more than its status.
    var scheme: SchemeStatus? = nil
    /// Why, for the history.
    var note: String? = nil
    /// It repeats what the network said, so it may have to wait for somebody's approval.
    var isReport = false
    /// Nil: whatever its review; else ``ReviewOver`` is thrown unless it stands there.
    var review: ReviewState? = nil
  }

  /// Somebody else has decided meanwhile.
  struct ReviewOver: Error {}

  /// Moves a recorded conversion by the same rules as a postback, and writes the attempt into its history.
  /// - Parameter alongside: writes what belongs to the move into the same transaction.
  /// - Returns: nil when there is no such conversion.
  func move(
    _ id: ConversionID, by move: Move, in scope: TenantScope,
    alongside: @Sendable (Recording, Connection) async throws -> Void = { _, _ in }
  ) async throws -> Recording? {
    guard let origin = try await conversions.origin(of: id, in: scope) else { return nil }
    let terms = try await ConversionTermsStore().terms(for: origin.basis, of: scope)
    let click = try await ClickStore().find(origin.clickID, of: scope)
    let recording: Recording? = try await scope.transaction(retries: 5) { connection in
      guard let current = try await conversions.lock(id, in: connection, schema: scope.schema) else { return nil }
      if let review = move.review, current.review != review { throw ReviewOver() }
      let recording = try await apply(move, to: current, terms, click, in: connection, of: scope)
      try await alongside(recording, connection)
      return recording
    }
    try await countAgain(origin.basis.offerID, in: scope)
    return recording
  }

  private func apply(
    _ move: Move, to current: Conversion, _ terms: ConversionTerms, _ click: ClickEvent?, in connection: Connection,
    of scope: TenantScope
  ) async throws -> Recording {
    let claim = ConversionClaim(
      id: UUIDv7(at: move.at), type: current.type, status: move.status, transactionID: current.transactionID,
      payout: move.payout, at: move.at)
    return try await write(
      ConversionRules.change(current.known, by: claim), of: current,
      Statement(
        claim: claim, terms: terms, click: click, originalStatus: current.originalStatus, actor: move.actor,
        scheme: move.scheme, approval: move.isReport ? terms.approvals.approval(of: current.type) : .auto,
        note: move.note),
      in: connection, of: scope)
  }
}
