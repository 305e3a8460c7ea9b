import Core
import Database

/// A tenant's settings: one row a key, what is absent has its standard value.
struct SettingsStore: Sendable {
  func all(of scope: TenantScope) async throws -> TenantSettings {
    let rows = try await scope.query("SELECT key, value FROM \(scope.schema).settings")
    var settings = TenantSettings()
    for row in rows { settings.take(try row.get("key"), try row.get("value", as: JSONValue.self)) }
    return settings
  }

  func defaults(of scope: TenantScope) async throws -> TenantDefaults {
    TenantDefaults(currency: try await all(of: scope).currency)
  }

  func set(
    _ values: [(key: String, value: JSONValue)], at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    for (key, value) in values {
      try await executor.execute(
        """
        INSERT INTO \(scope.schema).settings (key, value, updated_at) VALUES (\(key), \(value), \(time))
        ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at
        """)
    }
  }
}
