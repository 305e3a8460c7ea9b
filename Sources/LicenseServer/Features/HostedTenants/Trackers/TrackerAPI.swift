import Core
import Database
import Security
import Web

/// `/api/trackers`
struct TrackerAPI: Sendable {
  let database: ConnectionPool
  let desk: TrackerDesk
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("tracker", RegisteredTracker.schema)
    table.on(
      .get, "/trackers", .read(.tenants), "Trackers that host tenants", query: .page, answer: .page(of: .ref("tracker"))
    ) { call in
      .json(try await TrackerStore(database).list(call.listRequest).json { $0.json(at: clock.now()) })
    }
    table.on(.get, "/trackers/{id}", .read(.tenants), "One tracker", answer: .ref("tracker")) { call in
      guard let tracker = try await TrackerStore(database).find(call.id()) else { throw Problem.notFound("tracker") }
      return .json(tracker.json(at: clock.now()))
    }
    table.on(
      .post, "/trackers", .write(.tenants), "Registers a tracker, which has to answer",
      body: .json(
        .object([
          .required("name", .string), .required("base_url", .url), .required("control_token", .string),
          .required("capacity", .integer),
        ])),
      answer: .ref("tracker"), status: 201, creates: true, handler: create)
    table.on(
      .patch, "/trackers/{id}", .write(.tenants), "Changes a tracker", body: .json(Self.changes),
      answer: .ref("tracker"),
      handler: change)
    table.on(.post, "/trackers/{id}/check", .write(.tenants), "Asks a tracker how it is", answer: .ref("tracker")) {
      .json(try await desk.check($0.id()).json(at: clock.now()))
    }
    table.on(.delete, "/trackers/{id}", .write(.tenants), "Removes a tracker that has no tenants", status: 204) {
      call in
      try await desk.remove(call.id(), by: call.actor)
      return .noContent
    }
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let tracker = try await desk.register(from: &fields, by: call.actor)
    return .created(tracker.json(at: clock.now()), location: "/api/trackers/\(tracker.id)")
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    return .json(try await desk.change(id, from: &fields, by: call.actor).json(at: clock.now()))
  }

  private static let changes = Schema.object([
    .optional("name", .string), .optional("base_url", .url), .optional("control_token", .string),
    .optional("capacity", .integer), .optional("status", .choice(RegisteredTracker.Status.allCases.map(\.rawValue))),
  ])
}

// What API and pages read alike.
extension TrackerDesk {
  func register(from fields: inout FieldReader, by actor: Actor) async throws -> RegisteredTracker {
    let name = fields.string("name", length: 1...100)
    let baseURL = fields.url("base_url").map(Self.trimmed)
    let token = fields.string("control_token", length: 1...1024)
    let capacity = fields.int("capacity", range: 1...100_000)
    Self.check(token, in: &fields)
    try fields.finish()
    guard let name, let baseURL, let token, let capacity else { throw Problem.internalError() }
    return try await register(name: name, baseURL: baseURL, token: token, capacity: Int(capacity), by: actor)
  }

  func change(_ id: Int64, from fields: inout FieldReader, by actor: Actor) async throws -> RegisteredTracker {
    let change = Change(
      name: fields.optionalString("name", length: 1...100) ?? nil,
      baseURL: (fields.optionalURL("base_url") ?? nil).map(Self.trimmed),
      token: fields.optionalString("control_token", length: 1...1024) ?? nil,
      capacity: (fields.optionalInt("capacity", range: 1...100_000) ?? nil).map { Int($0) },
      status: (fields.optionalOneOf("status", RegisteredTracker.Status.allCases.map(\.rawValue)) ?? nil)
        .flatMap(RegisteredTracker.Status.init))
    Self.check(change.token, in: &fields)
    try fields.finish()
    return try await self.change(id, change, by: actor)
  }

  /// It goes into a header.
  private static func check(_ token: String?, in fields: inout FieldReader) {
    if let token, !token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
      fields.fault("control_token", "invalid", "must be printable ASCII without blanks, as in CONTROL_TOKEN")
    }
  }

  private static func trimmed(_ url: String) -> String {
    url.hasSuffix("/") ? String(url.dropLast()) : url
  }
}
