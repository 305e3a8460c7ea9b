public import Core

public enum JWSError: Error, Hashable, Sendable {
  case tooLarge
  /// Not three canonical base64url parts, or a header that is no JSON object with text members where needed.
  case malformed
  /// Another algorithm than EdDSA; `none` above all.
  case algorithm
  /// Another kind of token than expected.
  case type
  /// The header demands extensions (`crit`), and we know none.
  case critical
  /// Signed with a key that is not in the set.
  case unknownKey
  case signature
  case signingFailed
}

/// JSON Web Signatures (RFC 7515, compact form) as strictly as two programs of one maker can have them: EdDSA with
/// Ed25519 only, the expected `typ`, and the key from our own set by `kid`. Keys and addresses of keys that a header
/// offers (`jwk`, `jku`, `x5c`, `x5u`) are never looked at (RFC 8725, 3.1, 3.10, 3.11).
public enum CompactJWS {
  /// Characters; ours have less than 4,000 without a logo in them, and less than 90,000 with one.
  public static let maxLength = 131_072

  public static func sign(_ payload: JSONValue, type: String, with key: SigningKey) throws(JWSError) -> String {
    let header: JSONValue = ["alg": "EdDSA", "kid": .string(key.id), "typ": .string(type)]
    let input = "\(header.utf8.base64url).\(payload.utf8.base64url)"
    return "\(input).\(try key.signature(for: Array(input.utf8)).base64url)"
  }

  /// The payload, once everything else has been checked.
  public static func verify(_ token: String, type: String, keys: JWKS) throws(JWSError) -> JSONValue {
    guard token.utf8.count <= maxLength else { throw .tooLarge }
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let headerBytes = [UInt8](base64url: parts[0]), let payload = [UInt8](base64url: parts[1]),
      let signature = [UInt8](base64url: parts[2]), let header = try? JSONValue.parse(headerBytes, maxDepth: 4),
      header.objectValue != nil
    else { throw .malformed }
    guard header["alg"]?.stringValue == "EdDSA" else { throw .algorithm }
    guard header["crit"] == nil else { throw .critical }
    guard header["typ"]?.stringValue == type else { throw .type }
    guard let id = header["kid"]?.stringValue, let key = keys[id] else { throw .unknownKey }
    guard signature.count == 64, key.isValid(signature: signature, for: Array("\(parts[0]).\(parts[1])".utf8)) else {
      throw .signature
    }
    guard let document = try? JSONValue.parse(payload) else { throw .malformed }
    return document
  }
}
