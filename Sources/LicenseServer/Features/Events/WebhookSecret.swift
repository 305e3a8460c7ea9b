import Core
import Crypto
import FoundationEssentials

/// What an endpoint checks signatures with, as Standard Webhooks writes it: `whsec_` and the key's base 64.
/// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
struct WebhookSecret: Sendable {
  let text: String
  private let key: SymmetricKey

  static let prefix = "whsec_"

  /// A new one of 256 random bits.
  static func make() -> WebhookSecret {
    let bytes = RandomBytes.make(32)
    return WebhookSecret(text: prefix + Data(bytes).base64EncodedString(), key: SymmetricKey(data: bytes))
  }

  private init(text: String, key: SymmetricKey) {
    self.text = text
    self.key = key
  }

  /// Nil unless it holds 24 to 64 bytes.
  init?(_ text: String) {
    guard text.hasPrefix(Self.prefix), let bytes = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
      (24...64).contains(bytes.count)
    else { return nil }
    self.init(text: text, key: SymmetricKey(data: bytes))
  }

  /// `v1,` and the base 64 of the HMAC-SHA256 over id, timestamp (seconds since 1970) and body.
  func signature(id: String, timestamp: Int64, body: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Data("\(id).\(timestamp).\(body)".utf8), using: key)
    return "v1,\(Data(code).base64EncodedString())"
  }

  /// What the sealed secret is bound to, so that it does not open in another row.
  static func sealingContext(endpoint: Int64) -> String { "webhook_endpoints.secret:\(endpoint)" }
}
