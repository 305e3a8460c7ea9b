import Core
import Database
import Licensing

/// A configured thing with a list, an editor and an id: an offer, a source ...
protocol Resource: Sendable {
  /// What a request says of it, checked; what the store writes.
  associatedtype Draft: Sendable

  /// `offer`: in messages and the audit log.
  static var noun: String { get }
  /// `/offers`.
  static var path: String { get }
  static var section: Section { get }

  var id: Int64 { get }
  var draft: Draft { get }
  var json: JSONValue { get }

  /// What the licence must grant for this change; nothing that is already stored.
  static func features(of draft: Draft, since current: Draft?) -> [Feature]

  /// Reads a request. With `current`, only the fields given change (PATCH).
  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft?
}

extension Resource {
  /// The noun as one word, for the audit log.
  static var key: String { noun.replacing(" ", with: "_") }

  static func features(of draft: Draft, since current: Draft?) -> [Feature] { [] }
}

/// What a new thing takes from the tenant's settings.
struct TenantDefaults: Sendable {
  var currency: Currency
}

/// All SQL of one kind of resource. Deleting archives: reports keep the name.
protocol ResourceStore: Sendable {
  associatedtype Item: Resource

  static var list: ListColumns { get }
  /// Whether people get back what they deleted; `ResourceStore+Archive`.
  static var restores: Bool { get }

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<Item>
  func find(_ id: Int64, of scope: TenantScope) async throws -> Item?
  func insert(
    _ draft: Item.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64
  func update(
    _ id: Int64, _ draft: Item.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws
  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws
  /// Names of live things that use this one; they must let go of it first.
  func users(of id: Int64, of scope: TenantScope) async throws -> [String]
  /// Names of what it needs and what is in the archive itself; that has to come back first.
  func missing(for id: Int64, of scope: TenantScope) async throws -> [String]
}
