import Core
import Database
import Licensing
import Logging
import Security

/// Each tenant's licence: activated, kept fresh, remembered. What it allows is asked of it; the click path never asks.
final class LicenseKeeper: Sendable {
  let client: LicenseServerClient
  let seats: Seats
  let secrets: SecretBox
  let clock: any WallClock
  private let publicHost: String
  private let logger: Logger
  private let memory = LicenseMemory()

  init(
    client: LicenseServerClient, seats: Seats, secrets: SecretBox, publicHost: String, clock: any WallClock,
    logger: Logger
  ) {
    self.client = client
    self.seats = seats
    self.secrets = secrets
    self.publicHost = publicHost
    self.clock = clock
    self.logger = logger
  }

  /// Where the tenant stands now.
  func standing(of scope: TenantScope) async throws -> LicenseStanding {
    try await record(of: scope).state.standing(at: clock.now())
  }

  func record(of scope: TenantScope) async throws -> LicenseRecord {
    if let known = memory.record(of: scope.tenantID, at: clock.now()) { return known }
    return try await readRecord(of: scope)
  }

  /// The features granted now, as the database has it: another node may just have changed the licence.
  func features(of scope: TenantScope) async throws -> Set<String> {
    Set(try await readRecord(of: scope).state.standing(at: clock.now()).entitlements.features)
  }

  private func readRecord(of scope: TenantScope) async throws -> LicenseRecord {
    let beginning = memory.begin()
    let record = try await LicenseRecord.loadOrMake(scope, at: clock.now())
    memory.remember(read: record, of: scope.tenantID, since: beginning, at: clock.now())
    return record
  }

  /// Changes the record as it is now: while the licence server was asked, somebody may have activated another key, given
  /// the licence back, or refreshed it on another node.
  func change(
    _ scope: TenantScope, _ apply: @Sendable (inout LicenseRecord) -> Void
  ) async throws -> LicenseRecord {
    let beginning = memory.begin()
    let record = try await scope.transaction { connection in
      guard var record = try await LicenseRecord.load(scope, in: connection) else {
        throw TenancyError.corruptCatalog
      }
      apply(&record)
      try await record.save(scope, in: connection, at: clock.now())
      // What the click path may do for the tenant may have changed.
      try await ConfigurationWriter.notify(scope, in: connection)
      return record
    }
    memory.remember(changed: record, of: scope.tenantID, since: beginning, at: clock.now())
    try await seats.enforce(limit: record.state.standing(at: clock.now()).entitlements.userLimit, scope)
    return record
  }

  /// Activates a key for this installation; it replaces the one before. Throws when the server refuses or is not
  /// reached: then nothing has changed.
  func activate(key: String, for scope: TenantScope) async throws -> LicenseStanding {
    var record = try await LicenseRecord.loadOrMake(scope, at: clock.now())
    let nonce = LicenseAPI.makeNonce()
    let request = LicenseAPI.ActivateRequest(
      licenseKey: key, instance: instance(record), nonce: nonce)
    let answer = try await reach { () async throws(LicenseServerClient.Failure) in try await client.activate(request) }
    let word = try await word(answer, nonce: nonce, key: key, &record)
    let verifier = LeaseVerifier(keys: record.keys)
    guard let token = answer.lease, answer.isValid else { throw Problem.licenseRefused(word.decision.code) }
    guard let lease = try? verifier.lease(token, fingerprint: record.instanceID) else {
      throw Problem.licenseServerUnreachable("its lease was not signed for this installation")
    }
    let sealedKey = try secrets.seal(key, for: Self.keyContext(scope.schema))
    let formerKey = try? openKey(record, scope)
    let former = record
    record = try await change(scope) { [keys = record.keys] record in
      if formerKey != key { record.state = LeaseState() }
      record.keys = keys
      record.sealedKey = sealedKey
      record.keyLastFour = String(key.suffix(4))
      _ = record.state.accept(word, at: clock.now())
      take(answer, lease, into: &record)
    }
    // A rotated key is the same licence's, and so is the slot.
    if let formerKey, formerKey != key, former.state.lease?.claims.licenseID != lease.claims.licenseID {
      await release(formerKey, former)
    }
    logger.notice(
      "license activated", metadata: ["tenant": "\(scope.slug)", "plan": "\(lease.claims.entitlements.plan)"])
    return record.state.standing(at: clock.now())
  }

  /// Notes a key and activates it if the server can be reached now; the next heartbeat tries again.
  func adopt(key: String, for scope: TenantScope) async throws {
    do { _ = try await activate(key: key, for: scope) } catch let problem as Problem where problem.status == 503 {
      let sealedKey = try secrets.seal(key, for: Self.keyContext(scope.schema))
      _ = try await change(scope) { record in
        record.sealedKey = sealedKey
        record.keyLastFour = String(key.suffix(4))
      }
    }
  }

  /// A heartbeat now. Only the server's signed word changes anything; when it is not reached, what was stays.
  func refresh(_ scope: TenantScope) async throws -> LicenseStanding {
    var record = try await LicenseRecord.loadOrMake(scope, at: clock.now())
    guard let key = try openKey(record, scope) else { return record.state.standing(at: clock.now()) }
    guard record.state.lease != nil || record.state.refusal != nil else {
      return try await activate(key: key, for: scope)
    }
    let nonce = LicenseAPI.makeNonce()
    let request = LicenseAPI.HeartbeatRequest(
      licenseKey: key, fingerprint: record.instanceID, sequence: record.state.lease?.claims.sequence ?? 0,
      users: Int64(try await seats.users.count(in: scope)), clicks24h: try await clicksOfADay(scope),
      version: Configuration.version, domainHash: identity(record).domainHash, nonce: nonce)
    let answer = try await reach { () async throws(LicenseServerClient.Failure) in try await client.heartbeat(request) }
    let word = try await word(answer, nonce: nonce, key: key, &record)
    let verifier = LeaseVerifier(keys: record.keys)
    let lease = answer.lease.flatMap { try? verifier.lease($0, fingerprint: record.instanceID) }
    let asked = record
    return try await change(scope) { record in
      // The answer is about a key that was replaced or given back meanwhile.
      guard record.sealedKey == asked.sealedKey else { return }
      record.keys = asked.keys
      _ = record.state.accept(word, at: clock.now())
      if let lease, answer.isValid { take(answer, lease, into: &record) }
    }.state.standing(at: clock.now())
  }

  /// Gives the licence back: Starter from now on, the slot is free.
  func deactivate(_ scope: TenantScope) async throws -> LicenseStanding {
    let record = try await LicenseRecord.loadOrMake(scope, at: clock.now())
    if let key = try openKey(record, scope) {
      let request = LicenseAPI.DeactivateRequest(licenseKey: key, fingerprint: record.instanceID)
      _ = try await reach { () async throws(LicenseServerClient.Failure) in try await client.deactivate(request) }
    }
    return try await change(scope) { record in
      record.sealedKey = nil
      record.keyLastFour = nil
      record.state.giveBack()
    }.state.standing(at: clock.now())
  }

  /// Notes how far the clock has come, so that setting it back gains nothing, and applies what time alone has changed.
  func tick(_ scope: TenantScope) async throws {
    _ = try await LicenseRecord.loadOrMake(scope, at: clock.now())
    _ = try await change(scope) { $0.state.tick(at: clock.now()) }
  }

  // What the server said

  private func take(_ answer: LicenseAnswer, _ lease: VerifiedLease, into record: inout LicenseRecord) {
    _ = record.state.accept(
      lease, from: .network, at: clock.now(), licenseExpiresAt: answer.license?.expiresAt,
      domainHash: identity(record).domainHash)
    if answer.warnings.contains("CLONE_SUSPECTED") { record.state.noteCloneSuspicion() }
  }

  /// The server's word on our request. Signed with a key we don't know yet, the keys are fetched and it is read again.
  private func word(
    _ answer: LicenseAnswer, nonce: String, key: String, _ record: inout LicenseRecord
  ) async throws -> VerifiedDecision {
    if let word = try? LeaseVerifier(keys: record.keys).decision(answer.signed, nonce: nonce, licenseKey: key) {
      return word
    }
    record.keys = try await reach { () async throws(LicenseServerClient.Failure) in try await client.keys() }
    guard let word = try? LeaseVerifier(keys: record.keys).decision(answer.signed, nonce: nonce, licenseKey: key) else {
      throw Problem.licenseServerUnreachable("its answer was not signed for this request")
    }
    return word
  }

  private func reach<T: Sendable>(_ call: () async throws(LicenseServerClient.Failure) -> T) async throws -> T {
    do throws(LicenseServerClient.Failure) { return try await call() } catch {
      switch error {
      case .malformed(let message): throw Problem.invalid("license_key", "invalid", message)
      case .tooManyRequests: throw Problem.tooManyRequests(retryAfter: 60)
      case .unreachable(let reason): throw Problem.licenseServerUnreachable(reason)
      }
    }
  }

  /// Gives the slot of a tenant that ends back, if the license server can be asked.
  func release(_ scope: TenantScope) async {
    do {
      let record = try await record(of: scope)
      if let key = try openKey(record, scope) { await release(key, record) }
    } catch {
      logger.warning("license of an ended tenant not given back", metadata: ["error": "\(error)"])
    }
  }

  /// Gives a former key's slot back; if that fails the slot is freed in the portal.
  private func release(_ key: String, _ record: LicenseRecord) async {
    do {
      _ = try await client.deactivate(.init(licenseKey: key, fingerprint: record.instanceID))
    } catch {
      logger.warning("former license not deactivated", metadata: ["error": "\(error)"])
    }
  }

  // Who we are

  private func identity(_ record: LicenseRecord) -> InstanceIdentity {
    InstanceIdentity(id: record.instanceID, domain: publicHost)
  }

  func instance(_ record: LicenseRecord) -> LicenseAPI.Instance {
    LicenseAPI.Instance(
      fingerprint: record.instanceID, hostname: publicHost, version: Configuration.version,
      domainHash: identity(record).domainHash)
  }

  private func openKey(_ record: LicenseRecord, _ scope: TenantScope) throws -> String? {
    try record.sealedKey.map { try secrets.openText($0, for: Self.keyContext(scope.schema)) }
  }

  private func clicksOfADay(_ scope: TenantScope) async throws -> Int64 {
    let rows = try await scope.query(
      "SELECT count(1) AS clicks FROM \(scope.schema).clicks WHERE ts >= \(clock.now() - .days(1))")
    return try rows.first?.get("clicks") ?? 0
  }

  /// What a sealed licence key is bound to.
  static func keyContext(_ schema: SchemaName) -> String { "license-key:\(schema)" }
}
