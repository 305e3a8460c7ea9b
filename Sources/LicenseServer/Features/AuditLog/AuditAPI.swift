import Core
import Database
import Security
import Web

/// `/api/audit-log`
struct AuditAPI: Sendable {
  let database: ConnectionPool

  func register(in table: inout StaffTable) {
    table.define("audit_entry", Self.schema)
    table.on(
      .get, "/audit-log", .read(.settings), "What staff, customers and commands did, the newest first",
      query: .page + [
        QueryParameter("subject", .string, "What it was done to: `license:17`."),
        QueryParameter("action", .string, "What was done: `license.suspend`."),
      ],
      answer: .page(of: .ref("audit_entry"))
    ) { call in
      .json(try await AuditStore(database).list(call.listRequest).json(\.json))
    }
    table.on(
      .get, "/audit-log/verify", .read(.settings), "Checks the audit log's hash chain",
      answer: .object([
        .required("intact", .boolean), .required("entries", .integer),
        .required("first_fault", Schema.object([.required("seq", .integer), .required("kind", .string)]).nullable),
      ])
    ) { _ in
      let (entries, fault) = try await AuditStore(database).verify()
      return .json([
        "intact": .bool(fault == nil), "entries": .int(entries),
        "first_fault": .optional(fault.map { ["seq": .int($0.sequence), "kind": .string($0.kind.rawValue)] }),
      ])
    }
  }

  private static let schema = Schema.object([
    .required("seq", .integer), .required("at", .timestamp), .required("actor", .string),
    .required("action", .string), .required("subject", .string), .required("before", .any), .required("after", .any),
    .required("address", .string.nullable),
  ])
}
