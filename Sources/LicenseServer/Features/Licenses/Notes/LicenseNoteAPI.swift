import Core
import Database
import Web

/// `/api/licenses/{id}/notes` and `/tags`
struct LicenseNoteAPI: Sendable {
  let database: ConnectionPool
  let licenses: LicenseRegister
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("license_note", Self.schema)
    table.on(
      .get, "/licenses/{id}/notes", .read(.licences), "What staff wrote about a licence, the newest first",
      query: .page, answer: .page(of: .ref("license_note"))
    ) { call in
      let (id, request) = (try call.id(), try call.listRequest)
      guard try await LicenseStore(database).exists(id) else { throw Problem.notFound("licence") }
      return .json(try await LicenseNoteStore(database).list(of: id, request).json(\.json))
    }
    table.on(
      .post, "/licenses/{id}/notes", .write(.licences), "Writes a note; the customer never sees it",
      body: .json(.object([.required("body", .string.described("At most 4,000 characters."))])),
      answer: .ref("license_note"), status: 201, creates: true
    ) { call in
      let id = try call.id()
      var fields = try call.fields()
      let body = fields.string("body", length: LicenseNote.length)
      try fields.finish()
      let note = try await licenses.addNote(body ?? "", to: id, by: call.actor)
      return .created(note.json, location: "/api/licenses/\(id)/notes")
    }
    table.on(.delete, "/licenses/{id}/notes/{note}", .write(.licences), "Removes a note", status: 204) { call in
      try await licenses.removeNote(call.id("note"), of: call.id(), by: call.actor)
      return .noContent
    }
    table.on(.put, "/licenses/{id}/tags/{tag}", .write(.licences), "Tags a licence", answer: .ref("license")) { call in
      .json(try await licenses.tag(call.id(), Self.tag(call), by: call.actor).json(at: clock.now()))
    }
    table.on(
      .delete, "/licenses/{id}/tags/{tag}", .write(.licences), "Takes a tag off", answer: .ref("license")
    ) { call in
      .json(try await licenses.untag(call.id(), Self.tag(call), by: call.actor).json(at: clock.now()))
    }
  }

  private static func tag(_ call: StaffCall) throws(Problem) -> LicenseTag {
    guard let tag = LicenseTag(call.parameter("tag")) else { throw .invalid("tag", "format", LicenseTag.rule) }
    return tag
  }

  private static let schema = Schema.object([
    .required("id", .integer), .required("author", .string), .required("body", .string),
    .required("created_at", .timestamp),
  ])
}
