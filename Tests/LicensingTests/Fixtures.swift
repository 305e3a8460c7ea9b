import Core
import Foundation
import Testing

@testable import Licensing

/// A licence server's side of the conversation, at times the tests choose.
struct Vendor {
  static let start = Timestamp(seconds: 1_795_255_200)  // 2026-11-21T10:00:00Z
  static let fingerprint = "instance-1"
  static let licenseKey = "0b0e1c9e-52d6-4f0c-9f0a-2f7d5c7f1a11"

  let ring: SigningKeyRing
  let key: SigningKey

  init() throws {
    key = SigningKey.generate(at: Vendor.start)
    ring = try #require(SigningKeyRing([key]))
  }

  var verifier: LeaseVerifier { LeaseVerifier(keys: ring.publicKeys(at: Vendor.start)) }

  func claims(
    sequence: Int64 = 1, at time: Timestamp = Vendor.start, lifetime: Duration = LeaseTerms.lifetime,
    plan: DocumentedPlan = .pro, status: LicenseStatus = .active, licenseID: String = "42"
  ) -> LeaseClaims {
    LeaseClaims(
      licenseID: licenseID, id: "lease-\(sequence)", sequence: sequence, issuedAt: time, lifetime: lifetime,
      fingerprint: Vendor.fingerprint, status: status, entitlements: Entitlements(plan))
  }

  func lease(
    sequence: Int64 = 1, at time: Timestamp = Vendor.start, lifetime: Duration = LeaseTerms.lifetime,
    plan: DocumentedPlan = .pro, status: LicenseStatus = .active, licenseID: String = "42"
  ) throws -> VerifiedLease {
    let claims = claims(
      sequence: sequence, at: time, lifetime: lifetime, plan: plan, status: status, licenseID: licenseID)
    return try verifier.lease(try LeaseSigner(ring).sign(claims), fingerprint: Vendor.fingerprint)
  }

  func decision(
    _ code: LicenseCode, valid: Bool = false, status: LicenseStatus? = nil, sequence: Int64 = 1,
    at time: Timestamp = Vendor.start
  ) throws -> VerifiedDecision {
    let decision = SignedDecision(
      isValid: valid, code: code, status: status, nonce: "n", sequence: sequence, issuedAt: time,
      licenseKey: Vendor.licenseKey)
    return try verifier.decision(
      try LeaseSigner(ring).sign(decision), nonce: "n", licenseKey: Vendor.licenseKey)
  }
}

/// A folder that is gone when its test is over.
final class TemporaryFolder: Sendable {
  let path = FileManager.default.temporaryDirectory.path + "/trackily-\(RandomBytes.make(8).hex)"

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
