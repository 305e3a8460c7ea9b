import Core
import Database
import Licensing
import Web

/// The five routes every resource has: list, create, show, change, delete.
struct ResourceAPI<Store: ResourceStore>: Sendable {
  typealias Item = Store.Item

  let store: Store
  let writer: ConfigurationWriter
  let settings: SettingsStore
  let schema: Schema
  /// What else has to go when an item goes, done first: it can be done again.
  var beforeDelete: @Sendable (Item, TrackerPlace) async throws -> Void = { _, _ in }
  /// What else is written with an item, in the same transaction.
  var alongside: @Sendable (Int64, Item.Draft, Timestamp, TrackerCall, Connection) async throws -> Void = {
    _, _, _, _, _ in
  }

  var schemaName: String {
    Item.noun.split(separator: " ").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  func register(in table: inout TrackerTable) {
    let noun = Item.noun
    let name = schemaName
    table.define(name, schema)
    table.on(
      .get, Item.path, .read(Item.section), "List: \(noun)s", query: Store.list.parameters,
      answer: .page(of: .ref(name))
    ) { .json(try await store.page($0.page.checked(for: Store.list), of: $0.place.scope).json(\.json)) }
    table.on(
      .post, Item.path, .write(Item.section), "Add: \(noun)", body: .json(schema), answer: .ref(name), status: 201,
      creates: true, bodyLimit: Self.bodyLimit, handler: create)
    table.on(.get, "\(Item.path)/{id}", .read(Item.section), "Show: \(noun)", answer: .ref(name)) {
      .json(try await find($0.id(), $0.place.scope).json)
    }
    table.on(
      .patch, "\(Item.path)/{id}", .write(Item.section), "Change: \(noun)", body: .json(schema), answer: .ref(name),
      bodyLimit: Self.bodyLimit, handler: update)
    table.on(
      .delete, "\(Item.path)/{id}", .write(Item.section), "Delete: \(noun). Reports keep its name.", status: 204,
      handler: delete)
    if Store.restores { registerRestoring(in: &table) }
  }

  /// A landing's HTML is the longest thing anybody sends.
  private static var bodyLimit: Int { 3 << 20 }

  func find(_ id: Int64, _ scope: TenantScope) async throws -> Item {
    guard let item = try await store.find(id, of: scope) else { throw Problem.notFound(Item.noun) }
    return item
  }

  private func create(_ call: TrackerCall) async throws -> Reply {
    let item = try await create(call.json, by: call)
    return .created(item.json, location: "/admin/api\(Item.path)/\(item.id)")
  }

  /// Adds what the body describes; for pages too, whose forms make the same body.
  func create(_ body: JSONValue, by call: TrackerCall) async throws -> Item {
    var fields = try FieldReader(body)
    let scope = call.place.scope
    let draft = try Item.read(&fields, current: nil, defaults: try await settings.defaults(of: scope))
    try fields.finish()
    guard let draft else { throw Problem.internalError() }
    try check(Item.features(of: draft, since: nil), call)
    let id = try await writer.write(to: scope) { connection in
      let now = writer.clock.now()
      let id = try await store.insert(draft, at: now, of: scope, in: connection)
      try await alongside(id, draft, now, call, connection)
      try await writer.audit.append(
        "\(Item.key).create", "\(Item.key):\(id)", after: body, by: call, in: connection)
      return id
    }
    return try await find(id, scope)
  }

  private func update(_ call: TrackerCall) async throws -> Reply {
    .json(try await update(call.id(), call.json, by: call).json)
  }

  func update(_ id: Int64, _ body: JSONValue, by call: TrackerCall) async throws -> Item {
    var fields = try FieldReader(body)
    let scope = call.place.scope
    let before = try await find(id, scope)
    let draft = try Item.read(
      &fields, current: before.draft, defaults: try await settings.defaults(of: scope))
    try fields.finish()
    guard let draft else { throw Problem.internalError() }
    try check(Item.features(of: draft, since: before.draft), call)
    try await writer.write(to: scope) { connection in
      let now = writer.clock.now()
      try await store.update(id, draft, at: now, of: scope, in: connection)
      try await alongside(id, draft, now, call, connection)
      try await writer.audit.append(
        "\(Item.key).update", "\(Item.key):\(id)", before: before.json, after: body, by: call, in: connection)
    }
    return try await find(id, scope)
  }

  /// Throws 402 for what the plan lacks.
  private func check(_ features: [Feature], _ call: TrackerCall) throws(Problem) {
    for feature in features where !call.session.entitlements.includes(feature) {
      throw .notLicensed(feature)
    }
  }

  private func delete(_ call: TrackerCall) async throws -> Reply {
    try await delete(call.id(), by: call)
    return .noContent
  }

  func delete(_ id: Int64, by call: TrackerCall) async throws {
    let scope = call.place.scope
    let item = try await find(id, scope)
    let users = try await store.users(of: id, of: scope)
    guard users.isEmpty else {
      throw Problem.conflict("Still used by \(users.prefix(5).joined(separator: ", ")).")
    }
    try await beforeDelete(item, call.place)
    try await writer.write(to: scope) { connection in
      try await store.archive(id, at: writer.clock.now(), of: scope, in: connection)
      try await writer.audit.append(
        "\(Item.key).delete", "\(Item.key):\(id)", before: item.json, by: call, in: connection)
    }
  }
}

extension PageRequest {
  static let parameters = [
    QueryParameter("limit", .integer, "1 to 500; 50 by default."),
    QueryParameter("cursor", .string, "`next_cursor` of the page before."),
    QueryParameter("sort", .choice(["id", "-id", "created_at", "-created_at"]), "`-` is descending, the standard."),
    QueryParameter("q", .string, "Part of the name."),
  ]

  /// Lists of configured things are by id, newest first unless `sort=id`; the cursor is the last id seen.
  /// Throws 422 for a cursor or an order that is none of ours.
  func checkedForIDs() throws(Problem) -> PageRequest {
    if let cursor, Int64(cursor) == nil {
      throw .invalid("cursor", "invalid", "must be next_cursor of the page before")
    }
    guard let sort else { return self }
    guard sort == "id" || sort == "created_at" else {
      throw .invalid("sort", "choice", "must be id, -id, created_at or -created_at")
    }
    return self
  }

  var isAscending: Bool { sort != nil && !descending }

  /// What comes after the cursor in the list's order.
  func following(_ column: SQL) -> SQL {
    guard let last = cursor.flatMap({ Int64($0) }) else { return "TRUE" }
    return isAscending ? "\(column) > \(last)" : "\(column) < \(last)"
  }

  func order(_ column: SQL) -> SQL { isAscending ? "\(column)" : "\(column) DESC" }

  /// For ILIKE: `%` and `_` that were typed stand for themselves.
  var pattern: String {
    let escaped = (q ?? "").replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
    return "%\(escaped)%"
  }
}
