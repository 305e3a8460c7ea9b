import Billing
import Core
import Database
import Licensing
import Security

/// What staff do with licences, by whatever way they come: API, pages, commands. Each act is one transaction with its
/// entries in the audit log and in the licence's history; an act that has been done already is no error and changes
/// nothing.
struct LicenseRegister: Sendable {
  let database: ConnectionPool
  let box: SecretBox
  let clock: any WallClock

  /// What a new licence is asked for with.
  struct Request: Sendable {
    var plan: String
    var customerEmail: EmailAddress
    var expiresAt: Timestamp?
    var maxInstances = 1
    var overrides = LicenseOverrides.none
    /// To be tried out for so many days; `expiresAt` is what comes of it.
    var trialDays: Int64?
    /// Although the customer, or somebody of the same domain, has had a trial.
    var allowsAnotherTrial = false
    var tags: [LicenseTag] = []
  }

  func create(_ request: Request, by actor: Actor) async throws -> IssuedLicense {
    try await database.transaction { connection in
      let now = clock.now()
      guard let plan = try await PlanStore(connection).find(slug: request.plan) else {
        throw BillingError.noSuchPlan(request.plan)
      }
      let customer = try await CustomerStore(connection).findOrCreate(email: request.customerEmail, at: now)
      try await PortalUserStore(connection).makeOwner(request.customerEmail, of: customer.id, at: now)
      let draft = LicenseStore.Draft(
        customerID: customer.id, planID: plan.id,
        expiresAt: request.trialDays.map { now + .days($0) } ?? request.expiresAt,
        maxInstances: request.maxInstances, overrides: request.overrides)
      let made = try await LicenseIssuer(connection: connection, box: box, actor: actor).issue(draft, at: now)
      try await complete(made.license.id, request, in: connection, by: actor, at: now)
      guard let license = try await LicenseStore(connection).find(made.license.id) else {
        throw Problem.notFound("licence")
      }
      try await AuditStore(connection).append(
        AuditEntry(action: "license.create", subject: Self.subject(license.id), after: license.json(at: now)),
        by: actor, at: now)
      return IssuedLicense(license: license, key: made.key)
    }
  }

  /// A trial's claims, and tags.
  private func complete(
    _ id: Int64, _ request: Request, in connection: Connection, by actor: Actor, at now: Timestamp
  ) async throws {
    if let days = request.trialDays {
      let isFirst = try await TrialStore(connection).start(
        id, claims: TrialClaim.claims(of: request.customerEmail), isAnotherAllowed: request.allowsAnotherTrial, at: now)
      guard isFirst else {
        throw Problem.conflict(
          "This customer, or somebody of the same domain, has had a trial. Set allow_another_trial to give another.",
          field: "trial_days")
      }
      try await LicenseHistory(connection).record(
        .trialStarted, of: id, by: actor, data: ["days": .int(days)], at: now)
    }
    for tag in request.tags { _ = try await LicenseNoteStore(connection).add(tag, to: id) }
  }

  func suspend(_ id: Int64, by actor: Actor) async throws -> License {
    try await change(id, "license.suspend", .suspended, by: actor) { license, store, now in
      try Self.refuseRevoked(license)
      if license.standing != .suspended { try await store.set(id, standing: .suspended, at: now) }
    }
  }

  func reinstate(_ id: Int64, by actor: Actor) async throws -> License {
    try await change(id, "license.reinstate", .reinstated, by: actor) { license, store, now in
      try Self.refuseRevoked(license)
      if license.standing != .active { try await store.set(id, standing: .active, at: now) }
    }
  }

  /// For good: a revoked licence never works again.
  func revoke(_ id: Int64, by actor: Actor) async throws -> License {
    try await change(id, "license.revoke", .revoked, by: actor) { license, store, now in
      if license.standing != .revoked { try await store.set(id, standing: .revoked, at: now) }
    }
  }

  /// Moves the end: to `expiresAt`, or on by one `period` from the end (from now, if that is past).
  func renew(_ id: Int64, until expiresAt: Timestamp?, period: BillingPeriod, by actor: Actor) async throws -> License {
    try await change(id, "license.renew", .renewed, by: actor) { license, store, now in
      try Self.refuseRevoked(license)
      guard expiresAt != nil || license.expiresAt != nil else {
        throw Problem.conflict("This licence does not expire.", field: "expires_at")
      }
      let end = expiresAt ?? period.end(of: 1, from: max(license.expiresAt ?? now, now))
      let grace = license.subscriptionID == nil ? nil : end + LicenseGrant.overdueGrace
      try await store.set(id, expiresAt: end, overdueUntil: grace, at: now)
    }
  }

  /// Moves the end on by `days`, from now if it is past. Of a subscription's licence the end follows payment, so there it
  /// is an override that is moved.
  func extend(_ id: Int64, days: Int64, by actor: Actor) async throws -> License {
    try await change(id, "license.extend", .renewed, by: actor) { license, store, now in
      try Self.refuseRevoked(license)
      guard let expiresAt = license.expiresAt else {
        throw Problem.conflict("This licence does not expire.", field: "days")
      }
      let end = max(expiresAt, now) + .days(days)
      guard license.subscriptionID != nil else {
        return try await store.set(id, expiresAt: end, overdueUntil: nil, at: now)
      }
      var overrides = license.overrides
      overrides.expiresAt = end
      try await store.set(
        id, maxInstances: license.maxInstances, transferAllowance: license.transferAllowance, overrides: overrides,
        at: now)
    }
  }

  func update(
    _ id: Int64, maxInstances: Int?, transferAllowance: Int?, overrides: LicenseOverrides?, by actor: Actor
  ) async throws -> License {
    try await change(id, "license.update", .overridden, by: actor) { license, store, now in
      try await store.set(
        id, maxInstances: maxInstances ?? license.maxInstances,
        transferAllowance: transferAllowance ?? license.transferAllowance,
        overrides: overrides ?? license.overrides, at: now)
    }
  }

  /// A new key. The one before works on for `overlap`, so that trackers can be changed over one by one.
  func rotateKey(
    _ id: Int64, overlap: Duration, by actor: Actor
  ) async throws -> (issued: IssuedLicense, formerUntil: Timestamp) {
    try await database.transaction { connection in
      let now = clock.now()
      guard let license = try await LicenseStore(connection).lock(id) else { throw Problem.notFound("licence") }
      try Self.refuseRevoked(license)
      let formerUntil = now + overlap
      let issued = try await LicenseIssuer(connection: connection, box: box, actor: actor)
        .rotateKey(of: id, formerUntil: formerUntil, at: now)
      try await AuditStore(connection).append(
        AuditEntry(
          action: "license.rotate_key", subject: Self.subject(id),
          before: ["key_last_four": .string(license.keyLastFour)],
          after: ["key_last_four": .string(issued.key.lastFour), "former_until": JSONValue(formerUntil)]),
        by: actor, at: now)
      return (issued, formerUntil)
    }
  }

  /// - Parameter releasesOfflineLease: frees the place at once although a lease file may still be in use there. For
  ///   staff: a customer could put one tracker after the other on files that cannot be called back.
  func act(
    _ act: InstanceAct, on instance: Int64, of id: Int64, releasesOfflineLease: Bool = false, by actor: Actor
  ) async throws -> Instance {
    try await database.transaction { connection in
      let now = clock.now()
      let store = InstanceStore(connection)
      guard try await LicenseStore(connection).lock(id) != nil, let former = try await store.find(instance, of: id)
      else { throw Problem.notFound("instance") }
      let state = act.result(from: former.state)
      guard former.state != state else { return former }
      let held = act == .deactivate ? now + SlotDecision.holdTime : nil
      try await store.set(instance, state: state, slotHeldUntil: held)
      if releasesOfflineLease { try await store.setOffline(instance, until: nil) }
      guard let changed = try await store.find(instance, of: id) else { throw Problem.notFound("instance") }
      try await AuditStore(connection).append(
        AuditEntry(
          action: "instance.\(act.rawValue)", subject: Self.subject(id), before: former.json, after: changed.json),
        by: actor, at: now)
      try await LicenseHistory(connection).record(
        act.event, of: id, instance: instance, by: actor, data: ["hostname": .string(changed.hostname)], at: now)
      return changed
    }
  }

  private func change(
    _ id: Int64, _ action: String, _ kind: LicenseEventKind, by actor: Actor,
    _ body: (License, LicenseStore, Timestamp) async throws -> Void
  ) async throws -> License {
    try await database.transaction { connection in
      let now = clock.now()
      let store = LicenseStore(connection)
      guard let former = try await store.lock(id) else { throw Problem.notFound("licence") }
      try await body(former, store, now)
      guard let license = try await store.find(id) else { throw Problem.notFound("licence") }
      let (before, after) = (former.json(at: now), license.json(at: now))
      guard before != after else { return license }
      try await AuditStore(connection).append(
        AuditEntry(action: action, subject: Self.subject(id), before: before, after: after), by: actor, at: now)
      try await LicenseHistory(connection).record(
        kind, of: id, by: actor, data: Self.difference(before, after), at: now)
      return license
    }
  }

  /// The members that are new, as they are now.
  private static func difference(_ before: JSONValue, _ after: JSONValue) -> JSONObject {
    var changes: JSONObject = [:]
    for member in after.objectValue?.members ?? []
    where member.key != "updated_at" && before[member.key] != member.value { changes[member.key] = member.value }
    return changes
  }

  static func refuseRevoked(_ license: License) throws(Problem) {
    if license.standing == .revoked { throw .conflict("This licence is revoked, and that is for good.") }
  }

  static func subject(_ id: Int64) -> String { "license:\(id)" }
}
