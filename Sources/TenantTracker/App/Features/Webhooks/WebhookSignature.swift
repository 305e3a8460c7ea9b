import Core
import Crypto
import Foundation
import Security

/// HMAC-SHA256 of a webhook's raw body, compared in a time that tells nothing of it.
enum WebhookSignature {
  static func code(of message: some Sequence<UInt8>, key: String) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array(message), using: SymmetricKey(data: Array(key.utf8))))
  }

  /// Whether one of the keys made this code, written in base64.
  static func isValid(base64 code: String, of body: [UInt8], keys: [String]) -> Bool {
    guard let given = Data(base64Encoded: code) else { return false }
    return keys.contains { ConstantTime.equal(self.code(of: body, key: $0), Array(given)) }
  }

  /// Whether a text is one of the keys.
  static func isKey(_ text: String, keys: [String]) -> Bool {
    // Hashed first: the lengths of keys are not told, either.
    let given = Array(SHA256.hash(data: Array(text.utf8)))
    return keys.contains { ConstantTime.equal(Array(SHA256.hash(data: Array($0.utf8))), given) }
  }
}
