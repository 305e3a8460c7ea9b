import ClickPath
import Core
import Web

/// `GET /search`: names and ids over all sections the session may read.
struct SearchAPI: Sendable {
  let store = SearchStore()
  let clicks: ClicksAPI

  /// Hits of each kind, unless `limit` says otherwise.
  static let standardLimit = 6
  static let highestLimit = 20

  func register(in table: inout TrackerTable) {
    table.define("SearchHit", SearchHit.schema)
    table.on(
      .get, "/search", .signedIn, "What has this in its name, or as its id. Only from sections that may be read.",
      query: [
        QueryParameter(
          "q", .string, "Two characters or more of a name; or a whole click id, conversion id or transaction id."),
        QueryParameter(
          "limit", .integer, "Hits of each kind, 1 to \(Self.highestLimit); \(Self.standardLimit) by default."),
      ],
      answer: .object([.required("items", .array(.ref("SearchHit")))])
    ) { .json(Self.json(try await hits(for: $0))) }
  }

  static func json(_ hits: [SearchHit]) -> JSONValue { ["items": .array(hits.map(\.json))] }

  /// Throws 422 for a limit or a parameter that it does not have.
  func hits(for call: TrackerCall) async throws -> [SearchHit] {
    let request = try call.page
    var filters = FilterReader(request)
    try filters.finish()
    let limit = call.query("limit") == nil ? Self.standardLimit : request.limit
    guard limit <= Self.highestLimit else {
      throw Problem.invalid("limit", "range", "must be 1 to \(Self.highestLimit)")
    }
    guard let term = SearchStore.Term(request) else { return [] }
    let open = SearchKind.allCases.filter { call.session.allows(.read($0.section)) }
    return try await ids(term, open, limit, call.place)
      + store.named(term, among: open, limit: limit, of: call.place.scope)
  }

  private func ids(
    _ term: SearchStore.Term, _ open: [SearchKind], _ limit: Int, _ place: TrackerPlace
  ) async throws -> [SearchHit] {
    guard open.contains(.click) else { return [] }
    var hits: [SearchHit] = []
    if let id = ClickID(term.text), let click = try await clicks.find(id, in: place) {
      hits.append(
        SearchHit(
          kind: .click, id: "\(id)", title: "\(id)", detail: "\(click.status.rawValue), \(id.timestamp.rfc3339)"))
    }
    return try await hits + store.conversions(term, limit: limit, of: place.scope)
  }
}
