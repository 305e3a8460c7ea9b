import Core
import Database
import Web

/// `/sources/{id}/postbacks`: what a source is told of conversions.
struct SourcePostbacksAPI: Sendable {
  let sources: ResourceAPI<TrafficSourceStore>
  let store = SourcePostbackStore()

  init(sources: ResourceAPI<TrafficSourceStore>) { self.sources = sources }

  /// Keeps the main postback with its source's URL; for ``ResourceAPI/alongside``.
  static let keeper: @Sendable (Int64, TrafficSource.Draft, Timestamp, TrackerCall, Connection) async throws -> Void = {
    id, draft, time, call, connection in
    try await SourcePostbackStore().follow(
      draft, id: id, at: time, schema: call.place.scope.schema, in: connection)
  }

  func register(in table: inout TrackerTable) {
    table.define("SourcePostback", SourcePostback.schema)
    table.on(
      .get, "/sources/{id}/postbacks", .read(.sources), "What a source is told of conversions",
      answer: .page(of: .ref("SourcePostback"))
    ) { call in
      let source = try await sources.find(call.id(), call.place.scope)
      return .json(Page(items: try await store.list(of: source.id, of: call.place.scope)).json(\.json))
    }
    table.on(
      .post, "/sources/{id}/postbacks", .write(.sources), "Tell a source of conversions at another URL",
      body: .json(SourcePostback.schema), answer: .ref("SourcePostback"), status: 201, creates: true
    ) { call in
      let postback = try await create(call.json, by: call)
      return .created(postback.json, location: "/admin/api/source-postbacks/\(postback.id)")
    }
    table.on(
      .get, "/source-postbacks/{id}", .read(.sources), "Show: source postback", answer: .ref("SourcePostback")
    ) { .json(try await find($0.id(), $0.place.scope).json) }
    table.on(
      .patch, "/source-postbacks/{id}", .write(.sources), "Change: source postback",
      body: .json(SourcePostback.schema), answer: .ref("SourcePostback")
    ) { call in .json(try await update(call.json, by: call).json) }
    table.on(
      .delete, "/source-postbacks/{id}", .write(.sources),
      "Delete: source postback. Deliveries that wait are cancelled.", status: 204
    ) { call in
      _ = try await delete(by: call)
      return .noContent
    }
  }

  func find(_ id: Int64, _ scope: TenantScope) async throws -> SourcePostback {
    guard let postback = try await store.find(id, of: scope) else { throw Problem.notFound("source postback") }
    return postback
  }

  /// Adds one to the source that the path names.
  func create(_ body: JSONValue, by call: TrackerCall) async throws -> SourcePostback {
    let scope = call.place.scope
    let source = try await sources.find(call.id(), scope)
    var fields = try FieldReader(body)
    let draft = try SourcePostback.read(
      &fields, current: nil, of: SourceTemplate.named(source.draft.template) ?? .custom)
    try fields.finish()
    guard try await store.list(of: source.id, of: scope).count < SourcePostback.limit else {
      throw Problem.conflict("A source may have \(SourcePostback.limit) postbacks.")
    }
    let writer = sources.writer
    let id = try await writer.write(to: scope) { connection in
      let id = try await store.insert(
        draft, of: source.id, at: writer.clock.now(), schema: scope.schema, in: connection)
      try await writer.audit.append(
        "source_postback.create", "source_postback:\(id)", after: body, by: call, in: connection)
      return id
    }
    return try await find(id, scope)
  }

  func update(_ body: JSONValue, by call: TrackerCall) async throws -> SourcePostback {
    let scope = call.place.scope
    let before = try await find(call.id(), scope)
    let source = try await sources.find(before.sourceID, scope)
    var fields = try FieldReader(body)
    let draft = try SourcePostback.read(
      &fields, current: before.draft, of: SourceTemplate.named(source.draft.template) ?? .custom)
    try fields.finish()
    let writer = sources.writer
    try await writer.write(to: scope) { connection in
      try await store.update(before.id, draft, at: writer.clock.now(), schema: scope.schema, in: connection)
      try await writer.audit.append(
        "source_postback.update", "source_postback:\(before.id)", before: before.json, after: body, by: call,
        in: connection)
    }
    return try await find(before.id, scope)
  }

  func delete(by call: TrackerCall) async throws -> SourcePostback {
    let scope = call.place.scope
    let postback = try await find(call.id(), scope)
    let writer = sources.writer
    try await writer.write(to: scope) { connection in
      try await store.delete(postback.id, at: writer.clock.now(), schema: scope.schema, in: connection)
      try await writer.audit.append(
        "source_postback.delete", "source_postback:\(postback.id)", before: postback.json, by: call, in: connection)
    }
    return postback
  }
}
