import Core
import Crypto

/// Encrypts secrets at rest with AES-256-GCM under keys derived from `SECRET_KEY`.
///
/// The text form is `v1.<base64url of key id (4) · nonce (12) · ciphertext · tag (16)>`. The context (for instance
/// `networks.api_token:17`) is authenticated with it, so a value copied into another row doesn't open there.
public struct SecretBox: Sendable {
  public enum Fault: Error, Hashable, Sendable {
    /// Not one of our texts.
    case malformed
    /// Sealed with a key that is not among ours.
    case unknownKey
    /// Altered, or sealed for another context.
    case notAuthentic
  }

  private struct Key {
    let id: [UInt8]
    let symmetric: SymmetricKey

    init(_ secret: SecretKey) {
      symmetric = secret.derived("secret box v1")
      id = Array(secret.derivedKey(for: "secret box v1 key id").prefix(4))
    }
  }

  private let current: Key
  private let former: [Key]

  /// Seals with `key`; opens with it and with the `former` keys, which is how a key is rotated.
  public init(key: SecretKey, former: [SecretKey] = []) {
    current = Key(key)
    self.former = former.map { Key($0) }
  }

  public func seal(_ secret: String, for context: String) throws(Fault) -> String {
    try seal(Array(secret.utf8), for: context)
  }

  public func seal(_ secret: [UInt8], for context: String) throws(Fault) -> String {
    let sealed: AES.GCM.SealedBox
    do {
      sealed = try AES.GCM.seal(
        secret, using: current.symmetric, authenticating: Self.associatedData(current.id, context))
    } catch {
      throw .malformed
    }
    guard let combined = sealed.combined else { throw .malformed }
    return "v1.\((current.id + Array(combined)).base64url)"
  }

  public func open(_ text: String, for context: String) throws(Fault) -> [UInt8] {
    let bytes = try Self.payload(of: text)
    let id = Array(bytes.prefix(4))
    guard let key = ([current] + former).first(where: { $0.id == id }) else { throw .unknownKey }
    do {
      let box = try AES.GCM.SealedBox(combined: bytes.dropFirst(4))
      return Array(
        try AES.GCM.open(box, using: key.symmetric, authenticating: Self.associatedData(id, context)))
    } catch {
      throw .notAuthentic
    }
  }

  /// The same for text; ``Fault/notAuthentic`` if the content is no UTF-8.
  public func openText(_ text: String, for context: String) throws(Fault) -> String {
    guard let string = String(validating: try open(text, for: context), as: UTF8.self) else { throw .notAuthentic }
    return string
  }

  /// Whether the text was sealed with a former key and should be sealed anew.
  public func needsResealing(_ text: String) -> Bool {
    (try? Self.payload(of: text)).map { Array($0.prefix(4)) != current.id } ?? false
  }

  private static func payload(of text: String) throws(Fault) -> [UInt8] {
    guard text.hasPrefix("v1."), let bytes = [UInt8](base64url: text.dropFirst(3)), bytes.count >= 4 + 12 + 16 else {
      throw .malformed
    }
    return bytes
  }

  private static func associatedData(_ id: [UInt8], _ context: String) -> [UInt8] {
    Array("trackily secret box v1:".utf8) + id + Array(context.utf8)
  }
}
