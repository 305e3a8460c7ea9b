import Core
import Database

/// What the vendor has set for all licences.
struct VendorSettings: Sendable, Hashable {
  /// Trackers below this version are told `VERSION_TOO_OLD`; nil for none.
  var minimumVersion: String?

  var json: JSONValue { ["minimum_version": JSONValue(minimumVersion)] }
}

/// The settings as rows of key and value.
struct SettingsStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func load() async throws(DatabaseError) -> VendorSettings {
    let minimum: JSONValue? = try await database.scalar(
      "SELECT value FROM license.settings WHERE key = 'minimum_version'")
    return VendorSettings(minimumVersion: minimum?.stringValue)
  }

  func save(_ settings: VendorSettings, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.settings (key, value, updated_at)
      VALUES ('minimum_version', \(JSONValue(settings.minimumVersion)), \(now))
      ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at
      """)
  }
}
