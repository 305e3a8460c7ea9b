import Core
import Database
import Web

/// `/api/licenses/{id}/history`
struct LicenseHistoryAPI: Sendable {
  let database: ConnectionPool

  func register(in table: inout StaffTable) {
    table.define("license_event", Self.schema)
    table.on(
      .get, "/licenses/{id}/history", .read(.licences), "What happened to a licence, the newest first",
      query: .page + [
        QueryParameter("kind", .choice(LicenseEventKind.allCases.map(\.rawValue)), "Only events of this kind.")
      ],
      answer: .page(of: .ref("license_event"))
    ) { call in
      let (id, request) = (try call.id(), try call.listRequest)
      if let kind = request.filters["kind"], LicenseEventKind(rawValue: kind) == nil {
        throw Problem.invalid("kind", "choice", "is no kind of event")
      }
      guard try await LicenseStore(database).exists(id) else { throw Problem.notFound("licence") }
      return .json(try await LicenseHistory(database).list(of: id, request).json(\.json))
    }
  }

  private static let schema = Schema.object([
    .required("id", .integer), .required("at", .timestamp),
    .required("kind", .choice(LicenseEventKind.allCases.map(\.rawValue))),
    .required("actor", .string.described("Who did it: staff, a customer, an instance, the server itself.")),
    .required("instance_id", .integer.nullable), .required("data", .map(.any)),
  ])
}
