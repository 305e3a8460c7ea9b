import Billing
import Core

/// How Stripe is reached and how its webhooks are recognised. Without a secret key there is none of it: invoices are
/// paid by transfer and staff say so.
struct StripeSettings: Sendable {
  let account: StripeAccount
  /// Any of them may have signed an event: while a secret is being replaced there are two.
  let webhookSecrets: [String]

  static let standardURL = "https://api.stripe.com"

  /// `STRIPE_SECRET_KEY`, `STRIPE_WEBHOOK_SECRET` and `STRIPE_BASE_URL`; nil without any of them.
  static func read(_ reader: inout EnvironmentReader) -> StripeSettings? {
    let baseURL = reader.optional("STRIPE_BASE_URL", default: standardURL, "an http or https URL") { text -> String? in
      guard WebURL.isAbsolute(text) else { return nil }
      return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
    let (key, signing) = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
    let isWanted = reader.optional(key, keyForm) { $0 } != nil
    guard isWanted || reader.optional(signing, signingForm, parse: { $0 }) != nil else { return nil }
    // One without the other is a fault: payments would never be booked, or nobody could pay.
    let account = reader.required(key, keyForm) { StripeAccount(secretKey: $0, baseURL: baseURL) }
    let webhookSecrets = reader.required(signing, signingForm, parse: secrets)
    guard let account, let webhookSecrets else { return nil }
    // Plain HTTP is for stand-ins: a real key must not be readable on the way.
    if account.mode == .live, baseURL.lowercased().hasPrefix("http://") {
      reader.fault("STRIPE_BASE_URL is wrong: with a live key it must be an https URL")
    }
    return StripeSettings(account: account, webhookSecrets: webhookSecrets)
  }

  private static let keyForm = "a secret key (sk_test_…, sk_live_…) or a restricted one (rk_…)"
  private static let signingForm = "a signing secret (whsec_…), or several with commas between them"

  private static func secrets(_ text: String) -> [String]? {
    let secrets = text.split(separator: ",").map(\.trimmed)
    let areValid = secrets.allSatisfy {
      $0.hasPrefix("whsec_") && (12...255).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
    return areValid && (1...10).contains(secrets.count) ? secrets : nil
  }
}
