import Core
import Database
import Web

/// `/api/licenses/{id}/instances`
struct InstanceAPI: Sendable {
  let database: ConnectionPool
  let licenses: LicenseRegister

  func register(in table: inout StaffTable) {
    table.define("instance", Self.schema)
    table.on(
      .get, "/licenses/{id}/instances", .read(.licences), "A licence's instances, those that run first",
      answer: .page(of: .ref("instance"))
    ) { call in
      let id = try call.id()
      guard try await LicenseStore(database).find(id) != nil else { throw Problem.notFound("licence") }
      return .json(Page(items: try await InstanceStore(database).all(of: [id])).json(\.json))
    }
    for act in InstanceAct.allCases {
      table.on(
        .post, "/licenses/{id}/instances/{instance}/\(act.rawValue)", .write(.licences), act.summary,
        answer: .ref("instance")
      ) { call in
        let instance = try await licenses.act(act, on: call.id("instance"), of: call.id(), by: call.actor)
        return .json(instance.json)
      }
    }
  }

  private static let schema = Schema.object([
    .required("id", .integer), .required("hostname", .string), .required("version", .string),
    .required("state", .choice(["active", "deactivated", "banned"])),
    .required("usage", .object([.required("users", .integer.nullable), .required("clicks_24h", .integer.nullable)])),
    .required("clone_suspected", .boolean), .required("first_seen_at", .timestamp),
    .required("last_seen_at", .timestamp),
  ])
}
