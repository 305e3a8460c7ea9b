import Core
import Database
import Web

/// What a tenant decides about addresses that score high.
struct BlacklistSettings: Sendable {
  /// How long what the fraud score found stays on the list; 0: it puts nothing there.
  var automaticHours: Int64 = 24

  static let hoursRange: ClosedRange<Int64> = 0...8_760
  private static let key = "auto_blacklist_hours"

  var json: JSONValue { ["auto_hours": .int(automaticHours)] }

  static let schema = Schema.object([
    .required(
      "auto_hours",
      .integer.described("Hours that an address stays which scored 80 or more; 0 puts none on the list. Pro."))
  ])

  static func load(of scope: TenantScope) async throws -> BlacklistSettings {
    let row = try await scope.query("SELECT value FROM \(scope.schema).settings WHERE key = \(key)").first
    var settings = BlacklistSettings()
    if let hours = try row?.get("value", as: JSONValue.self).intValue { settings.automaticHours = hours }
    return settings
  }

  /// For ``SettingsStore/set(_:at:of:in:)``.
  var stored: [(key: String, value: JSONValue)] { [(Self.key, .int(automaticHours))] }
}
