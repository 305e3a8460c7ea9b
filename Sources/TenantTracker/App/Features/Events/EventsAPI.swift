import Core
import Web

/// `GET /events`: what happened by itself, such as an offer that reached its cap.
struct EventsAPI: Sendable {
  let store = EventStore()

  func register(in table: inout TrackerTable) {
    table.define("Event", Event.schema)
    table.on(
      .get, "/events", .read(.reports), "What happened by itself, newest first",
      query: [
        QueryParameter("limit", .integer, "1 to 500; 50 by default."),
        QueryParameter("cursor", .string, "`next_cursor` of the page before."),
        QueryParameter("kind", .choice(Event.Kind.allCases.map(\.rawValue)), "Only events of this kind."),
      ],
      answer: .page(of: .ref("Event")), handler: list)
  }

  private func list(_ call: TrackerCall) async throws -> Reply {
    let page = try call.page
    var reader = FilterReader(page)
    let kind: Event.Kind? = reader.choice("kind")
    reader.requireNewestFirst(page, by: "at")
    try reader.finish()
    var cursor: UUIDv7?
    if let text = page.cursor {
      cursor = UUIDv7(text)
      if cursor == nil { throw Problem.invalid("cursor", "invalid", "must be the next_cursor of a page before") }
    }
    return .json(try await store.page(kind: kind, limit: page.limit, after: cursor, of: call.place.scope).json(\.json))
  }
}
