import Core
import Database

extension ClickLogStore {
  /// How long is kept what belongs to clicks, and what happened to configured things.
  private static let age = Duration.days(180)

  /// Removes the steps, denials and visits of clicks that are no longer kept, and old events.
  func removeOld(at now: Timestamp, of scope: TenantScope) async throws(DatabaseError) {
    let first = ClickID.first(at: now - Self.age)
    for table in ["click_steps", "click_denials", "offer_visits"] {
      try await scope.execute("DELETE FROM \(scope.schema).\(identifier: table) WHERE click_id < \(first)")
    }
    try await scope.execute("DELETE FROM \(scope.schema).events WHERE at < \(now - Self.age)")
  }
}
