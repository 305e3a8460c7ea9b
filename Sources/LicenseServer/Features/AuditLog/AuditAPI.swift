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
      query: .page + Self.filters, answer: .page(of: .ref("audit_entry"))
    ) { call in
      let request = try call.listRequest
      return .json(try await AuditStore(database).list(request, AuditFilter(request)).json(\.json))
    }
    table.on(
      .get, "/audit-log/export", .read(.settings), "The same as CSV, the oldest first", query: Self.filters
    ) { call in
      AuditCSV(database: database, filter: try AuditFilter(call.page)).reply
    }
    table.on(
      .get, "/audit-log/verify", .read(.settings), "Checks the audit log's hash chain",
      query: [QueryParameter("noted", .string, "A head that was written down: `1204:9f86d0…`.")],
      answer: AuditVerdict.schema
    ) { call in
      let noted = call.query("noted").map { AuditChain.Head(text: $0) }
      if case .some(nil) = noted {
        throw Problem.invalid("noted", "invalid", "must be a head's seq and hash with a colon between them")
      }
      return .json(try await AuditStore(database).verify(expecting: noted ?? nil).json)
    }
  }

  private static let filters = [
    QueryParameter("subject", .string, "What it was done to: `license:17`."),
    QueryParameter("action", .string, "What was done: `license.suspend`, or all of a kind: `license.`."),
    QueryParameter("actor", .string, "Part of who did it: `anna@example.com`."),
    QueryParameter("from", .string, "From this day or moment on, UTC."),
    QueryParameter("to", .string, "To this day, inclusive, or before this moment, UTC."),
  ]

  private static let schema = Schema.object([
    .required("seq", .integer), .required("at", .timestamp), .required("actor", .string),
    .required("action", .string), .required("subject", .string), .required("before", .any), .required("after", .any),
    .required("address", .string.nullable),
  ])
}
