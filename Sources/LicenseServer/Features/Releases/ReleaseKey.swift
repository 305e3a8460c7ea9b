import Core
import Crypto
import Foundation

/// The public half of the vendor's release key. The private half never comes near this server.
struct ReleaseKey: Sendable {
  /// As customers get it.
  let pem: String
  /// SHA-256 of the key as in the PEM, hexadecimal.
  let fingerprint: String
  private let key: Curve25519.Signing.PublicKey

  /// What stands before the 32 bytes of an Ed25519 key in X.509 (RFC 8410).
  private static let header = [UInt8](hex: "302a300506032b6570032100") ?? []

  /// Nil unless `text` is one Ed25519 public key in PEM.
  init?(pem text: String) {
    let lines = text.split(whereSeparator: \.isNewline).map(\.trimmed).filter { !$0.isEmpty }
    guard lines.count >= 3, lines.first == "-----BEGIN PUBLIC KEY-----", lines.last == "-----END PUBLIC KEY-----",
      let document = Data(base64Encoded: lines.dropFirst().dropLast().joined()),
      document.count == Self.header.count + 32, Array(document.prefix(Self.header.count)) == Self.header,
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: document.suffix(32))
    else { return nil }
    self.key = key
    pem = lines.joined(separator: "\n") + "\n"
    fingerprint = Array(SHA256.hash(data: document)).hex
  }

  func isValid(_ signature: [UInt8], for text: String) -> Bool {
    signature.count == 64 && key.isValidSignature(signature, for: Array(text.utf8))
  }
}

extension SignedManifest {
  var signatureBase64: String { Data(signature).base64EncodedString() }
}
