import Core
import Crypto
import Database
import Licensing

/// Answers trackers: activation, validation, heartbeat and deactivation. What changes a licence's instances holds the
/// licence's row, so that of many activations at once exactly as many succeed as there are slots.
struct ActivationDesk: Sendable {
  let database: ConnectionPool
  let plans: PlanCatalog
  let alarms: CloneAlarmDesk
  let clock: any WallClock

  /// How old `last_seen_at` may get before a validation writes it: validations themselves are reads.
  private static let touchInterval = Duration.minutes(15)

  func activate(_ key: String, _ applicant: LicenseAPI.Instance) async throws -> LicenseDecision {
    try await database.transaction(retries: 3) { connection in
      try await activate(
        keyHash: LicenseKey.hash(of: key), applicant, lifetime: LeaseTerms.lifetime, in: connection,
        by: .instance(applicant.hostname), at: clock.now())
    }
  }

  /// The same as a part of the caller's transaction, by whoever hands the request in.
  /// - Parameter lifetime: of the lease to give.
  func activate(
    keyHash: [UInt8], _ applicant: LicenseAPI.Instance, lifetime: Duration, in connection: Connection, by actor: Actor,
    at now: Timestamp
  ) async throws -> LicenseDecision {
    let store = InstanceStore(connection)
    let fingerprint = Self.hash(applicant.fingerprint)
    let sighting = try await store.lockAndSight(keyHash: keyHash, fingerprintHash: fingerprint, at: now)
    guard let seen = sighting else { return .notFound }
    let grant = try await grant(seen, in: connection)
    let holders = try await store.slotHolders(of: grant.id, fingerprintHash: fingerprint, at: now)
    let slot = SlotDecision.decide(
      for: seen.instance, in: grant, active: seen.occupancy.active + holders.taken, held: holders.held,
      transfers: try await store.transferCount(of: grant.id, since: now - SlotDecision.holdTime))
    let rules = LicenseRules(grant: grant, minimumVersion: seen.minimumVersion, now: now)
    var decision = LicenseDecision(
      verdict: rules.verdict(activating: seen.instance, seen.occupancy, slot: slot, version: applicant.version),
      grant: grant, instanceID: seen.instance?.id, sequence: grant.sequence, detail: Self.detail(of: slot, grant))
    guard decision.verdict.isValid else { return decision }

    decision.sequence = try await store.nextSequence(of: grant.id)
    let id = try await store.activate(
      license: grant.id, fingerprintHash: fingerprint, applicant, sequence: decision.sequence, at: now)
    decision.instanceID = id
    decision.lease = lease(
      for: grant, applicant.fingerprint, lifetime: lifetime, sequence: decision.sequence, at: now)
    decision.lease?.branding = try await brand(of: grant, applicant.domainHash, in: connection)
    if seen.instance?.state != .active {
      let facts: JSONObject = ["hostname": JSONValue(applicant.hostname), "version": JSONValue(applicant.version)]
      try await LicenseHistory(connection).record(
        .activated, of: grant.id, instance: id, by: actor, data: facts, at: now)
    }
    if case .transfer(let former) = slot {
      try await store.giveUpSlot(former)
      try await store.recordTransfer(.moved, license: grant.id, instance: id, at: now)
      try await LicenseHistory(connection).record(
        .moved, of: grant.id, instance: id, by: actor, data: ["from_instance_id": .int(former)], at: now)
    }
    try await noteMove(of: seen.instance, to: applicant.domainHash, in: connection, at: now)
    return decision
  }

  func validate(_ request: LicenseAPI.ValidateRequest) async throws -> LicenseDecision {
    let now = clock.now()
    let store = InstanceStore(database)
    let keyHash = LicenseKey.hash(of: request.licenseKey)
    guard let fingerprint = request.fingerprint else {
      guard let row = try await store.license(keyHash: keyHash, at: now) else { return .notFound }
      let grant = try LicenseGrant(row, plan: try await plans.plan(try row.get("plan_id"), in: database))
      let rules = LicenseRules(grant: grant, minimumVersion: nil, now: now)
      return LicenseDecision(verdict: rules.verdict(), grant: grant, sequence: grant.sequence)
    }
    let sighting = try await store.sight(keyHash: keyHash, fingerprintHash: Self.hash(fingerprint), at: now)
    guard let seen = sighting else { return .notFound }
    if let instance = seen.instance, instance.state == .active, now - instance.lastSeenAt > Self.touchInterval {
      try await store.touch(instance.id, at: now)
    }
    let grant = try await grant(seen, in: database)
    let rules = LicenseRules(grant: grant, minimumVersion: seen.minimumVersion, now: now)
    return LicenseDecision(
      verdict: rules.verdict(on: seen.instance, seen.occupancy, version: request.version), grant: grant,
      instanceID: seen.instance?.id, sequence: grant.sequence)
  }

  func heartbeat(_ beat: LicenseAPI.HeartbeatRequest) async throws -> LicenseDecision {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      let store = InstanceStore(connection)
      let sighting = try await store.lockAndSight(
        keyHash: LicenseKey.hash(of: beat.licenseKey), fingerprintHash: Self.hash(beat.fingerprint), at: now)
      guard let seen = sighting else { return .notFound }
      let grant = try await grant(seen, in: connection)
      let rules = LicenseRules(grant: grant, minimumVersion: seen.minimumVersion, now: now)
      var decision = LicenseDecision(
        verdict: rules.verdict(on: seen.instance, seen.occupancy, version: beat.version), grant: grant,
        instanceID: seen.instance?.id, sequence: grant.sequence)
      guard let instance = seen.instance, instance.state == .active else { return decision }
      if decision.verdict.isValid {
        decision.sequence = try await store.nextSequence(of: grant.id)
        decision.lease = lease(
          for: grant, beat.fingerprint, lifetime: Self.lifetime(for: instance, at: now), sequence: decision.sequence,
          at: now)
        decision.lease?.branding = try await brand(of: grant, beat.domainHash, in: connection)
      }
      let watch = instance.watched(sequence: beat.sequence, domainHash: beat.domainHash)
      try await store.beat(instance, beat, watch: watch, issued: decision.lease?.sequence, at: now)
      try await noteMove(of: instance, to: beat.domainHash, in: connection, at: now)
      if let silentSince = instance.lostAt {
        try await LicenseHistory(connection).record(
          .heartbeatBack, of: grant.id, instance: instance.id, by: .instance(instance.hostname),
          data: ["lost_at": JSONValue(silentSince)], at: now)
      }
      if watch.isSuspected, watch.alternations > instance.cloneWatch.alternations {
        try await alarms.raise(on: instance, watch, in: connection, at: now)
      }
      decision.isCloneSuspected = watch.isSuspected
      return decision
    }
  }

  /// Also of a licence that is suspended or over: giving up a slot harms nobody.
  /// - Returns: what is decided, and whether the instance was active until now.
  func deactivate(_ key: String, fingerprint: String) async throws -> (decision: LicenseDecision, done: Bool) {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      let store = InstanceStore(connection)
      let sighting = try await store.lockAndSight(
        keyHash: LicenseKey.hash(of: key), fingerprintHash: Self.hash(fingerprint), at: now)
      guard let seen = sighting else { return (.notFound, false) }
      let grant = try await grant(seen, in: connection)
      let rules = LicenseRules(grant: grant, minimumVersion: nil, now: now)
      let decision = LicenseDecision(
        verdict: rules.verdict(on: seen.instance, seen.occupancy), grant: grant, instanceID: seen.instance?.id,
        sequence: grant.sequence)
      guard let instance = seen.instance, instance.state == .active else { return (decision, false) }
      try await store.set(instance.id, state: .deactivated, slotHeldUntil: now + SlotDecision.holdTime)
      try await LicenseHistory(connection).record(
        .deactivated, of: grant.id, instance: instance.id, by: .instance(instance.hostname),
        data: ["hostname": .string(instance.hostname)], at: now)
      return (decision, true)
    }
  }

  private func grant(_ seen: InstanceStore.Sighting, in database: any SQLExecutor) async throws -> LicenseGrant {
    try LicenseGrant(seen.row, plan: try await plans.plan(seen.planID, in: database))
  }

  /// An active instance under another public domain is the same one, moved: it goes on, and it counts as a transfer.
  private func noteMove(
    of instance: Instance?, to domainHash: String?, in connection: Connection, at now: Timestamp
  ) async throws {
    guard let instance, instance.state == .active, let former = instance.domainHash, let domainHash,
      former != domainHash
    else { return }
    try await InstanceStore(connection)
      .recordTransfer(.rebound, license: instance.licenseID, instance: instance.id, at: now)
    try await LicenseHistory(connection).record(
      .rebound, of: instance.licenseID, instance: instance.id, by: .instance(instance.hostname),
      data: ["from": .string(former), "to": .string(domainHash)], at: now)
  }

  /// One that has a lease file keeps as much time when the network is back for a moment.
  private static func lifetime(for instance: Instance, at now: Timestamp) -> Duration {
    max(LeaseTerms.lifetime, instance.offlineUntil.map { $0 - now } ?? .zero)
  }

  /// What the tracker is to look like; nil for ours.
  private func brand(
    of grant: LicenseGrant, _ domainHash: String?, in connection: Connection
  ) async throws -> Branding? {
    guard grant.entitlements.includes(.whiteLabel) else { return nil }
    return try await BrandStore(connection).forLease(of: grant.id, domainHash: domainHash)
  }

  /// A lease does not outlive the licence.
  private func lease(
    for grant: LicenseGrant, _ fingerprint: String, lifetime: Duration, sequence: Int64, at now: Timestamp
  ) -> LeaseClaims {
    let rest = grant.lastUsableAt.map { $0 - now } ?? lifetime
    return LeaseClaims(
      licenseID: String(grant.id), id: RandomBytes.make(16).base64url, sequence: sequence, issuedAt: now,
      lifetime: min(lifetime, max(rest, .seconds(1))), fingerprint: fingerprint,
      status: grant.status(at: now), entitlements: grant.entitlements)
  }

  private static func hash(_ fingerprint: String) -> [UInt8] { Array(SHA256.hash(data: Array(fingerprint.utf8))) }

  private static func detail(of slot: SlotDecision, _ grant: LicenseGrant) -> String? {
    switch slot {
    case .full: "All \(grant.maxInstances) instances of this licence are in use; deactivate one first."
    case .allowanceUsedUp:
      "This licence has moved \(grant.transferAllowance) times in 30 days; it can move again later."
    case .alreadyActive, .free, .transfer: nil
    }
  }
}
