import Core
import Database
import Web

/// The five routes of what people keep for themselves. Who may read reports may keep; sharing needs write access.
struct PersonalAPI<Content: PersonalContent>: Sendable {
  typealias Item = PersonalItem<Content>

  let audit: AuditLog
  let clock: any WallClock
  let store = PersonalStore<Content>()

  init(audit: AuditLog, clock: any WallClock) {
    self.audit = audit
    self.clock = clock
  }

  func register(in table: inout TrackerTable) {
    let (noun, path, name) = (Content.noun, Content.path, Content.schemaName)
    table.define(name, Item.schema)
    table.on(
      .get, path, .read(.reports), "List: \(noun)s, your own and those shared with the team",
      query: PageRequest.parameters, answer: .page(of: .ref(name))
    ) { call in
      let request = try call.page.checkedForIDs()
      var reader = FilterReader(request)
      try reader.finish()
      return .json(try await store.page(request, for: call.session.user.id, of: call.place.scope).json(\.json))
    }
    table.on(
      .post, path, .read(.reports), "Keep: \(noun)", body: .json(Item.schema), answer: .ref(name), status: 201,
      creates: true
    ) { call in
      let item = try await create(call.json, by: call)
      return .created(item.json, location: "/admin/api\(path)/\(item.id)")
    }
    table.on(.get, "\(path)/{id}", .read(.reports), "Show: \(noun)", answer: .ref(name)) {
      .json(try await find($0).json)
    }
    table.on(
      .patch, "\(path)/{id}", .read(.reports), "Change: \(noun). Only its owner does.", body: .json(Item.schema),
      answer: .ref(name)
    ) { .json(try await update($0.json, by: $0).json) }
    table.on(
      .delete, "\(path)/{id}", .read(.reports),
      "Delete: \(noun). Its owner does, or, of a shared one, who may change users.", status: 204
    ) { call in
      _ = try await delete(by: call)
      return .noContent
    }
  }

  /// The one that the path names.
  func find(_ call: TrackerCall) async throws -> Item {
    guard let item = try await store.find(call.id(), for: call.session.user.id, of: call.place.scope) else {
      throw Problem.notFound(Content.noun)
    }
    return item
  }

  func create(_ body: JSONValue, by call: TrackerCall) async throws -> Item {
    var fields = try FieldReader(body)
    let draft = Item.Draft.read(&fields, current: nil)
    try fields.finish()
    guard let draft else { throw Problem.internalError() }
    return try await create(draft, by: call)
  }

  func create(_ draft: Item.Draft, by call: TrackerCall) async throws -> Item {
    let (scope, user) = (call.place.scope, call.session.user.id)
    try checkSharing(draft, call)
    guard try await store.count(of: user, of: scope) < Int64(Item.limit) else {
      throw Problem.conflict("You have \(Item.limit) \(Content.noun)s already: delete one first.")
    }
    let id = try await write(to: scope) { connection in
      let id = try await store.insert(draft, of: user, at: clock.now(), schema: scope.schema, in: connection)
      try await audit.append(
        "\(Content.key).create", "\(Content.key):\(id)", after: draft.json, by: call, in: connection)
      return id
    }
    guard let item = try await store.find(id, for: user, of: scope) else { throw Problem.notFound(Content.noun) }
    return item
  }

  func update(_ body: JSONValue, by call: TrackerCall) async throws -> Item {
    let before = try await find(call)
    var fields = try FieldReader(body)
    let draft = Item.Draft.read(&fields, current: before.draft)
    try fields.finish()
    guard let draft else { throw Problem.internalError() }
    let scope = call.place.scope
    guard before.ownerID == call.session.user.id else { throw Self.ownersOnly(before) }
    if !before.draft.isShared { try checkSharing(draft, call) }
    try await write(to: scope) { connection in
      try await store.update(before, draft, at: clock.now(), schema: scope.schema, in: connection)
      try await audit.append(
        "\(Content.key).update", "\(Content.key):\(before.id)", before: before.draft.json, after: draft.json, by: call,
        in: connection)
    }
    return try await find(call)
  }

  func delete(by call: TrackerCall) async throws -> Item {
    let item = try await find(call)
    let scope = call.place.scope
    guard item.ownerID == call.session.user.id || call.session.allows(.write(.users)) else {
      throw Self.ownersOnly(item)
    }
    try await write(to: scope) { connection in
      try await store.delete(item.id, schema: scope.schema, in: connection)
      try await audit.append(
        "\(Content.key).delete", "\(Content.key):\(item.id)", before: item.draft.json, by: call, in: connection)
    }
    return item
  }

  private static func ownersOnly(_ item: Item) -> Problem {
    .conflict("This \(Content.noun) is \(item.owner)'s: keep one of your own under another name.")
  }

  /// What is shared is on everybody's page.
  private func checkSharing(_ draft: Item.Draft, _ call: TrackerCall) throws(Problem) {
    guard draft.isShared, !call.session.allows(.write(.reports)) else { return }
    throw .permissionDenied(section: Section.reports.rawValue, access: AccessLevel.write.rawValue)
  }

  private func write<T: Sendable>(
    to scope: TenantScope, _ body: @Sendable (Connection) async throws -> T
  ) async throws -> T {
    do { return try await scope.transaction { try await body($0) } } catch let error as DatabaseError {
      throw ConfigurationWriter.problem(for: error) ?? error
    }
  }
}

extension PersonalContent {
  /// The noun as one word, for the audit log.
  fileprivate static var key: String { noun.replacing(" ", with: "_") }
}

extension PersonalItem.Draft {
  fileprivate var json: JSONValue {
    [
      "name": .string(name), Content.field: content.json, "shared": .bool(isShared), "standard": .bool(isStandard),
    ]
  }
}
