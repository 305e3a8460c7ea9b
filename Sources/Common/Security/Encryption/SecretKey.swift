import Core
import Crypto

/// The installation's `SECRET_KEY`: the root from which every symmetric key is derived, one for each purpose.
public struct SecretKey: Sendable, CustomStringConvertible {
  private let root: SymmetricKey

  /// At least 32 characters that nobody can guess, for instance from `openssl rand -base64 32`.
  public init?(_ text: String) {
    let text = text.trimmed
    guard text.utf8.count >= 32, Set(text.utf8).count >= 8 else { return nil }
    root = SymmetricKey(data: Array(text.utf8))
  }

  /// Text for a new key: 256 random bits.
  public static func generateText() -> String { RandomBytes.make(32).base64url }

  /// 32 bytes for one purpose (HKDF-SHA256); another purpose gives unrelated bytes.
  public func derivedKey(for purpose: String) -> [UInt8] { derived(purpose).withUnsafeBytes { Array($0) } }

  /// HMAC-SHA256 of `message` under the key of `purpose`.
  public func authenticationCode(of message: some Sequence<UInt8>, for purpose: String) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array(message), using: derived(purpose)))
  }

  func derived(_ purpose: String) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: root, salt: Array("trackily".utf8), info: Array(purpose.utf8), outputByteCount: 32)
  }

  public var description: String { "SecretKey(hidden)" }
}
