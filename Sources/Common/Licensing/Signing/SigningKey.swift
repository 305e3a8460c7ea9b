public import Core
import Crypto

/// An Ed25519 private key of the licence server, and since when it is there.
public struct SigningKey: Sendable, CustomStringConvertible {
  private let privateKey: Curve25519.Signing.PrivateKey
  public let createdAt: Timestamp
  /// When a newer key took over; nil for the one that signs.
  public internal(set) var retiredAt: Timestamp?
  /// Until when a retired key is still published.
  public internal(set) var publishedUntil: Timestamp?

  public static func generate(at now: Timestamp) -> SigningKey {
    SigningKey(privateKey: Curve25519.Signing.PrivateKey(), createdAt: now)
  }

  private init(privateKey: Curve25519.Signing.PrivateKey, createdAt: Timestamp) {
    self.privateKey = privateKey
    self.createdAt = createdAt
  }

  /// From the 32 bytes of RFC 8032's private key; nil for another length.
  public init?(seed: [UInt8], createdAt: Timestamp) {
    guard let privateKey = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
    self.init(privateKey: privateKey, createdAt: createdAt)
  }

  public var id: String { verificationKey.id }
  public var verificationKey: VerificationKey { VerificationKey(privateKey.publicKey) }

  /// 64 bytes.
  func signature(for message: [UInt8]) throws(JWSError) -> [UInt8] {
    do {
      return Array(try privateKey.signature(for: message))
    } catch {
      throw .signingFailed
    }
  }

  public var description: String { "SigningKey(\(id))" }
}

extension SigningKey {
  /// The private JWK that is kept in the key's file.
  var fileJSON: JSONValue {
    [
      "kty": "OKP", "crv": "Ed25519", "kid": .string(id), "x": .string(verificationKey.publicKey.base64url),
      "d": .string(Array(privateKey.rawRepresentation).base64url), "created_at": JSONValue(createdAt),
      "retired_at": JSONValue(retiredAt), "published_until": JSONValue(publishedUntil),
    ]
  }

  /// Nil unless the private key, the public key and the id belong together.
  init?(fileJSON json: JSONValue) {
    guard let published = VerificationKey(json: json),
      let seed = json["d"]?.stringValue.flatMap({ [UInt8](base64url: $0) }),
      let created = json["created_at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
      let key = SigningKey(seed: seed, createdAt: created), key.verificationKey == published
    else { return nil }
    self = key
    retiredAt = json["retired_at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    publishedUntil = json["published_until"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    guard (retiredAt == nil) == (publishedUntil == nil) else { return nil }
  }
}
