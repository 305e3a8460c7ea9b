import Core
import Licensing

/// What is decided on an instance's request, before it is signed.
struct LicenseDecision: Sendable {
  var verdict: LicenseVerdict
  var grant: LicenseGrant?
  var instanceID: Int64?
  /// The claims of the lease to give, if any.
  var lease: LeaseClaims?
  /// The newest lease's number after this request, 0 before the first.
  var sequence: Int64 = 0
  /// One sentence for the tracker's operator.
  var detail: String?
  var isCloneSuspected = false

  static let notFound = LicenseDecision(verdict: .notFound)

  /// The answer with lease and decision signed. The nonce and the key that was asked about come back inside the signed
  /// part, so that an old or foreign answer cannot be played again.
  func answer(key: String, nonce: String?, signer: LeaseSigner, at now: Timestamp) throws(JWSError) -> LicenseAnswer {
    let status = grant?.status(at: now)
    let word = SignedDecision(
      isValid: verdict.isValid, code: verdict.code, status: status, nonce: nonce, sequence: sequence, issuedAt: now,
      licenseKey: key)
    var token: String?
    if let lease { token = try signer.sign(lease) }
    return LicenseAnswer(
      isValid: verdict.isValid, code: verdict.code, license: grant.map { Self.summary($0, at: now) },
      instanceID: instanceID, lease: token, signed: try signer.sign(word),
      warnings: isCloneSuspected ? ["CLONE_SUSPECTED"] : [])
  }

  private static func summary(_ grant: LicenseGrant, at now: Timestamp) -> LicenseAnswer.License {
    LicenseAnswer.License(
      id: grant.id, status: grant.status(at: now), expiresAt: grant.expiresAt, entitlements: grant.entitlements)
  }
}
