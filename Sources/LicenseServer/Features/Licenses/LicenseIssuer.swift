import Billing
import Core
import Database
import Security

/// Makes licences and keys, as a part of the caller's transaction.
struct LicenseIssuer: Sendable {
  let connection: Connection
  let box: SecretBox

  func issue(_ draft: LicenseStore.Draft, at now: Timestamp) async throws -> IssuedLicense {
    let id = try await LicenseStore(connection).insert(draft, at: now)
    let key = try await addKey(to: id, formerUntil: now, at: now)
    return IssuedLicense(license: try await found(id), key: key)
  }

  /// Gives the licence a new key; the one before works on until `formerUntil`.
  func rotateKey(of id: Int64, formerUntil: Timestamp, at now: Timestamp) async throws -> IssuedLicense {
    let key = try await addKey(to: id, formerUntil: formerUntil, at: now)
    return IssuedLicense(license: try await found(id), key: key)
  }

  /// What a paid period gives: the subscription's licence, made with the first payment and lengthened by the others.
  func honour(_ subscription: Subscription, at now: Timestamp) async throws -> License? {
    guard let period = subscription.current else { return nil }
    let overdueUntil = period.end + LicenseGrant.overdueGrace
    let store = LicenseStore(connection)
    if let license = try await store.find(subscription: subscription.id) {
      try await store.set(license.id, expiresAt: period.end, overdueUntil: overdueUntil, at: now)
      return try await found(license.id)
    }
    let draft = LicenseStore.Draft(
      customerID: subscription.customerID, planID: subscription.planID, subscriptionID: subscription.id,
      expiresAt: period.end, overdueUntil: overdueUntil)
    return try await issue(draft, at: now).license
  }

  private func addKey(to license: Int64, formerUntil: Timestamp, at now: Timestamp) async throws -> LicenseKey {
    let key = LicenseKey.make()
    let sealed = try box.seal(key.text, for: LicenseKey.sealingContext(license: license))
    try await LicenseStore(connection).addKey(
      license: license, hash: key.hash, lastFour: key.lastFour, sealed: sealed, formerUntil: formerUntil, at: now)
    return key
  }

  private func found(_ id: Int64) async throws -> License {
    guard let license = try await LicenseStore(connection).find(id) else { throw Problem.notFound("licence") }
    return license
  }
}
