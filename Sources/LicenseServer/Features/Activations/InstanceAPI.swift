import Core
import Database
import Web

/// `/api/instances` and `/api/licenses/{id}/instances`
struct InstanceAPI: Sendable {
  let database: ConnectionPool
  let licenses: LicenseRegister
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("instance", Schema.object(Self.members))
    table.define(
      "listed_instance",
      Schema.object(Self.members + [.required("customer_email", .email), .required("plan", .string)]))
    table.on(
      .get, "/instances", .read(.licences), "The instances of all licences, the newest first",
      query: .page + Self.filters, answer: .page(of: .ref("listed_instance"))
    ) { call in
      .json(try await InstanceStore(database).list(call.listRequest, at: clock.now()).json(\.json))
    }
    table.on(
      .get, "/licenses/{id}/instances", .read(.licences), "A licence's instances, the newest first",
      query: .page + Self.filters, answer: .page(of: .ref("instance"))
    ) { call in
      let (id, request) = (try call.id(), try call.listRequest)
      guard try await LicenseStore(database).exists(id) else { throw Problem.notFound("licence") }
      let page = try await InstanceStore(database).list(of: id, request, at: clock.now())
      return .json(page.json(\.instance.json))
    }
    for act in InstanceAct.allCases {
      table.on(
        .post, "/licenses/{id}/instances/{instance}/\(act.rawValue)", .write(.licences), act.summary,
        answer: .ref("instance")
      ) { call in
        let instance = try await licenses.act(
          act, on: call.id("instance"), of: call.id(), releasesOfflineLease: true, by: call.actor)
        return .json(instance.json)
      }
    }
  }

  private static let filters = [
    QueryParameter("state", .choice(["active", "deactivated", "banned"]), "In this state."),
    QueryParameter("version", .string, "Of this version."),
    QueryParameter("lost", .boolean, "Active ones that are not heard of any more, or the others."),
    QueryParameter("offline", .boolean, "Those that run on a lease file, or the others."),
  ]

  private static let members: [Schema.Property] = [
    .required("id", .integer), .required("license_id", .integer), .required("hostname", .string),
    .required("domain_hash", .string.nullable.described("SHA-256 of its public domain.")),
    .required("version", .string), .required("state", .choice(["active", "deactivated", "banned"])),
    .required("usage", .object([.required("users", .integer.nullable), .required("clicks_24h", .integer.nullable)])),
    .required("clone_suspected", .boolean), .required("first_seen_at", .timestamp),
    .required("last_seen_at", .timestamp), .required("lost_at", .timestamp.nullable),
    .required("offline_until", .timestamp.nullable),
  ]
}
