import Core
import Database

/// All SQL on what users choose to see.
struct PreferenceStore: Sendable {
  /// Nil when the user has chosen nothing.
  func find(
    _ preference: Preference, of userID: Int64, in scope: TenantScope
  ) async throws(DatabaseError) -> JSONValue? {
    let row = try await scope.first(
      """
      SELECT value FROM \(scope.schema).preferences
      WHERE user_id = \(userID) AND name = \(preference.rawValue)
      """)
    return try row?.get("value", as: JSONValue.self)
  }

  /// - Parameter value: nil goes back to what is standard.
  func set(
    _ preference: Preference, to value: JSONValue?, of userID: Int64, at time: Timestamp, in scope: TenantScope
  ) async throws(DatabaseError) {
    guard let value else {
      try await scope.execute(
        "DELETE FROM \(scope.schema).preferences WHERE user_id = \(userID) AND name = \(preference.rawValue)")
      return
    }
    try await scope.execute(
      """
      INSERT INTO \(scope.schema).preferences (user_id, name, value, updated_at)
      VALUES (\(userID), \(preference.rawValue), \(value), \(time))
      ON CONFLICT (user_id, name) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at
      """)
  }
}
