import Core
import Database
import Web

/// `/api/search`: addresses, names, numbers and keys over all sections the session may read.
struct SearchAPI: Sendable {
  let database: ConnectionPool

  /// Hits of each kind, unless `limit` says otherwise.
  static let standardLimit = 6
  static let highestLimit = 20

  func register(in table: inout StaffTable) {
    table.define("search_hit", SearchHit.schema)
    table.on(
      .get, "/search", .signedIn, "What has this in its name, number or key. Only from sections that may be read.",
      query: [
        QueryParameter(
          "q", .string, "Two characters or more of an address, name or invoice number; or a key or its last four."),
        QueryParameter(
          "limit", .integer, "Hits of each kind, 1 to \(Self.highestLimit); \(Self.standardLimit) by default."),
      ],
      answer: .object([.required("items", .array(.ref("search_hit")))])
    ) { .json(Self.json(try await hits(for: $0))) }
  }

  static func json(_ hits: [SearchHit]) -> JSONValue { ["items": .array(hits.map(\.json))] }

  /// Throws 422 for a limit that it does not have.
  func hits(for call: StaffCall) async throws -> [SearchHit] {
    let request = try call.page
    let limit = call.query("limit") == nil ? Self.standardLimit : request.limit
    guard limit <= Self.highestLimit else {
      throw Problem.invalid("limit", "range", "must be 1 to \(Self.highestLimit)")
    }
    guard let term = SearchStore.Term(request.q) else { return [] }
    let open = SearchKind.allCases.filter { call.session.allows(.read($0.section)) }
    return try await SearchStore(database).find(term, among: open, limit: limit)
  }
}
