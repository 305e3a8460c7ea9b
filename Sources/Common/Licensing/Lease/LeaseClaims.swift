public import Core
import Crypto

/// What a lease says: this instance may use these features until then. Times are whole seconds (NumericDate).
public struct LeaseClaims: Sendable, Hashable {
  public var issuer: String
  public var audience: String
  /// The licence's id, never its key.
  public var licenseID: String
  /// Unique to this lease.
  public var id: String
  /// Rises with every lease of the licence.
  public var sequence: Int64
  public var issuedAt: Timestamp
  public var notBefore: Timestamp
  public var expiresAt: Timestamp
  /// The end of rights when the lease can't be renewed.
  public var graceUntil: Timestamp
  /// SHA-256 of the instance's fingerprint, lower-case hexadecimal.
  public var fingerprintHash: String
  public var status: LicenseStatus
  public var entitlements: Entitlements
  /// Product name, logo, colours... of a reseller or Enterprise customer.
  public var branding: Branding?

  public init(
    issuer: String = LeaseTerms.issuer, audience: String = LeaseTerms.audience, licenseID: String, id: String,
    sequence: Int64, issuedAt: Timestamp, lifetime: Duration = LeaseTerms.lifetime, fingerprint: String,
    status: LicenseStatus, entitlements: Entitlements, branding: Branding? = nil
  ) {
    self.issuer = issuer
    self.audience = audience
    self.licenseID = licenseID
    self.id = id
    self.sequence = sequence
    self.issuedAt = Timestamp(seconds: issuedAt.seconds)
    notBefore = self.issuedAt
    expiresAt = self.issuedAt + lifetime
    graceUntil = expiresAt + LeaseTerms.grace
    fingerprintHash = LeaseClaims.hash(fingerprint: fingerprint)
    self.status = status
    self.entitlements = entitlements
    self.branding = branding
  }

  /// Imported from a file for an instance without a line to the server: it is not expected to be renewed all day.
  public var isOffline: Bool { expiresAt - issuedAt > LeaseTerms.lifetime + .days(1) }

  public static func hash(fingerprint: String) -> String { SHA256.hash(data: Array(fingerprint.utf8)).hex }
}

extension LeaseClaims {
  public var json: JSONValue {
    var object: JSONObject = [
      "iss": .string(issuer), "aud": .string(audience), "sub": .string(licenseID), "jti": .string(id),
      "seq": .int(sequence), "iat": .int(issuedAt.seconds), "nbf": .int(notBefore.seconds),
      "exp": .int(expiresAt.seconds), "grace_until": .int(graceUntil.seconds), "fpr": .string(fingerprintHash),
      "plan": .string(entitlements.plan), "status": .string(status.rawValue), "features": entitlements.featuresJSON,
      "limits": entitlements.limitsJSON,
    ]
    if let branding { object["branding"] = branding.json }
    return .object(object)
  }

  /// Nil when a claim is missing or of the wrong kind, or the times are out of order. Unknown claims are let be.
  public init?(json: JSONValue) {
    guard let issuer = json["iss"]?.stringValue, let audience = json["aud"]?.stringValue,
      let licenseID = json["sub"]?.stringValue, !licenseID.isEmpty, let id = json["jti"]?.stringValue,
      let sequence = json["seq"]?.intValue, sequence >= 0, let issuedAt = Timestamp(numericDate: json["iat"]),
      let notBefore = Timestamp(numericDate: json["nbf"]), let expiresAt = Timestamp(numericDate: json["exp"]),
      let graceUntil = Timestamp(numericDate: json["grace_until"]), issuedAt <= expiresAt, expiresAt <= graceUntil,
      let fingerprintHash = json["fpr"]?.stringValue, fingerprintHash.utf8.count == 64,
      let status = json["status"]?.stringValue.flatMap(LicenseStatus.init),
      let entitlements = Entitlements(members: json)
    else { return nil }
    self.issuer = issuer
    self.audience = audience
    self.licenseID = licenseID
    self.id = id
    self.sequence = sequence
    self.issuedAt = issuedAt
    self.notBefore = notBefore
    self.expiresAt = expiresAt
    self.graceUntil = graceUntil
    self.fingerprintHash = fingerprintHash
    self.status = status
    self.entitlements = entitlements
    branding = json["branding"].flatMap(Branding.init(json:))
  }
}

extension Timestamp {
  /// RFC 7519's NumericDate in whole seconds, years 1970 to 9999.
  init?(numericDate: JSONValue?) {
    guard let seconds = numericDate?.intValue, (0...253_402_300_799).contains(seconds) else { return nil }
    self.init(seconds: seconds)
  }
}
