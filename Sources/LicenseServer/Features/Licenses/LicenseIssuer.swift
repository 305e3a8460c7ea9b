import Billing
import Core
import Database
import Security

/// Makes licences and keys, as a part of the caller's transaction.
struct LicenseIssuer: Sendable {
  let connection: Connection
  let box: SecretBox
  /// Who is said to have done it.
  var actor = Actor.server

  /// A new licence. Bought by a customer who is trying one out, it is that one: it keeps its key and its instances.
  func issue(_ draft: LicenseStore.Draft, at now: Timestamp) async throws -> IssuedLicense {
    if let issued = try await convertedTrial(draft, at: now) { return issued }
    let id = try await LicenseStore(connection).insert(draft, at: now)
    let key = try await addKey(to: id, formerUntil: now, at: now)
    let license = try await found(id)
    try await LicenseHistory(connection).record(
      .issued, of: id, by: actor, data: ["plan": .string(license.plan.slug)], at: now)
    return IssuedLicense(license: license, key: key)
  }

  /// Gives the licence a new key; the one before works on until `formerUntil`.
  func rotateKey(of id: Int64, formerUntil: Timestamp, at now: Timestamp) async throws -> IssuedLicense {
    let key = try await addKey(to: id, formerUntil: formerUntil, at: now)
    try await LicenseHistory(connection).record(
      .keyRotated, of: id, by: actor,
      data: ["key_last_four": .string(key.lastFour), "former_until": JSONValue(formerUntil)], at: now)
    return IssuedLicense(license: try await found(id), key: key)
  }

  private func convertedTrial(_ draft: LicenseStore.Draft, at now: Timestamp) async throws -> IssuedLicense? {
    let (store, trials) = (LicenseStore(connection), TrialStore(connection))
    guard draft.subscriptionID != nil, let id = try await trials.convertible(of: draft.customerID),
      let sealed = try await store.sealedKey(of: id)
    else { return nil }
    try await store.bind(id, to: draft, at: now)
    try await trials.convert(id, at: now)
    let license = try await found(id)
    try await LicenseHistory(connection).record(
      .trialConverted, of: id, by: actor, data: ["plan": .string(license.plan.slug)], at: now)
    let key = LicenseKey(text: try box.openText(sealed, for: LicenseKey.sealingContext(license: id)))
    return IssuedLicense(license: license, key: key)
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
