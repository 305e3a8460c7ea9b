import Core
import Database

/// What the vendor has set for all licences.
struct VendorSettings: Sendable, Hashable {
  /// Trackers below this version are told `VERSION_TOO_OLD`; nil for none.
  var minimumVersion: String?
  /// Where alarms about copied trackers are mailed; nil for every active admin.
  var alarmEmail: EmailAddress?

  var json: JSONValue {
    ["minimum_version": JSONValue(minimumVersion), "alarm_email": JSONValue(alarmEmail?.description)]
  }
}

/// The settings as rows of key and value.
struct SettingsStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func load() async throws(DatabaseError) -> VendorSettings {
    var settings = VendorSettings()
    let rows = try await database.query(
      "SELECT key, value FROM license.settings WHERE key IN ('minimum_version', 'alarm_email')")
    for row in rows {
      let value = try row.get("value", as: JSONValue.self).stringValue
      switch try row.get("key", as: String.self) {
      case "alarm_email": settings.alarmEmail = value.flatMap { EmailAddress($0) }
      default: settings.minimumVersion = value
      }
    }
    return settings
  }

  func save(_ settings: VendorSettings, at now: Timestamp) async throws(DatabaseError) {
    try await set("minimum_version", settings.minimumVersion, at: now)
    try await set("alarm_email", settings.alarmEmail?.description, at: now)
  }

  private func set(_ key: String, _ value: String?, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.settings (key, value, updated_at) VALUES (\(key), \(JSONValue(value)), \(now))
      ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at
      """)
  }
}
