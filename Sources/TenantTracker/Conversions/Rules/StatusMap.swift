public import Core

/// What a network's status words mean: its own mapping first, then the words everybody uses.
public struct StatusMap: Sendable, Hashable {
  private var overrides: [String: ConversionStatus] = [:]
  /// Words that a network means in the scheme's sense.
  private var schemeOverrides: [String: SchemeStatus] = [:]

  /// The common words alone.
  public static let standard = StatusMap()

  public init() {}

  /// From a network's `status_map`: `{"their word": "sale"}`, where the value is a status or one of the scheme's. Members
  /// that name neither are left out.
  public init(_ json: JSONValue) {
    for member in json.objectValue?.members ?? [] {
      let (word, meaning) = (member.key.trimmed.normalizedWord, member.value.stringValue ?? "")
      schemeOverrides[word] = SchemeStatus(rawValue: meaning)
      overrides[word] = ConversionStatus(rawValue: meaning) ?? schemeOverrides[word]?.status
    }
  }

  /// Nil for a word that nobody has mapped.
  public subscript(word: String) -> ConversionStatus? {
    let word = Self.key(word)
    return overrides[word] ?? Self.common[word]
  }

  /// How words are compared: in lower case, and `On-Hold` is `on_hold`.
  public static func key(_ word: String) -> String { word.trimmed.normalizedWord }

  /// The words everybody uses and what they mean.
  public static var commonWords: [ConversionStatus: [String]] {
    Dictionary(grouping: common.keys.sorted()) { common[$0] ?? .hold }
  }

  /// What a word says of the order, as far as it says more than its status.
  public func scheme(_ word: String) -> SchemeStatus? {
    let word = word.trimmed.normalizedWord
    return schemeOverrides[word] ?? SchemeStatus(word: word)
  }

  private static let common: [String: ConversionStatus] = {
    let words: [ConversionStatus: [String]] = [
      .sale: [
        "sale", "approved", "approve", "accepted", "confirmed", "confirm", "paid", "payed", "completed", "complete",
        "success", "successful", "purchase", "purchased", "converted", "conversion", "valid", "validated", "deposit",
        "ftd", "rebill", "upsell", "qualified",
      ],
      .lead: ["lead", "new", "registration", "reg", "signup", "sign_up"],
      .hold: [
        "hold", "on_hold", "onhold", "held", "pending", "processing", "in_process", "in_progress", "wait", "waiting",
        "review", "in_review", "moderation", "unconfirmed", "cart", "add_to_cart", "in_cart", "checkout",
        "initiate_checkout", "checkout_started",
      ],
      .rejected: [
        "rejected", "reject", "declined", "decline", "denied", "cancelled", "canceled", "cancel", "refused", "refunded",
        "refund", "chargeback", "charge_back", "charged_back", "dispute", "disputed", "reversed", "returned", "void",
        "voided", "failed", "disapproved",
      ],
      .trash: ["trash", "trashed", "spam", "duplicate", "double", "fraud", "fake", "invalid", "test", "junk"],
    ]
    return Dictionary(words.flatMap { status, words in words.map { ($0, status) } }) { first, _ in first }
  }()
}
