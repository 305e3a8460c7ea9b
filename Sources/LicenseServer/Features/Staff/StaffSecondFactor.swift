import Core
import Security

/// A member's authenticator as it is stored, and the recovery codes for the day it is lost.
struct StaffSecondFactor: Sendable {
  let sealedSecret: String
  /// The time step of the last code that was used: a code works once.
  let lastStep: Int64?
  /// Of the codes that are left, hexadecimal.
  let recoveryHashes: [String]

  /// What a typed code is.
  enum Match: Sendable, Hashable {
    case step(Int64)
    case recovery(hash: String)
  }

  /// Nil when it is neither a current one-time code nor an unused recovery code. Nothing is used up yet.
  func match(_ code: String, of member: Int64, box: SecretBox, at now: Timestamp) throws -> Match? {
    let secret = try box.open(sealedSecret, for: Self.sealingContext(member: member))
    if let step = TOTP(secret: secret)?.acceptedStep(of: code, at: now, lastAccepted: lastStep) { return .step(step) }
    let hashes = recoveryHashes.compactMap { [UInt8](hex: $0).flatMap(TokenHash.init(bytes:)) }
    return RecoveryCode.match(code, among: hashes).map { .recovery(hash: hashes[$0].bytes.hex) }
  }

  /// What the sealed secret is bound to.
  static func sealingContext(member: Int64) -> String { "staff.totp_secret:\(member)" }

  static let required = Problem(
    status: 401, code: "totp_required", title: "One-time code needed",
    detail: "Send the six digits of your authenticator, or a recovery code, as `totp`.")
}
