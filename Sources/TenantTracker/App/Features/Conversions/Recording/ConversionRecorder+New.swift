import ClickPath
import Conversions
import Core
import Database

extension ConversionRecorder {
  /// Records a report of a conversion that nobody knows, together with its hit's line in the log, by one statement.
  /// Hits of a tenant that come at once share it; a transaction is made only where something follows from the conversion.
  ///
  /// Nothing is locked for it. The first conversion with its key is what its report says, whatever else is known of the
  /// click, and whether it is the first is decided by the table itself.
  /// - Returns: nil when there is more to it: nothing was written, and it is for ``record(_:in:alongside:)``.
  func add(
    _ report: ConversionReport, of hit: PostbackHit, _ verdict: PostbackVerdict, in scope: TenantScope
  ) async throws -> Recording? {
    // What follows a sale has to find it.
    guard !report.claim.type.isFollowUp else { return nil }
    let conversion = try await conversion(report, sequence: 0, parentID: nil, in: scope, schema: scope.schema)
    let new = NewConversion(
      conversion: conversion, click: report.click, history: firstEntry(of: conversion, report), hit: hit,
      verdict: verdict)
    guard try await isAdded(new, report, in: scope) else { return nil }
    try await countAgain(report.click.offerID, in: scope)
    return .created(conversion.id)
  }

  private func isAdded(_ new: NewConversion, _ report: ConversionReport, in scope: TenantScope) async throws -> Bool {
    do {
      if followers.contains(where: { $0.concerns(new.conversion, report.terms) }) {
        return try await scope.transaction(retries: 5) { connection in
          let isAdded = try await store.add([new], in: connection, schema: scope.schema)[0]
          if isAdded {
            try await tell(new.conversion, before: nil, Statement(report), in: connection, of: scope)
          }
          return isAdded
        }
      }
      return try await additions.answer(new, of: scope.tenantID) { new throws(DatabaseError) in
        try await store.add(new, soonIn: scope)
      }
    } catch let error as DatabaseError where error.kind == .timeout {
      // Somebody holds its key: it waits for them on its own. Was it written after all, it is found by its id.
      return false
    } catch let error as DatabaseError where error.isUniqueViolation && error.table == "postback_log" {
      // Another process has just finished with it.
      return false
    } catch let error as DatabaseError where error.isTransactionConflict {
      return false
    }
  }
}
