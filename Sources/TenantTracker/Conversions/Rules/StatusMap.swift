public import Core

/// What a network's status words mean: its own mapping first, then the words everybody uses.
public struct StatusMap: Sendable, Hashable {
  private var overrides: [String: ConversionStatus] = [:]

  /// The common words alone.
  public static let standard = StatusMap()

  public init() {}

  /// From a network's `status_map`: `{"their word": "sale"}`. Members that name no status are left out.
  public init(_ json: JSONValue) {
    for member in json.objectValue?.members ?? [] {
      guard let status = member.value.stringValue.flatMap(ConversionStatus.init(rawValue:)) else { continue }
      overrides[member.key.trimmed.normalizedWord] = status
    }
  }

  /// Nil for a word that nobody has mapped.
  public subscript(word: String) -> ConversionStatus? {
    let word = word.trimmed.normalizedWord
    return overrides[word] ?? Self.common[word]
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
        "review", "in_review", "moderation", "unconfirmed",
      ],
      .rejected: [
        "rejected", "reject", "declined", "decline", "denied", "cancelled", "canceled", "cancel", "refused", "refunded",
        "refund", "chargeback", "charged_back", "reversed", "returned", "void", "voided", "failed", "disapproved",
      ],
      .trash: ["trash", "trashed", "spam", "duplicate", "double", "fraud", "fake", "invalid", "test", "junk"],
    ]
    return Dictionary(words.flatMap { status, words in words.map { ($0, status) } }) { first, _ in first }
  }()
}
