import Core
import Database

/// What staff write on licences for themselves.
extension LicenseRegister {
  func addNote(_ body: String, to id: Int64, by actor: Actor) async throws -> LicenseNote {
    try await database.transaction { connection in
      let now = clock.now()
      guard try await LicenseStore(connection).exists(id) else { throw Problem.notFound("licence") }
      let note = try await LicenseNoteStore(connection).add(body, to: id, by: actor.name, at: now)
      let written = LicenseNote(id: note, author: actor.name, body: body, createdAt: now)
      try await AuditStore(connection).append(
        AuditEntry(action: "license.note", subject: Self.subject(id), after: written.json), by: actor, at: now)
      try await LicenseHistory(connection).record(.noted, of: id, by: actor, data: ["note_id": .int(note)], at: now)
      return written
    }
  }

  func removeNote(_ note: Int64, of id: Int64, by actor: Actor) async throws {
    try await database.transaction { connection in
      guard let removed = try await LicenseNoteStore(connection).remove(note, of: id) else {
        throw Problem.notFound("note")
      }
      try await AuditStore(connection).append(
        AuditEntry(action: "license.remove_note", subject: Self.subject(id), before: removed.json), by: actor,
        at: clock.now())
    }
  }

  func tag(_ id: Int64, _ tag: LicenseTag, by actor: Actor) async throws -> License {
    try await changeTags(of: id, by: actor, ["added": .string(tag.text)]) { store in
      guard try await store.add(tag, to: id) <= LicenseTag.limit else {
        throw Problem.conflict("A licence has at most \(LicenseTag.limit) tags.", field: "tag")
      }
    }
  }

  func untag(_ id: Int64, _ tag: LicenseTag, by actor: Actor) async throws -> License {
    try await changeTags(of: id, by: actor, ["removed": .string(tag.text)]) { store in
      try await store.remove(tag, from: id)
    }
  }

  private func changeTags(
    of id: Int64, by actor: Actor, _ data: JSONObject, _ body: (LicenseNoteStore) async throws -> Void
  ) async throws -> License {
    try await database.transaction { connection in
      let now = clock.now()
      let store = LicenseStore(connection)
      guard let former = try await store.lock(id) else { throw Problem.notFound("licence") }
      try await body(LicenseNoteStore(connection))
      guard let license = try await store.find(id) else { throw Problem.notFound("licence") }
      guard former.tags != license.tags else { return license }
      try await AuditStore(connection).append(
        AuditEntry(
          action: "license.tag", subject: Self.subject(id), before: ["tags": JSONValue(former.tags)],
          after: ["tags": JSONValue(license.tags)]),
        by: actor, at: now)
      try await LicenseHistory(connection).record(.tagged, of: id, by: actor, data: data, at: now)
      return license
    }
  }
}
