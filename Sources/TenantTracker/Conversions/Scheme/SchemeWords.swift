import Core

extension SchemeStatus {
  /// What a network's or shop's word says of the order. Nil where it says no more than its status does.
  public init?(word: String) {
    guard let status = Self.words[word.trimmed.normalizedWord] else { return nil }
    self = status
  }

  private static let words: [String: SchemeStatus] = {
    let words: [SchemeStatus: [String]] = [
      .cart: ["cart", "add_to_cart", "in_cart"],
      .checkout: ["checkout", "initiate_checkout", "checkout_started"],
      .pending: ["pending", "processing", "in_process", "in_progress", "wait", "waiting"],
      .onHold: ["on_hold", "onhold", "hold", "held", "review", "in_review", "moderation"],
      .refunded: ["refunded", "refund", "returned"],
      .chargeback: ["chargeback", "charge_back", "charged_back", "dispute", "disputed"],
      .cancelled: ["cancelled", "canceled", "cancel", "void", "voided"],
    ]
    return Dictionary(words.flatMap { status, words in words.map { ($0, status) } }) { first, _ in first }
  }()
}
