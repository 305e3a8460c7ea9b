import Core

/// Stripe's whole numbers of a currency's smallest unit: https://docs.stripe.com/currencies
enum StripeAmount {
  /// Counted in whole units. Not ISO 4217's list: Stripe counts ISK and UGX in hundredths, and MGA in whole ones.
  private static let undivided: Set<String> = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
  ]
  private static let thousandths: Set<String> = ["BHD", "JOD", "KWD", "OMR", "TND"]

  static func micros(_ count: Int64, _ currency: Currency) -> Micros? {
    let factor: Int64 =
      if undivided.contains(currency.code) { 1_000_000 } else if thousandths.contains(currency.code) { 1_000 } else {
        10_000
      }
    let (value, overflowed) = count.multipliedReportingOverflow(by: factor)
    return overflowed || value < 0 ? nil : Micros(rawValue: value)
  }
}

extension OrderDocument {
  func stripeAmount(_ name: String, _ currency: Currency) throws(OrderReadingEnd) -> Micros {
    guard let amount = value[name]?.intValue.flatMap({ StripeAmount.micros($0, currency) }),
      amount <= .greatestAmount
    else { throw .refused(name, "must be an amount in the currency's smallest unit") }
    return amount
  }

  /// Stripe's reference to another object: its id, or the object itself where the sender expands it.
  func reference(_ name: String) -> String? { text(name) ?? self[name]?.text("id") }
}
