import Core
import Database

/// Ids and names of configured things, for whoever shows an id or lets one choose.
struct NameStore: Sendable {
  enum Noun: String, Sendable {
    case campaigns, flows, landings, offers, sources, networks, domains, publishers
    case trackingProfiles = "tracking_profiles"

    fileprivate var column: String { self == .domains ? "host" : "name" }
    fileprivate var isArchived: Bool { self != .domains && self != .flows }
  }

  struct Name: Sendable, Hashable {
    let id: Int64
    let name: String
  }

  /// Those in use, by name; the first thousand.
  func live(_ noun: Noun, of scope: TenantScope) async throws -> [Name] {
    let condition: SQL = noun.isArchived ? "archived_at IS NULL" : "true"
    return try await scope.query(
      """
      SELECT id, \(identifier: noun.column) AS name FROM \(scope.schema).\(identifier: noun.rawValue)
      WHERE \(condition) ORDER BY lower(\(identifier: noun.column)), id LIMIT 1000
      """
    ).map { Name(id: try $0.get("id"), name: try $0.get("name")) }
  }

  /// The names of these, archived ones too.
  func names(_ noun: Noun, _ ids: Set<Int64>, of scope: TenantScope) async throws -> [Int64: String] {
    guard !ids.isEmpty else { return [:] }
    let rows = try await scope.query(
      """
      SELECT id, \(identifier: noun.column) AS name FROM \(scope.schema).\(identifier: noun.rawValue)
      WHERE id = ANY (\(ids.sorted())) LIMIT 1000
      """)
    var names: [Int64: String] = [:]
    for row in rows { names[try row.get("id")] = try row.get("name", as: String.self) }
    return names
  }
}

extension [NameStore.Name] {
  /// As a select offers them.
  var choices: [FormFields.Choice] { map { FormFields.Choice("\($0.id)", $0.name) } }
}
