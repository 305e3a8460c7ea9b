import Core
import Database
import Foundation
import Web

/// `GET` and `PATCH /settings/general`.
struct SettingsAPI: Sendable {
  let store: SettingsStore
  let writer: ConfigurationWriter

  private static let schema = Schema.object([
    .optional("currency", .string), .optional("timezone", .string.described("IANA name")),
    .optional("uniqueness_hours", .integer.described("How long a visitor is not unique again.")),
    .optional("anonymize_ip", .boolean.described("Cut addresses before anything is stored.")),
    .optional("postback_log_days", .integer.described("How long inbound postbacks are kept as they came.")),
  ])

  func register(in table: inout TrackerTable) {
    table.on(.get, "/settings/general", .read(.settings), "General settings", answer: Self.schema) {
      .json(try await store.all(of: $0.place.scope).json)
    }
    table.on(
      .patch, "/settings/general", .write(.settings), "Change general settings", body: .json(Self.schema),
      answer: Self.schema
    ) { call in
      try await change(call.fields(), by: call)
      return .json(try await store.all(of: call.place.scope).json)
    }
  }

  func change(_ fields: FieldReader, by call: TrackerCall) async throws {
    var fields = fields
    var values: [(key: String, value: JSONValue)] = []
    if let currency = fields.optionalCurrency("currency") ?? nil { values.append(("currency", .string(currency.code))) }
    if let zone = fields.optionalString("timezone", length: 1...64) ?? nil {
      if Self.isTimeZone(zone) {
        values.append(("timezone", .string(zone)))
      } else {
        fields.fault("timezone", "timezone", "must be an IANA time zone such as Europe/Berlin")
      }
    }
    if let hours = fields.optionalInt("uniqueness_hours", range: TenantSettings.uniquenessRange) ?? nil {
      values.append(("uniqueness_hours", .int(hours)))
    }
    if let anonymizes = fields.optionalBool("anonymize_ip") ?? nil {
      values.append(("anonymize_ip", .bool(anonymizes)))
    }
    if let days = fields.optionalInt("postback_log_days", range: TenantSettings.postbackLogRange) ?? nil {
      values.append(("postback_log_days", .int(days)))
    }
    try fields.finish()
    let scope = call.place.scope
    let before = try await store.all(of: scope).json
    try await writer.write(to: scope) { [values] connection in
      try await store.set(values, at: writer.clock.now(), of: scope, in: connection)
      try await writer.audit.append(
        "settings.update", "settings", before: before,
        after: .object(values.reduce(into: JSONObject()) { $0[$1.key] = $1.value }), by: call, in: connection)
    }
  }

  /// Names of the zone database only: abbreviations such as EST are not zones with a history.
  static func isTimeZone(_ name: String) -> Bool {
    name == "UTC" || (name.contains("/") && TimeZone(identifier: name) != nil)
  }
}
