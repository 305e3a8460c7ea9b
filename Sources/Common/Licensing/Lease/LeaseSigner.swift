/// The licence server's pen.
public struct LeaseSigner: Sendable {
  private let key: SigningKey

  public init(_ ring: SigningKeyRing) { key = ring.active }

  public func sign(_ claims: LeaseClaims) throws(JWSError) -> String {
    try CompactJWS.sign(claims.json, type: LeaseTerms.leaseType, with: key)
  }

  public func sign(_ decision: SignedDecision) throws(JWSError) -> String {
    try CompactJWS.sign(decision.json, type: LeaseTerms.decisionType, with: key)
  }
}
