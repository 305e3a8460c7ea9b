import Core
import Database
import Web

/// Plans an import, and carries it out in one transaction: all of it, or nothing.
struct ImportRunner: Sendable {
  let resources: Resources
  let settings: SettingsStore
  let writer: ConfigurationWriter

  /// How often an import is planned anew because somebody changed something meanwhile.
  private static let attempts = 3

  /// What the file would do.
  func plan(_ content: ImportContent, _ match: ImportPlanner.Match, by call: TrackerCall) async throws -> ImportPlan {
    let scope = call.place.scope
    let revision = try await ConfigurationRevision.current(of: scope, in: scope)
    let setting = ImportSetting(
      scope: scope, defaults: try await settings.defaults(of: scope), entitlements: call.session.entitlements)
    return try await ImportPlanner(resources: resources, setting: setting, match: match).plan(
      content, revision: revision)
  }

  /// Does it. Throws 422 with everything that is wrong, 409 when others keep changing the same things.
  func run(
    _ content: ImportContent, _ match: ImportPlanner.Match, _ subject: String, by call: TrackerCall
  ) async throws -> ImportPlan {
    for attempt in 1...Self.attempts {
      let plan = try await plan(content, match, by: call)
      guard !plan.isRefused else { throw plan.refusal }
      if try await apply(plan, subject, mayRetry: attempt < Self.attempts, by: call) { return plan }
    }
    throw Problem.conflict("Others change the same things right now, so nothing was imported. Try again.")
  }

  /// False when the configuration is no longer what the plan was made for: nothing was written then.
  private func apply(
    _ plan: ImportPlan, _ subject: String, mayRetry: Bool, by call: TrackerCall
  ) async throws -> Bool {
    guard plan.steps.contains(where: { $0.write != nil }) else { return true }
    let scope = call.place.scope
    do {
      try await writer.write(to: scope) { connection in
        try await write(plan, subject, by: call, in: connection)
        guard try await ConfigurationRevision.locked(of: scope, in: connection) == plan.revision else {
          throw StalePlan()
        }
      }
      return true
    } catch {
      if error is StalePlan { return false }
      // Somebody else may just have made what is made here; a new plan will see it.
      let isStale = try await ConfigurationRevision.current(of: scope, in: scope) != plan.revision
      if mayRetry, isStale, (error as? Problem)?.status == 409 { return false }
      throw error
    }
  }

  private struct StalePlan: Error {}

  private func write(
    _ plan: ImportPlan, _ subject: String, by call: TrackerCall, in connection: Connection
  ) async throws {
    var writing = ImportWriting(call: call, now: writer.clock.now())
    var entries: [AuditLog.Entry] = []
    for step in plan.steps {
      guard let write = step.write else { continue }
      let written = try await write(writing, connection)
      if let id = step.id { writing.ids.note(id, is: written.id) }
      entries.append(written.entry)
    }
    entries.append(writing.entry("import", subject, after: plan.counts.json))
    try await writer.audit.append(entries, to: call.place.scope.schema, in: connection)
  }
}

/// The count of changes to a tenant's configuration: ``ConfigurationWriter`` raises it with each.
enum ConfigurationRevision {
  static func current(of scope: TenantScope, in executor: any SQLExecutor) async throws -> Int64 {
    try await executor.one("SELECT revision FROM \(scope.schema).configuration WHERE id = 1").get("revision")
  }

  /// Whoever else changes something waits for this transaction.
  static func locked(of scope: TenantScope, in executor: any SQLExecutor) async throws -> Int64 {
    try await executor.one("SELECT revision FROM \(scope.schema).configuration WHERE id = 1 FOR UPDATE").get(
      "revision")
  }
}
