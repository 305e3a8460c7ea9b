import Core
import Database
import Licensing
import Security

/// Turns request files of trackers without a line to this server into signed lease files. That is an activation like any
/// other, with one difference: the file cannot be called back, so the place is taken until the file has run out.
struct OfflineActivationDesk: Sendable {
  let database: ConnectionPool
  let desk: ActivationDesk
  let keys: SigningKeys
  let box: SecretBox
  let clock: any WallClock

  /// What a lease file may last.
  static let days: ClosedRange<Int64> = 30...365

  /// A lease file and where it counts.
  struct Issued: Sendable {
    let file: OfflineLeaseFile
    let license: Int64
    let instance: Int64

    var json: JSONValue {
      ["license_id": .int(license), "instance_id": .int(instance), "lease_file": file.json]
    }

    /// What a browser saves it as.
    var filename: String { "trackily-lease-\(license)-\(instance).json" }
  }

  /// - Parameters:
  ///   - license: whose key the request must have been written with.
  ///   - days: how long it shall last; it ends with the licence in any case.
  /// - Throws: ``Problem`` 422 for a file that is not authentic or of another licence, 409 for one that was answered
  ///   before and for what an activation is refused for.
  func issue(_ request: OfflineRequest, for license: Int64, days: Int64, by actor: Actor) async throws -> Issued {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      try await check(request, license, in: connection, at: now)
      let decision = try await desk.activate(
        keyHash: [UInt8](hex: request.keyHash) ?? [], request.instance, lifetime: .days(days), in: connection,
        by: actor,
        at: now)
      guard decision.verdict.isValid, let claims = decision.lease, let instance = decision.instanceID else {
        throw Self.refusal(decision)
      }
      try await InstanceStore(connection).setOffline(instance, until: claims.expiresAt)
      let isFirst = try await OfflineLeaseStore(connection).insert(
        request, license: license, instance: instance, claims, by: actor, at: now)
      guard isFirst else {
        throw Problem.conflict(
          "This request file has been answered before. Write a new one with `trackily license activate --offline`.",
          field: "request")
      }
      let issued = Issued(
        file: try await file(claims, of: license, in: connection), license: license, instance: instance)
      try await note(issued, request, in: connection, by: actor, at: now)
      return issued
    }
  }

  private func check(
    _ request: OfflineRequest, _ license: Int64, in connection: Connection, at now: Timestamp
  ) async throws {
    let store = LicenseStore(connection)
    let hash = [UInt8](hex: request.keyHash) ?? []
    guard let known = try await store.sealedKey(hash: hash, at: now), known.license == license else {
      throw Problem.invalid("request", "key", "was written with the key of another licence")
    }
    let key = try box.openText(known.sealed, for: LicenseKey.sealingContext(license: license))
    guard request.isAuthentic(licenseKey: key) else {
      throw Problem.invalid("request", "hmac", "was changed after it was written")
    }
  }

  private func file(
    _ claims: LeaseClaims, of license: Int64, in connection: Connection
  ) async throws -> OfflineLeaseFile {
    guard let license = try await LicenseStore(connection).find(license) else { throw Problem.notFound("licence") }
    return OfflineLeaseFile(
      lease: try keys.signer.sign(claims), plan: claims.entitlements.plan, keyLastFour: license.keyLastFour,
      expiresAt: claims.expiresAt)
  }

  private func note(
    _ issued: Issued, _ request: OfflineRequest, in connection: Connection, by actor: Actor, at now: Timestamp
  ) async throws {
    let facts: JSONObject = [
      "hostname": JSONValue(request.instance.hostname), "expires_at": JSONValue(issued.file.expiresAt),
      "request_id": .string(request.id),
    ]
    try await AuditStore(connection).append(
      AuditEntry(
        action: "license.offline_lease", subject: LicenseRegister.subject(issued.license), after: .object(facts)),
      by: actor, at: now)
    try await LicenseHistory(connection).record(
      .offlineLeaseIssued, of: issued.license, instance: issued.instance, by: actor, data: facts, at: now)
  }

  private static func refusal(_ decision: LicenseDecision) -> Problem {
    var problem = Problem.conflict(decision.detail ?? decision.verdict.code.refusalMessage)
    problem.code = "license_refused"
    problem.extra["license_code"] = .string(decision.verdict.code.rawValue)
    return problem
  }
}

/// The only SQL on lease files that were signed.
struct OfflineLeaseStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// - Returns: false when the request was answered before.
  func insert(
    _ request: OfflineRequest, license: Int64, instance: Int64, _ claims: LeaseClaims, by actor: Actor,
    at now: Timestamp
  ) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      INSERT INTO license.offline_leases (license_id, instance_id, request_id, seq, actor, issued_at, expires_at)
      VALUES (\(license), \(instance), \(request.id), \(claims.sequence), \(actor.name), \(now), \(claims.expiresAt))
      ON CONFLICT (request_id) DO NOTHING
      """) == 1
  }
}
