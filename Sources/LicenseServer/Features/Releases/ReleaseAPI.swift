import Core
import Database
import Web

/// `/api/releases`
struct ReleaseAPI: Sendable {
  let database: ConnectionPool
  let desk: ReleaseDesk

  /// Characters of a release's notes, and of the reason for a withdrawal.
  static let noteLength = 1...20_000
  static let reasonLength = 1...500

  func register(in table: inout StaffTable) {
    table.define("release", Release.schema)
    table.on(
      .get, "/releases", .read(.releases), "The releases, the newest first",
      query: .page + [
        QueryParameter("channel", .choice(ReleaseManifest.Channel.allCases.map(\.rawValue)), "Only of this channel."),
        QueryParameter("status", .choice(Release.Status.allCases.map(\.rawValue)), "Only those that are so."),
      ],
      answer: .page(of: .ref("release"))
    ) { call in
      .json(try await ReleaseStore(database).list(call.listRequest).json(\.json))
    }
    table.on(
      .get, "/releases/candidates", .read(.releases), "Versions in RELEASES_DIR that were never published",
      answer: .object([.required("items", .array(.object([.required("version", .string)])))])
    ) { _ in
      .json(["items": .array(try await desk.candidates().map { ["version": .string($0)] })])
    }
    table.on(.get, "/releases/{id}", .read(.releases), "One release", answer: .ref("release")) { call in
      guard let release = try await ReleaseStore(database).find(call.id()) else { throw Problem.notFound("release") }
      return .json(release.json)
    }
    registerChanges(in: &table)
  }

  private func registerChanges(in table: inout StaffTable) {
    table.on(
      .post, "/releases", .write(.releases), "Publishes a version that is in RELEASES_DIR",
      body: .json(.object([.required("version", .string), .optional("notes", .string)])), answer: .ref("release"),
      status: 201, creates: true
    ) { call in
      var fields = try call.fields()
      let version = fields.string("version", length: 1...50)
      let notes = (fields.optionalString("notes", length: Self.noteLength) ?? nil) ?? ""
      try fields.finish()
      guard let version else { throw Problem.internalError() }
      let release = try await desk.publish(version, notes: notes, by: call.actor)
      return .created(release.json, location: "/api/releases/\(release.id)")
    }
    table.on(
      .patch, "/releases/{id}", .write(.releases), "Changes what customers read about a release",
      body: .json(.object([.required("notes", .string)])), answer: .ref("release")
    ) { call in
      let id = try call.id()
      var fields = try call.fields()
      let notes = fields.string("notes", length: 0...Self.noteLength.upperBound)
      try fields.finish()
      guard let notes else { throw Problem.internalError() }
      return .json(try await desk.setNotes(notes, of: id, by: call.actor).json)
    }
    table.on(
      .post, "/releases/{id}/withdraw", .write(.releases), "Takes a release back: nobody gets it any more",
      body: .json(.object([.required("reason", .string)])), answer: .ref("release")
    ) { call in
      let id = try call.id()
      var fields = try call.fields()
      let reason = fields.string("reason", length: Self.reasonLength)
      try fields.finish()
      guard let reason else { throw Problem.internalError() }
      return .json(try await desk.withdraw(id, reason: reason, by: call.actor).json)
    }
    table.on(
      .post, "/releases/{id}/restore", .write(.releases), "Ends a withdrawal", answer: .ref("release")
    ) { call in
      .json(try await desk.restore(call.id(), by: call.actor).json)
    }
  }
}
