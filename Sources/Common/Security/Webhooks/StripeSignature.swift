public import Core
import Crypto

/// `Stripe-Signature`: `t=<seconds>,v1=<hex>`, where v1 is there once per secret while one is being replaced.
/// https://docs.stripe.com/webhooks#verify-manually
public struct StripeSignature: Sendable, Hashable {
  /// How old a signature may be when it arrives, and how far our clocks may differ.
  public static let tolerance: Duration = .minutes(5)

  public let time: Timestamp
  private let codes: [[UInt8]]
  /// As sent: it is what was signed.
  private let stamp: String

  /// Nil for a header without a time or without a code of the first version.
  public init?(_ header: String) {
    var stamp: String?
    var codes: [[UInt8]] = []
    for item in header.split(separator: ",").prefix(Self.itemLimit) {
      let pair = item.split(separator: "=", maxSplits: 1)
      guard pair.count == 2 else { continue }
      switch pair[0].trimmed {
      case "t": stamp = pair[1].trimmed
      case "v1": if let code = [UInt8](hex: pair[1].trimmed) { codes.append(code) }
      default: break
      }
    }
    guard let stamp, let seconds = Int64(stamp), (0...99_999_999_999).contains(seconds), !codes.isEmpty else {
      return nil
    }
    self.stamp = stamp
    self.codes = codes
    time = Timestamp(seconds: seconds)
  }

  /// More parts than any header of Stripe's has.
  private static let itemLimit = 32

  /// Whether one of the keys signed these bytes, in a time that tells nothing of the keys.
  /// - Parameter arrival: when the event came, be it that it is looked at much later.
  public func isValid(for body: [UInt8], keys: [String], at arrival: Timestamp) -> Bool {
    guard time >= arrival - Self.tolerance, time <= arrival + Self.tolerance else { return false }
    let message = Array("\(stamp).".utf8) + body
    return keys.contains { key in
      let expected = Array(
        HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Array(key.utf8))))
      return codes.contains { ConstantTime.equal($0, expected) }
    }
  }
}
