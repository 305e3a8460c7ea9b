import ClickPath
import Conversions
import Core
import Database

extension ConversionRecorder {
  /// Counts a conversion's worth again now that there are rates, and says so in its history. Its status stays.
  /// - Returns: false when nothing came of it.
  func revalue(_ id: ConversionID, by actor: String, at time: Timestamp, in scope: TenantScope) async throws -> Bool {
    guard let origin = try await conversions.origin(of: id, in: scope) else { return false }
    let terms = try await ConversionTermsStore().terms(for: origin.basis, of: scope)
    let click = try await ClickStore().find(origin.clickID, of: scope)
    return try await scope.transaction(retries: 5) { connection in
      guard let current = try await conversions.lock(id, in: connection, schema: scope.schema) else { return false }
      return try await revalue(current, terms, click, by: actor, at: time, in: connection, of: scope)
    }
  }

  private func revalue(
    _ current: Conversion, _ terms: ConversionTerms, _ click: ClickEvent?, by actor: String, at time: Timestamp,
    in connection: Connection, of scope: TenantScope
  ) async throws -> Bool {
    let rates = try await rates.rates(
      for: current.payout, terms, at: current.createdAt, in: connection, schema: scope.schema)
    let value = terms.value(current.type, current.status, current.payout, rates)
    var conversion = current
    conversion.revenue = value.revenue
    conversion.cost = value.cost
    conversion.isRateMissing = value.isRateMissing
    conversion.rate = value.rate
    guard conversion != current else { return false }
    conversion.updatedAt = max(time, current.updatedAt)
    try await conversions.update(conversion, in: connection, schema: scope.schema)
    let used = value.rate.map { "Converted at \($0.rate), the rate of \($0.day)." }
    try await conversions.append(
      .init(
        conversionID: current.id, at: time, actor: actor, from: current.status, to: current.status, originalStatus: nil,
        outcome: .unchanged, note: used),
      in: connection, schema: scope.schema)
    let claim = ConversionClaim(
      id: current.id, type: current.type, status: current.status, transactionID: current.transactionID, at: time)
    try await tell(
      conversion, before: current,
      Statement(claim: claim, terms: terms, click: click, originalStatus: current.originalStatus, actor: actor),
      in: connection, of: scope)
    return true
  }
}
