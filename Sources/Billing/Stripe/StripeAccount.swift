/// Whose Stripe account is used, and where Stripe is. Its description tells nothing secret.
public struct StripeAccount: Sendable, CustomStringConvertible {
  /// Money is real in one of them only, and neither knows what the other has.
  public enum Mode: String, Sendable {
    case test, live
  }

  /// Without a trailing slash: `https://api.stripe.com`.
  public let baseURL: String
  public let mode: Mode
  let secretKey: String

  /// Nil unless the key is a secret or restricted one: `sk_test_…`, `rk_live_…`.
  public init?(secretKey: String, baseURL: String = "https://api.stripe.com") {
    let parts = secretKey.split(separator: "_", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, ["sk", "rk"].contains(parts[0]), let mode = Mode(rawValue: String(parts[1])),
      (4...255).contains(parts[2].utf8.count),
      parts[2].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x5F })
    else { return nil }
    self.secretKey = secretKey
    self.mode = mode
    self.baseURL = baseURL
  }

  public var description: String { "StripeAccount(\(mode.rawValue))" }
}
