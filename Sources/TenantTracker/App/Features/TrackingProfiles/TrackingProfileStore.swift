import ClickPath
import Core
import Database

/// All SQL on tracking profiles.
struct TrackingProfileStore: ResourceStore {
  static let list = ListColumns("tracking_profiles", texts: ["redirect"], flags: ["is_default"])

  private static let columns: SQL = """
    id, name, redirect, pixels, pass_parameters, is_default, notes, created_at, updated_at
    """

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<TrackingProfile> {
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).tracking_profiles
      WHERE archived_at IS NULL AND \(request.condition(Self.list, of: scope)) AND name ILIKE \(request.pattern)
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.profile), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> TrackingProfile? {
    try await scope.query(
      "SELECT \(Self.columns) FROM \(scope.schema).tracking_profiles WHERE id = \(id) AND archived_at IS NULL"
    ).first.map(Self.profile)
  }

  /// As the click path's snapshot has them.
  func records(of scope: TenantScope) async throws -> [TrackingProfileRecord] {
    try await scope.query("SELECT \(Self.columns) FROM \(scope.schema).tracking_profiles WHERE archived_at IS NULL").map
    { row in
      let profile = try Self.profile(row)
      var record = TrackingProfileRecord(id: profile.id, name: profile.draft.name)
      record.redirect = profile.draft.redirect
      record.pixels = profile.draft.pixels.isEmpty ? nil : profile.draft.pixels
      record.passesParameters = profile.draft.passesParameters
      record.isDefault = profile.draft.isDefault
      return record
    }
  }

  func insert(
    _ draft: TrackingProfile.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    if draft.isDefault { try await dismissDefault(but: 0, of: scope, in: executor) }
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).tracking_profiles
        (name, redirect, pixels, pass_parameters, is_default, notes, created_at, updated_at)
      VALUES (\(draft.name), \(draft.redirect.rawValue), \(draft.pixels), \(draft.passesParameters),
        \(draft.isDefault), \(draft.notes), \(time), \(time))
      RETURNING id
      """)
    return try rows[0].get("id")
  }

  func update(
    _ id: Int64, _ draft: TrackingProfile.Draft, at time: Timestamp, of scope: TenantScope,
    in executor: any SQLExecutor
  ) async throws {
    if draft.isDefault { try await dismissDefault(but: id, of: scope, in: executor) }
    try await executor.execute(
      """
      UPDATE \(scope.schema).tracking_profiles SET name = \(draft.name), redirect = \(draft.redirect.rawValue),
        pixels = \(draft.pixels), pass_parameters = \(draft.passesParameters), is_default = \(draft.isDefault),
        notes = \(draft.notes), updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  /// Another takes its place. Two that do so at once: the index lets one of them through.
  private func dismissDefault(but id: Int64, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute(
      "UPDATE \(scope.schema).tracking_profiles SET is_default = false WHERE is_default AND id <> \(id)")
  }

  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute(
      "UPDATE \(scope.schema).tracking_profiles SET archived_at = \(time) WHERE id = \(id) AND NOT is_default")
  }

  func users(of id: Int64, of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      """
      SELECT name FROM \(scope.schema).campaigns WHERE tracking_profile_id = \(id) AND archived_at IS NULL
      ORDER BY name LIMIT 6
      """
    ).map { try $0.get("name") }
  }

  /// Throws 409 for the default: campaigns without a profile of their own need it.
  static func refuseDefault(_ profile: TrackingProfile) throws {
    if profile.draft.isDefault {
      throw Problem.conflict("\(profile.draft.name) is the default profile; make another the default first.")
    }
  }

  private static func profile(_ row: Row) throws -> TrackingProfile {
    TrackingProfile(
      id: try row.get("id"),
      draft: TrackingProfile.Draft(
        name: try row.get("name"), redirect: TrackingProfile.Redirect(rawValue: try row.get("redirect")) ?? .found,
        pixels: try row.get("pixels"), passesParameters: try row.get("pass_parameters"),
        isDefault: try row.get("is_default"), notes: try row.get("notes")),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
  }
}
