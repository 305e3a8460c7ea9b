import Core
import Crypto
import Database
import Licensing

/// Answers trackers: activation, validation, heartbeat and deactivation. What changes a licence's instances holds the
/// licence's row, so that of many activations at once exactly as many succeed as there are slots.
struct ActivationDesk: Sendable {
  let database: ConnectionPool
  let clock: any WallClock

  /// How old `last_seen_at` may get before a validation writes it: validations themselves are reads.
  private static let touchInterval = Duration.minutes(15)

  func activate(_ key: String, _ applicant: LicenseAPI.Instance) async throws -> LicenseDecision {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      let store = InstanceStore(connection)
      let fingerprint = Self.hash(applicant.fingerprint)
      let sighting = try await store.lockAndSight(
        keyHash: LicenseKey.hash(of: key), fingerprintHash: fingerprint, at: now)
      guard let seen = sighting else { return .notFound }
      let license = seen.license
      let slot = SlotDecision.decide(
        for: seen.instance, in: license, held: try await store.slotHolders(of: license.id, at: now),
        transfers: try await store.transferCount(of: license.id, since: now - SlotDecision.holdTime))
      let rules = LicenseRules(license: license, minimumVersion: seen.minimumVersion, now: now)
      var decision = LicenseDecision(
        verdict: rules.verdict(
          activating: seen.instance, elders: seen.elders, slot: slot, version: applicant.version),
        license: license, instanceID: seen.instance?.id, sequence: license.sequence,
        detail: Self.detail(of: slot, license))
      guard decision.verdict.isValid else { return decision }

      decision.sequence = try await store.nextSequence(of: license.id)
      let id = try await store.activate(
        license: license.id, fingerprintHash: fingerprint, applicant, sequence: decision.sequence, at: now)
      if case .transfer(let former) = slot {
        try await store.giveUpSlot(former)
        try await store.recordTransfer(.moved, license: license.id, instance: id, at: now)
      }
      try await noteMove(of: seen.instance, to: applicant.domainHash, in: store, at: now)
      decision.instanceID = id
      decision.lease = lease(for: license, applicant.fingerprint, sequence: decision.sequence, at: now)
      return decision
    }
  }

  func validate(_ request: LicenseAPI.ValidateRequest) async throws -> LicenseDecision {
    let now = clock.now()
    let store = InstanceStore(database)
    let sighting = try await store.sight(
      keyHash: LicenseKey.hash(of: request.licenseKey), fingerprintHash: request.fingerprint.map(Self.hash), at: now)
    guard let seen = sighting else { return .notFound }
    if let instance = seen.instance, instance.state == .active, now - instance.lastSeenAt > Self.touchInterval {
      try await store.touch(instance.id, at: now)
    }
    let rules = LicenseRules(license: seen.license, minimumVersion: seen.minimumVersion, now: now)
    let verdict =
      request.fingerprint == nil
      ? rules.verdict(version: request.version)
      : rules.verdict(on: seen.instance, elders: seen.elders, version: request.version)
    return LicenseDecision(
      verdict: verdict, license: seen.license, instanceID: seen.instance?.id, sequence: seen.license.sequence)
  }

  func heartbeat(_ beat: LicenseAPI.HeartbeatRequest) async throws -> LicenseDecision {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      let store = InstanceStore(connection)
      let sighting = try await store.lockAndSight(
        keyHash: LicenseKey.hash(of: beat.licenseKey), fingerprintHash: Self.hash(beat.fingerprint), at: now)
      guard let seen = sighting else { return .notFound }
      let license = seen.license
      let rules = LicenseRules(license: license, minimumVersion: seen.minimumVersion, now: now)
      var decision = LicenseDecision(
        verdict: rules.verdict(on: seen.instance, elders: seen.elders, version: beat.version), license: license,
        instanceID: seen.instance?.id, sequence: license.sequence)
      guard let instance = seen.instance, instance.state == .active else { return decision }
      if decision.verdict.isValid {
        decision.sequence = try await store.nextSequence(of: license.id)
        decision.lease = lease(for: license, beat.fingerprint, sequence: decision.sequence, at: now)
      }
      let watch = instance.watched(sequence: beat.sequence, domainHash: beat.domainHash)
      try await store.beat(instance, beat, watch: watch, issued: decision.lease?.sequence, at: now)
      try await noteMove(of: instance, to: beat.domainHash, in: store, at: now)
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
      let rules = LicenseRules(license: seen.license, minimumVersion: nil, now: now)
      let decision = LicenseDecision(
        verdict: rules.verdict(on: seen.instance, elders: seen.elders), license: seen.license,
        instanceID: seen.instance?.id, sequence: seen.license.sequence)
      guard let instance = seen.instance, instance.state == .active else { return (decision, false) }
      try await store.set(instance.id, state: .deactivated, slotHeldUntil: now + SlotDecision.holdTime)
      return (decision, true)
    }
  }

  /// An active instance under another public domain is the same one, moved: it goes on, and it counts as a transfer.
  private func noteMove(
    of instance: Instance?, to domainHash: String?, in store: InstanceStore, at now: Timestamp
  ) async throws {
    guard let instance, instance.state == .active, let former = instance.domainHash, let domainHash,
      former != domainHash
    else { return }
    try await store.recordTransfer(.rebound, license: instance.licenseID, instance: instance.id, at: now)
  }

  /// A lease does not outlive the licence.
  private func lease(
    for license: License, _ fingerprint: String, sequence: Int64, at now: Timestamp
  ) -> LeaseClaims {
    let rest = license.lastUsableAt.map { $0 - now } ?? LeaseTerms.lifetime
    return LeaseClaims(
      licenseID: String(license.id), id: RandomBytes.make(16).base64url, sequence: sequence, issuedAt: now,
      lifetime: min(LeaseTerms.lifetime, max(rest, .seconds(1))), fingerprint: fingerprint,
      status: license.status(at: now), entitlements: license.entitlements)
  }

  private static func hash(_ fingerprint: String) -> [UInt8] { Array(SHA256.hash(data: Array(fingerprint.utf8))) }

  private static func detail(of slot: SlotDecision, _ license: License) -> String? {
    switch slot {
    case .full: "All \(license.maxInstances) instances of this licence are in use; deactivate one first."
    case .allowanceUsedUp:
      "This licence has moved \(license.transferAllowance) times in 30 days; it can move again later."
    case .alreadyActive, .free, .transfer: nil
    }
  }
}
