public import Core
import Crypto

/// An Ed25519 public key (RFC 8037) under the name that its own thumbprint gives it.
public struct VerificationKey: Sendable, Hashable {
  /// RFC 7638's thumbprint of the key.
  public let id: String
  /// 32 bytes.
  public let publicKey: [UInt8]

  /// Nil unless the bytes are a point of the curve's encoding.
  public init?(publicKey: [UInt8]) {
    guard publicKey.count == 32, (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil else {
      return nil
    }
    self.publicKey = publicKey
    id = VerificationKey.thumbprint(of: publicKey)
  }

  init(_ key: Curve25519.Signing.PublicKey) {
    publicKey = Array(key.rawRepresentation)
    id = VerificationKey.thumbprint(of: publicKey)
  }

  func isValid(signature: [UInt8], for message: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: message)
  }

  /// A public JWK.
  public var json: JSONValue {
    [
      "kty": "OKP", "crv": "Ed25519", "x": .string(publicKey.base64url), "kid": .string(id), "use": "sig",
      "alg": "EdDSA",
    ]
  }

  /// Nil for other kinds of keys, and when the `kid` is not the key's thumbprint.
  public init?(json: JSONValue) {
    guard json["kty"]?.stringValue == "OKP", json["crv"]?.stringValue == "Ed25519",
      let x = json["x"]?.stringValue.flatMap({ [UInt8](base64url: $0) }), let key = VerificationKey(publicKey: x),
      json["kid"]?.stringValue == key.id
    else { return nil }
    self = key
  }

  /// The members that RFC 7638 asks for, in the order of their names and without blanks.
  private static func thumbprint(of publicKey: [UInt8]) -> String {
    let members = #"{"crv":"Ed25519","kty":"OKP","x":"\#(publicKey.base64url)"}"#
    return SHA256.hash(data: Array(members.utf8)).base64url
  }
}

/// A set of public keys as `/.well-known/jwks.json` has it.
public struct JWKS: Sendable, Hashable {
  public let keys: [VerificationKey]

  public init(_ keys: [VerificationKey]) { self.keys = keys }

  public subscript(id: String) -> VerificationKey? { keys.first { $0.id == id } }

  public var json: JSONValue { ["keys": .array(keys.map(\.json))] }

  /// Keys of kinds we don't know are passed over; nil when the document is no key set or none of its keys is ours.
  public init?(json: JSONValue) {
    guard let entries = json["keys"]?.arrayValue, entries.count <= 100 else { return nil }
    let keys = entries.compactMap(VerificationKey.init(json:))
    guard !keys.isEmpty else { return nil }
    self.init(keys)
  }
}
