import Core

public enum LeaseError: Error, Hashable, Sendable {
  case signature(JWSError)
  /// A claim is missing or malformed.
  case claims
  /// For another audience, or by another issuer.
  case audience
  /// For another instance.
  case fingerprint
  /// A decision on another request or another key: an old or foreign one played again.
  case replayed
}

/// A lease whose signature and audience have been checked. Only a ``LeaseVerifier`` makes one.
public struct VerifiedLease: Sendable, Hashable {
  public let claims: LeaseClaims
  /// The JWS itself, to be stored.
  public let token: String
}

/// A decision whose signature has been checked. Only a ``LeaseVerifier`` makes one.
public struct VerifiedDecision: Sendable, Hashable {
  public let decision: SignedDecision
  /// The JWS itself, to be stored.
  public let token: String
}

/// Checks leases and decisions against the published keys.
///
/// Times are not looked at, `nbf` and `exp` included: which clock is right is a matter of its own, and ``LeaseState``
/// decides it.
public struct LeaseVerifier: Sendable {
  public let keys: JWKS
  private let issuer: String

  public init(keys: JWKS, issuer: String = LeaseTerms.issuer) {
    self.keys = keys
    self.issuer = issuer
  }

  /// A lease made for the instance with this fingerprint.
  public func lease(_ token: String, fingerprint: String) throws(LeaseError) -> VerifiedLease {
    guard let claims = LeaseClaims(json: try payload(token, type: LeaseTerms.leaseType)) else { throw .claims }
    guard claims.issuer == issuer, claims.audience == LeaseTerms.audience else { throw .audience }
    guard claims.fingerprintHash == LeaseClaims.hash(fingerprint: fingerprint) else { throw .fingerprint }
    return VerifiedLease(claims: claims, token: token)
  }

  /// The decision on the request that carried this nonce and this key.
  public func decision(
    _ token: String, nonce: String, licenseKey: String
  ) throws(LeaseError) -> VerifiedDecision {
    let verified = try decision(token)
    guard verified.decision.nonce == nonce,
      verified.decision.keyHash == SignedDecision.hash(licenseKey: licenseKey)
    else { throw .replayed }
    return verified
  }

  /// A decision that was checked against its request before it was stored.
  func decision(_ token: String) throws(LeaseError) -> VerifiedDecision {
    let json = try payload(token, type: LeaseTerms.decisionType)
    guard let decision = SignedDecision(json: json) else { throw .claims }
    guard json["iss"]?.stringValue == issuer, json["aud"]?.stringValue == LeaseTerms.audience else { throw .audience }
    return VerifiedDecision(decision: decision, token: token)
  }

  private func payload(_ token: String, type: String) throws(LeaseError) -> JSONValue {
    do {
      return try CompactJWS.verify(token, type: type, keys: keys)
    } catch {
      throw .signature(error)
    }
  }
}
