import Core
import Database
import Licensing
import Web

/// What an import does with one thing of a file.
struct ImportStep: Sendable {
  enum Action: String, Sendable, CaseIterable {
    case create, update, unchanged, refused

    var title: String {
      switch self {
      case .create: "New"
      case .update: "Changed"
      case .unchanged: "Unchanged"
      case .refused: "Refused"
      }
    }
  }

  /// Writes it; the answer is its id, and what the audit log says of it.
  typealias Write = @Sendable (ImportWriting, Connection) async throws -> (id: Int64, entry: AuditLog.Entry)

  let type: PortType
  let place: ImportPlace
  let title: String
  var action = Action.refused
  /// Of one that exists; a provisional one of what is to be made.
  var id: Int64?
  /// Fields that change.
  var changes: [String] = []
  var faults: [Problem.FieldFault] = []
  var write: Write?

  init(_ entry: ResolvedEntry) {
    (type, place, title, faults) = (entry.type, entry.place, entry.title, entry.faults)
  }

  var json: JSONValue {
    let isNew = action == .create || id.map(ReferenceBook.isProvisional) ?? true
    return [
      "type": .string(type.rawValue), place.json.key: place.json.value, "action": .string(action.rawValue),
      "id": isNew ? .null : JSONValue(id), "name": .string(title), "changes": JSONValue(changes),
    ]
  }
}

/// What the writing of a step needs.
struct ImportWriting: Sendable {
  let call: TrackerCall
  let now: Timestamp
  var ids = NewIDs()

  func entry(_ action: String, _ subject: String, before: JSONValue? = nil, after: JSONValue) -> AuditLog.Entry {
    AuditLog.Entry(
      actor: call.session.auditName, action: action, subject: subject, before: before, after: after,
      address: call.clientAddress)
  }
}

/// What the reading of a step needs.
struct ImportSetting: Sendable {
  let scope: TenantScope
  let defaults: TenantDefaults
  let entitlements: Entitlements
}

/// A resource that can be put together from a file.
protocol Portable: Resource {
  var draft: Draft { get set }
}

extension TrafficSource: Portable {}
extension Network: Portable {}
extension Offer: Portable {}
extension Landing: Portable {}
extension Campaign: Portable {}

/// Reads and writes things of a kind just as the API does.
struct ResourceImport<Store: ResourceStore>: Sendable where Store.Item: Portable {
  typealias Item = Store.Item

  let api: ResourceAPI<Store>

  /// - Parameter id: of the one that the entry changes; nil for a new one.
  func step(_ entry: ResolvedEntry, changing id: Int64?, _ setting: ImportSetting) async throws -> ImportStep {
    var step = ImportStep(entry)
    var before: Item?
    if let id { before = try await api.store.find(id, of: setting.scope) }
    do {
      let draft = try Self.read(entry.object, current: before?.draft, setting.defaults)
      for feature in Item.features(of: draft, since: before?.draft) where !setting.entitlements.includes(feature) {
        step.faults.append(
          .init(
            field: Self.field(of: feature), code: "feature_not_licensed",
            message: "needs the \(feature.plan.title) plan"))
      }
      guard step.faults.isEmpty else { return step }
      if let before { change(&step, before, draft, entry, setting) } else { create(&step, entry, setting) }
    } catch {
      guard let problem = error as? Problem else { throw error }
      step.faults += problem.errors
    }
    return step
  }

  private static func read(_ object: JSONObject, current: Item.Draft?, _ defaults: TenantDefaults) throws -> Item.Draft
  {
    var fields = try FieldReader(.object(object))
    let draft = try Item.read(&fields, current: current, defaults: defaults)
    try fields.finish()
    guard let draft else { throw Problem.internalError() }
    return draft
  }

  private static func field(of feature: Feature) -> String {
    switch feature {
    case .retargetingPixels: "pixels"
    case .landerProtection: "protected"
    default: feature.rawValue
    }
  }

  private func create(_ step: inout ImportStep, _ entry: ResolvedEntry, _ setting: ImportSetting) {
    step.action = .create
    let format = entry.type.format
    step.write = { [api] writing, connection in
      let body = format.redirected(entry.object, writing.ids)
      let draft = try Self.read(body, current: nil, setting.defaults)
      let id = try await api.store.insert(draft, at: writing.now, of: setting.scope, in: connection)
      try await api.alongside(id, draft, writing.now, writing.call, connection)
      return (id, writing.entry("\(Item.key).create", "\(Item.key):\(id)", after: .object(body)))
    }
  }

  private func change(
    _ step: inout ImportStep, _ before: Item, _ draft: Item.Draft, _ entry: ResolvedEntry, _ setting: ImportSetting
  ) {
    var after = before
    after.draft = draft
    step.id = before.id
    step.changes = JSONDifference.fields(before.json, after.json)
    step.action = step.changes.isEmpty ? .unchanged : .update
    guard step.action == .update else { return }
    let format = entry.type.format
    step.write = { [api] writing, connection in
      let body = format.redirected(entry.object, writing.ids)
      let draft = try Self.read(body, current: before.draft, setting.defaults)
      try await api.store.update(before.id, draft, at: writing.now, of: setting.scope, in: connection)
      try await api.alongside(before.id, draft, writing.now, writing.call, connection)
      let subject = "\(Item.key):\(before.id)"
      return (before.id, writing.entry("\(Item.key).update", subject, before: before.json, after: .object(body)))
    }
  }
}

/// Which fields two objects of a kind do not share.
enum JSONDifference {
  static func fields(_ before: JSONValue, _ after: JSONValue) -> [String] {
    let old = before.objectValue ?? [:]
    return (after.objectValue?.members ?? []).filter { member in
      comparable(member.key, old[member.key]) != comparable(member.key, member.value)
    }.map(\.key)
  }

  /// Payouts are stored by country, whatever order they came in.
  private static func comparable(_ field: String, _ value: JSONValue?) -> JSONValue? {
    guard field == "payouts", let list = value?.arrayValue else { return value }
    return .array(list.sorted { ($0["country"]?.stringValue ?? "") < ($1["country"]?.stringValue ?? "") })
  }
}
