public import Core
import Crypto

/// Time-based one-time passwords (RFC 6238): SHA-1, 30 seconds, six digits, as every authenticator app has them.
public struct TOTP: Sendable, Hashable {
  /// The shared secret, 20 bytes when made here. Keep it in a ``SecretBox``.
  public let secret: [UInt8]

  static let period: Int64 = 30

  /// Nil for less than 128 bits (RFC 4226, R6).
  public init?(secret: [UInt8]) {
    guard secret.count >= 16 else { return nil }
    self.secret = secret
  }

  private init(freshSecret: [UInt8]) { secret = freshSecret }

  public static func generate() -> TOTP { TOTP(freshSecret: RandomBytes.make(20)) }

  /// The secret as a person types it into an app: groups of four, upper case.
  public var typedSecret: String {
    let characters = Array(secret.base32.uppercased())
    return stride(from: 0, to: characters.count, by: 4)
      .map { String(characters[$0..<min($0 + 4, characters.count)]) }.joined(separator: " ")
  }

  /// Reads what ``typedSecret`` wrote.
  public init?(typedSecret: String) {
    guard let secret = [UInt8](base32: typedSecret) else { return nil }
    self.init(secret: secret)
  }

  /// `otpauth://totp/...` for the QR code (Google Authenticator's key URI format).
  public func uri(issuer: String, account: String) -> String {
    let label = "\(PercentCoding.encodeComponent(issuer)):\(PercentCoding.encodeComponent(account))"
    let query = "secret=\(secret.base32.uppercased())&issuer=\(PercentCoding.encodeComponent(issuer))"
    return "otpauth://totp/\(label)?\(query)&algorithm=SHA1&digits=6&period=30"
  }

  /// The six digits valid at `time`.
  public func code(at time: Timestamp) -> String { code(step: Self.step(at: time)) }

  /// The time step that `code` belongs to, if it is the current one or a neighbour and later than `lastAccepted`;
  /// nil for a wrong or used code. Store the answer as the user's next `lastAccepted`: a code works once.
  public func acceptedStep(of code: String, at time: Timestamp, lastAccepted: Int64?) -> Int64? {
    let digits = code.filter { !$0.isWhitespace }
    guard digits.utf8.count == 6 else { return nil }
    let current = Self.step(at: time)
    var accepted: Int64?
    for step in current - 1...current + 1 where step > lastAccepted ?? -1 && step >= 0 {
      if ConstantTime.equal(self.code(step: step), digits) { accepted = accepted ?? step }
    }
    return accepted
  }

  static func step(at time: Timestamp) -> Int64 { time.seconds / period }

  /// HOTP (RFC 4226, 5.3) of the step.
  private func code(step: Int64) -> String {
    let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * Int64($0))) }
    let digest = Array(
      HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
    let offset = Int(digest[19] & 15)
    let word = digest[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
    let digits = String(word % 1_000_000)
    return String(repeating: "0", count: 6 - digits.utf8.count) + digits
  }
}
