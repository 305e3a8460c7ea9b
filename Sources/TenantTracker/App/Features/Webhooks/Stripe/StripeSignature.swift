import Core
import Security

/// `Stripe-Signature`: `t=<seconds>,v1=<hex>`, where v1 is there once per secret while one is being replaced.
/// https://docs.stripe.com/webhooks#verify-manually
struct StripeSignature: Sendable, Hashable {
  /// How old a signature may be when it arrives, and how far our clocks may differ.
  static let tolerance: Duration = .minutes(5)

  let time: Timestamp
  private let codes: [[UInt8]]
  /// As sent: it is what was signed.
  private let stamp: String

  init?(_ header: String) {
    var stamp: String?
    var codes: [[UInt8]] = []
    for item in header.split(separator: ",") {
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

  /// - Parameter arrival: when the event came, be it that it is looked at much later.
  func isValid(for body: [UInt8], keys: [String], at arrival: Timestamp) -> Bool {
    guard time >= arrival - Self.tolerance, time <= arrival + Self.tolerance else { return false }
    return keys.contains { key in
      let expected = WebhookSignature.code(of: Array("\(stamp).".utf8) + body, key: key)
      return codes.contains { ConstantTime.equal($0, expected) }
    }
  }
}
