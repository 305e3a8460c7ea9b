import Core
import Database
import Web

/// `/api/clone-alarms`
struct CloneAlarmAPI: Sendable {
  let database: ConnectionPool
  let alarms: CloneAlarmDesk

  func register(in table: inout StaffTable) {
    table.define("clone_alarm", Self.schema)
    table.on(
      .get, "/clone-alarms", .read(.licences), "Alarms about copied instances, the newest first",
      query: .page + [
        QueryParameter("license_id", .integer, "Of this licence."),
        QueryParameter("open", .boolean, "Those nobody has acknowledged, or the others."),
      ],
      answer: .page(of: .ref("clone_alarm"))
    ) { call in
      .json(try await CloneAlarmStore(database).list(call.listRequest).json(\.json))
    }
    table.on(
      .post, "/clone-alarms/{id}/acknowledge", .write(.licences), "Notes that somebody has looked at it",
      answer: .ref("clone_alarm")
    ) { call in
      .json(try await alarms.acknowledge(call.id(), by: call.actor).json)
    }
  }

  private static let schema = Schema.object([
    .required("id", .integer), .required("license_id", .integer), .required("instance_id", .integer),
    .required("customer_email", .email), .required("hostname", .string), .required("evidence", .map(.any)),
    .required("raised_at", .timestamp), .required("last_seen_at", .timestamp),
    .required("acknowledged_at", .timestamp.nullable), .required("acknowledged_by", .string.nullable),
  ])
}
