import Core
import Database
import Licensing

/// Raises alarms about copies, tells the vendor of them, and lays them to rest.
struct CloneAlarmDesk: Sendable {
  let database: ConnectionPool
  let mail: MailJobs
  let clock: any WallClock

  /// To be called in the transaction of the heartbeat that the watch found suspicious. Told and mailed once.
  func raise(on instance: Instance, _ watch: CloneWatch, in connection: Connection, at now: Timestamp) async throws {
    let store = CloneAlarmStore(connection)
    guard try await store.raise(on: instance, watch, at: now),
      let license = try await LicenseStore(connection).find(instance.licenseID)
    else { return }
    try await LicenseHistory(connection).record(
      .cloneSuspected, of: license.id, instance: instance.id, by: .server,
      data: ["hostname": .string(instance.hostname), "evidence": watch.json], at: now)
    try await mail.alarm(
      CloneAlarmMail(
        licenseID: license.id, customer: license.customerEmail.description, hostname: instance.hostname),
      in: connection)
  }

  /// Somebody has looked: what spoke for a copy is forgotten, and the next alarm is a new one.
  func acknowledge(_ id: Int64, by actor: Actor) async throws -> CloneAlarm {
    try await database.transaction { connection in
      let now = clock.now()
      let store = CloneAlarmStore(connection)
      guard let alarm = try await store.acknowledge(id, by: actor, at: now) else {
        guard let known = try await store.find(id) else { throw Problem.notFound("alarm") }
        return known
      }
      try await InstanceStore(connection).clearCloneWatch(alarm.instanceID)
      try await AuditStore(connection).append(
        AuditEntry(
          action: "license.acknowledge_clone", subject: LicenseRegister.subject(alarm.licenseID), after: alarm.json),
        by: actor, at: now)
      try await LicenseHistory(connection).record(
        .cloneAcknowledged, of: alarm.licenseID, instance: alarm.instanceID, by: actor, data: ["alarm_id": .int(id)],
        at: now)
      return alarm
    }
  }
}
