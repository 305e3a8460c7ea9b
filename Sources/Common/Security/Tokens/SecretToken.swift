import Core
import Crypto

/// A random bearer secret: session, API key, invitation, password reset. Shown once; only its ``TokenHash`` is kept.
public struct SecretToken: Sendable, CustomStringConvertible {
  /// What the holder presents: `<prefix>_<32 characters>`.
  public let text: String

  /// A new token of 192 random bits. The prefix (`tly`, `tly_key`, ...) lets people and secret scanners recognise it.
  public static func make(prefix: String = "tly") -> SecretToken {
    SecretToken(text: "\(prefix)_\(RandomBytes.make(24).base64url)")
  }

  public var hash: TokenHash { TokenHash(of: text) }

  /// The last four characters, to tell one token from another in a list.
  public var hint: String { String(text.suffix(4)) }

  /// Only the hint, so that a token doesn't slip into a log.
  public var description: String { "…\(hint)" }
}

/// The SHA-256 of a token: all that the database knows. Tokens have enough entropy that no slow hash is needed.
public struct TokenHash: Hashable, Sendable {
  public let bytes: [UInt8]

  public init(of token: String) { bytes = Array(SHA256.hash(data: Array(token.utf8))) }

  /// Nil unless 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// Compares in constant time.
  public func matches(_ token: String) -> Bool { ConstantTime.equal(bytes, TokenHash(of: token).bytes) }

  public static func == (left: TokenHash, right: TokenHash) -> Bool { ConstantTime.equal(left.bytes, right.bytes) }
}
