import Core
import Database
import Web

/// A local landing's versions: list, show, take up again.
struct LandingVersionsAPI: Sendable {
  let landings: ResourceAPI<LandingStore>
  let store = LandingVersionStore()

  func register(in table: inout TrackerTable) {
    table.define("LandingVersion", LandingVersion.schema)
    table.on(
      .get, "/landings/{id}/versions", .read(.landings), "A local landing's versions, newest first",
      query: [
        QueryParameter("limit", .integer, "1 to 500; 50 by default."),
        QueryParameter("cursor", .string, "`next_cursor` of the page before."),
      ], answer: .page(of: .ref("LandingVersion"))
    ) { call in
      let landing = try await landings.find(call.id(), call.place.scope)
      let page = try await store.page(call.page.checkedForIDs(), ofLanding: landing.id, of: call.place.scope)
      return .json(page.json { .object($0.summary) })
    }
    table.on(
      .get, "/landings/{id}/versions/{version}", .read(.landings), "A version with its HTML",
      answer: .ref("LandingVersion")
    ) { .json(try await find($0).json) }
    table.on(
      .post, "/landings/{id}/versions/{version}/restore", .write(.landings),
      "Make a version live again: it becomes the newest one", answer: .ref("Landing")
    ) { .json(try await restore($0).json) }
  }

  /// The version that the path names.
  func find(_ call: TrackerCall) async throws -> LandingVersion {
    let landing = try await landings.find(call.id(), call.place.scope)
    let number = Int(clamping: try call.id("version"))
    guard let version = try await store.find(number, ofLanding: landing.id, of: call.place.scope) else {
      throw Problem.notFound("version")
    }
    return version
  }

  func restore(_ call: TrackerCall) async throws -> Landing {
    let scope = call.place.scope
    let landing = try await landings.find(call.id(), scope)
    let version = try await find(call)
    guard case .local = landing.draft.content else {
      throw Problem.conflict("The landing is an address now; make it a local one first.")
    }
    var draft = landing.draft
    draft.content = .local(html: version.html)
    let (writer, restored) = (landings.writer, draft)
    try await writer.write(to: scope) { connection in
      let now = writer.clock.now()
      try await landings.store.update(landing.id, restored, at: now, of: scope, in: connection)
      try await store.add(
        version.html, .restore, restoring: version.number, to: landing.id, by: call.session.auditName, at: now,
        of: scope, in: connection)
      try await writer.audit.append(
        "landing.restore", "landing:\(landing.id)", after: ["version": .int(version.number)], by: call, in: connection)
    }
    return try await landings.find(landing.id, scope)
  }

  /// Every save that changes the HTML is a version.
  static let keeper: @Sendable (Int64, Landing.Draft, Timestamp, TrackerCall, Connection) async throws -> Void = {
    id, draft, time, call, connection in
    guard case .local(let html) = draft.content else { return }
    try await LandingVersionStore().add(
      html, .edit, to: id, by: call.session.auditName, at: time, of: call.place.scope, in: connection)
  }
}
