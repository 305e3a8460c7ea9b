import Core
import Database
import Licensing
import Security

/// Without a line to the licence server: request files out, lease files in.
extension LicenseKeeper {
  /// What somebody carries to the licence server for a lease file. Changes nothing that is in force; a key that nothing
  /// stands in the way of is noted, so that heartbeats begin when there is a network after all.
  func offlineRequest(key: String, for scope: TenantScope) async throws -> OfflineRequest {
    let record = try await LicenseRecord.loadOrMake(scope, at: clock.now())
    let request = OfflineRequest(licenseKey: key, instance: instance(record), at: clock.now())
    guard record.state.lease == nil else { return request }
    let sealedKey = try secrets.seal(key, for: Self.keyContext(scope.schema))
    _ = try await change(scope) { record in
      guard record.state.lease == nil else { return }
      record.sealedKey = sealedKey
      record.keyLastFour = String(key.suffix(4))
    }
    return request
  }

  /// Takes a lease from a file.
  /// - Parameter given: the licence server's key set, when this installation has never spoken with it.
  /// - Throws: ``Problem`` 422 `lease_file_refused` for a file that is not signed by the licence server, not for this
  ///   installation, older than what is known, over or not yet begun. Then nothing has changed.
  func importLease(_ file: OfflineLeaseFile, keys given: JWKS?, for scope: TenantScope) async throws -> LicenseStanding
  {
    let record = try await LicenseRecord.loadOrMake(scope, at: clock.now())
    let keys = try await trustedKeys(record, given)
    let lease = try Self.verified(file.lease, keys, fingerprint: record.instanceID)
    try check(lease.claims, record.state)
    let isSameLicense = record.state.lease.map { $0.claims.licenseID == lease.claims.licenseID }
    let keepsKey = isSameLicense ?? (record.keyLastFour == file.keyLastFour)
    let changed = try await change(scope) { [clock] record in
      let outcome = record.state.accept(lease, from: .file, at: clock.now())
      guard outcome == .accepted else { return }
      record.keys = keys
      guard !keepsKey else { return }
      record.sealedKey = nil
      record.keyLastFour = file.keyLastFour
    }
    guard changed.state.lease == lease, changed.state.refusal == nil else { throw Problem.leaseFileOutdated }
    return changed.state.standing(at: clock.now())
  }

  /// Those known already and those given; the licence server's own when there are none and it can be reached.
  private func trustedKeys(_ record: LicenseRecord, _ given: JWKS?) async throws -> JWKS {
    let known = record.keys.keys
    let added = (given?.keys ?? []).filter { !known.contains($0) }
    if !known.isEmpty || !added.isEmpty { return JWKS(known + added) }
    do throws(LicenseServerClient.Failure) { return try await client.keys() } catch {
      throw Problem.leaseFileRefused(
        "this installation does not know the licence server's keys. Fetch \(client.baseURL)\(LicenseAPI.keysPath) "
          + "elsewhere and give it with --keys.")
    }
  }

  private static func verified(_ token: String, _ keys: JWKS, fingerprint: String) throws(Problem) -> VerifiedLease {
    do {
      return try LeaseVerifier(keys: keys).lease(token, fingerprint: fingerprint)
    } catch {
      switch error {
      case .fingerprint: throw .leaseFileRefused("it was signed for another installation.")
      case .signature(.unknownKey):
        throw .leaseFileRefused("it is signed with a key that this installation does not know.")
      case .signature, .claims, .audience, .replayed:
        throw .leaseFileRefused("it is not what the licence server signed.")
      }
    }
  }

  private func check(_ claims: LeaseClaims, _ state: LeaseState) throws(Problem) {
    let now = clock.now()
    if let known = state.lease?.claims, known.licenseID == claims.licenseID, claims.sequence <= known.sequence {
      throw .leaseFileOutdated
    }
    if claims.notBefore > now + LeaseTerms.clockTolerance {
      throw .leaseFileRefused("it begins on \(claims.notBefore.rfc3339): set this server's clock right.")
    }
    if claims.expiresAt <= max(now, state.maxSeenTime ?? now) {
      throw .leaseFileRefused("it has run out on \(claims.expiresAt.rfc3339). Ask for a new one.")
    }
  }
}

extension Problem {
  /// Played again.
  static var leaseFileOutdated: Problem {
    leaseFileRefused("it was taken before, or is older than what this installation has heard since. Ask for a new one.")
  }

  static func leaseFileRefused(_ reason: String) -> Problem {
    Problem(
      status: 422, code: "lease_file_refused", title: "The lease file was refused",
      detail: "The lease file was refused: \(reason)")
  }
}
