import Database

extension MailJobs {
  /// To whoever gets the vendor's alarms: the address in the settings, else every active admin.
  func alarm(_ message: some MailTemplate, in connection: Connection) async throws {
    if let named = try await SettingsStore(connection).load().alarmEmail {
      return try await enqueue(message, to: named, in: connection)
    }
    for address in try await StaffStore(connection).activeAdmins() {
      try await enqueue(message, to: address, in: connection)
    }
  }
}
