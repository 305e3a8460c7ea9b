public import Core

/// The licence server's keys: exactly one signs, retired ones are published until nothing they signed is in use.
public struct SigningKeyRing: Sendable {
  public let active: SigningKey
  public let retired: [SigningKey]

  /// The newest key that is not retired signs. (Two such keys are what a rotation that was cut short leaves.)
  init?(_ keys: [SigningKey]) {
    guard let active = keys.filter({ $0.retiredAt == nil }).max(by: { $0.createdAt < $1.createdAt }) else { return nil }
    self.active = active
    retired = keys.filter { $0.id != active.id }.sorted { $0.createdAt > $1.createdAt }
  }

  /// The public keys that verifiers should know at `now`, the signing one first.
  public func publicKeys(at now: Timestamp) -> JWKS {
    let stillPublished = retired.filter { key in key.publishedUntil.map { now < $0 } ?? true }
    return JWKS(([active] + stillPublished).map(\.verificationKey))
  }
}
