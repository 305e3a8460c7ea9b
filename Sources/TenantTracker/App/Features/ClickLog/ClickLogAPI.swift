import Core
import Web

/// `GET /clicks/{id}/events`: one click through the whole funnel.
struct ClickLogAPI: Sendable {
  let clicks: ClicksAPI
  let store = ClickLogStore()

  init(clicks: ClicksAPI) { self.clicks = clicks }

  func register(in table: inout TrackerTable) {
    table.define("ClickLogEntry", ClickLogEntry.schema)
    table.on(
      .get, "/clicks/{id}/events", .read(.reports),
      "A click through the whole funnel: arrival, every step's reason, landing steps, offer, postbacks, statuses",
      answer: .object([.required("items", .array(.ref("ClickLogEntry")))])
    ) { call in
      .json(["items": .array(try await entries(of: try call.uuid(), call).map(\.json))])
    }
  }

  /// For the click's page, too. A click of the last seconds may still be on its way to the database.
  func entries(of id: ClickID, _ call: TrackerCall) async throws -> [ClickLogEntry] {
    guard let click = try await clicks.find(id, in: call.place) else { throw Problem.notFound("click") }
    return try await store.entries(of: click, in: call.place.scope)
  }
}
