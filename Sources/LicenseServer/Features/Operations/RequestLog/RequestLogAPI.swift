import Core
import Database
import Web

/// `/api/request-log`
struct RequestLogAPI: Sendable {
  let database: ConnectionPool

  func register(in table: inout StaffTable) {
    table.define("request", RequestRecord.schema)
    table.on(
      .get, "/request-log", .read(.settings), "Answered API requests of the last 30 days, the newest first",
      query: .page + [
        QueryParameter("api_key_id", .integer, "With this key."),
        QueryParameter("actor", .string, "By these: `staff:3`, `key:7`."),
        QueryParameter("route", .string, "Of this route: `/api/licenses/{id}`."),
        QueryParameter("method", .string, "With this method."),
        QueryParameter("status", .string, "Answered so: 404, or 4xx for all of them."),
      ],
      answer: .page(of: .ref("request"))
    ) { call in
      .json(try await RequestLogStore(database).list(call.listRequest).json(\.json))
    }
  }
}
