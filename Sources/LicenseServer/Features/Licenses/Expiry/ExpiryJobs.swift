import Billing
import Core
import Database
import Jobs

/// Once an hour: reminds customers of ends that are near, and notes those that have come. Each once.
struct ExpiryJobs: Sendable {
  let database: ConnectionPool
  let mail: MailJobs
  let clock: any WallClock

  /// Days before the end.
  static let days: [Int64] = [30, 7, 1]
  private static let kind = "license.expiry"
  private static let batch = 200

  var schedule: JobSchedule { JobSchedule(kind: Self.kind, every: .hours(1)) }
  var handler: JobHandler { JobHandler(kind: Self.kind, timeLimit: .minutes(30)) { _ in try await run() } }

  func run() async throws {
    while true {
      let now = clock.now()
      let due = try await ExpiryStore(database).reminders(days: Self.days, at: now, limit: Self.batch)
      for reminder in due { try await remind(reminder, at: now) }
      if due.count < Self.batch { break }
    }
    while true {
      let now = clock.now()
      let ends = try await ExpiryStore(database).ends(at: now, limit: Self.batch)
      for end in ends { try await note(end, at: now) }
      if ends.count < Self.batch { break }
    }
  }

  private func remind(_ due: ExpiryStore.Due, at now: Timestamp) async throws {
    try await database.transaction { connection in
      guard try await ExpiryStore(connection).note(due, at: now),
        let license = try await LicenseStore(connection).find(due.license)
      else { return }
      let left = Int(((due.endsAt - now).components.seconds + 86_399) / 86_400)
      try await LicenseHistory(connection).record(
        .expiryReminded, of: license.id, by: .server,
        data: ["expires_at": JSONValue(due.endsAt), "days_left": .int(left)], at: now)
      let isTrial = license.trial.map { $0.convertedAt == nil } ?? false
      try await mail.enqueue(
        LicenseExpiringMail(
          plan: license.plan.name, endsOn: String(due.endsAt.day), days: left, isTrial: isTrial,
          keyLastFour: license.keyLastFour),
        to: license.customerEmail, customer: license.customerID, in: connection)
    }
  }

  private func note(_ due: ExpiryStore.Due, at now: Timestamp) async throws {
    try await database.transaction { connection in
      guard try await ExpiryStore(connection).note(due, at: now),
        let license = try await LicenseStore(connection).find(due.license)
      else { return }
      let isTrial = license.trial.map { $0.convertedAt == nil } ?? false
      try await LicenseHistory(connection).record(
        isTrial ? .trialEnded : .expired, of: license.id, by: .server, data: ["ended_at": JSONValue(due.endsAt)],
        at: now)
    }
  }
}
