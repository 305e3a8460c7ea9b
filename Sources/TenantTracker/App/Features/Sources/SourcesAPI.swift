import Core
import Database
import Web

/// What sources have beyond the usual routes: templates, copies, warnings.
struct SourcesAPI: Sendable {
  let sources: ResourceAPI<TrafficSourceStore>

  func register(in table: inout TrackerTable) {
    table.on(
      .get, "/sources/templates", .read(.sources), "Platforms with their macros, parameters and postback URLs",
      answer: .page(of: .any)
    ) { _ in .json(Page(items: SourceTemplate.all).json(\.json)) }
    table.on(
      .post, "/sources/{id}/clone", .write(.sources), "Copy a source", answer: .ref("Source"), status: 201,
      creates: true
    ) { call in
      let copy = try await clone(call.id(), by: call)
      return .created(copy.json, location: "/admin/api/sources/\(copy.id)")
    }
    table.on(
      .delete, "/sources/{id}/warnings", .write(.sources), "Forget the source's warnings so far", status: 204
    ) { call in
      try await dismissWarnings(of: call.id(), by: call)
      return .noContent
    }
  }

  func clone(_ id: Int64, by call: TrackerCall) async throws -> TrafficSource {
    let scope = call.place.scope
    let original = try await sources.find(id, scope)
    let taken = try await NameStore().live(.sources, of: scope).map(\.name)
    var draft = original.draft
    draft.name = CopyName.of(draft.name, taken: taken, limit: 200)
    let copy = draft
    let writer = sources.writer
    let copyID = try await writer.write(to: scope) { connection in
      let now = writer.clock.now()
      let copyID = try await sources.store.insert(copy, at: now, of: scope, in: connection)
      try await SourcePostbackStore().copy(from: id, to: copyID, at: now, schema: scope.schema, in: connection)
      try await writer.audit.append(
        "source.clone", "source:\(copyID)", after: ["from": .int(id)], by: call, in: connection)
      return copyID
    }
    return try await sources.find(copyID, scope)
  }

  func dismissWarnings(of id: Int64, by call: TrackerCall) async throws {
    let scope = call.place.scope
    let source = try await sources.find(id, scope)
    try await sources.writer.write(to: scope) { connection in
      try await sources.store.dismissWarnings(of: source.id, of: scope, in: connection)
      try await sources.writer.audit.append("source.dismiss_warnings", "source:\(id)", by: call, in: connection)
    }
  }
}
