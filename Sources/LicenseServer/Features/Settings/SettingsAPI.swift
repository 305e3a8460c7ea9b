import Core
import Database
import Web

/// `/api/settings`
struct SettingsAPI: Sendable {
  let database: ConnectionPool
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define(
      "settings",
      .object([.required("minimum_version", .string.nullable), .required("alarm_email", Schema.email.nullable)]))
    table.on(.get, "/settings", .read(.settings), "What is set for all licences", answer: .ref("settings")) { _ in
      .json(try await SettingsStore(database).load().json)
    }
    table.on(
      .patch, "/settings", .write(.settings), "Changes what is set for all licences",
      body: .json(
        .object([
          .optional("minimum_version", .string.nullable.described("Older trackers are told to update.")),
          .optional(
            "alarm_email", .email.nullable.described("Gets the alarms about copies; null: every active admin.")),
        ])), answer: .ref("settings"), handler: change)
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let minimumVersion = fields.optionalString("minimum_version", length: 1...50)
    if let text = minimumVersion ?? nil, ReleaseVersion(text) == nil {
      fields.fault("minimum_version", "version", "must be a version such as 1.4.0")
    }
    let alarmEmail = fields.optionalEmail("alarm_email")
    try fields.finish()
    let settings = try await database.transaction { connection in
      let store = SettingsStore(connection)
      let former = try await store.load()
      var settings = former
      if let minimumVersion { settings.minimumVersion = minimumVersion }
      if let alarmEmail { settings.alarmEmail = alarmEmail }
      try await store.save(settings, at: clock.now())
      try await AuditStore(connection).append(
        AuditEntry(action: "settings.change", subject: "settings", before: former.json, after: settings.json),
        by: .staff(call.session, from: call.clientAddress), at: clock.now())
      return settings
    }
    return .json(settings.json)
  }
}
