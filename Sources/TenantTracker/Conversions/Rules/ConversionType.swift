/// What kind of event a conversion is. The four of the documents have rules of their own; any other name is a custom type.
public struct ConversionType: RawRepresentable, Sendable, Hashable {
  /// Lower case, at most 64 characters, no blanks.
  public let rawValue: String

  /// A type as stored.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// A type as a network names it.
  public init(word: String) {
    let name = word.normalizedWord
    rawValue = Self.synonyms[name] ?? name.limited(to: 64)
  }

  public static let sale = ConversionType(rawValue: "sale")
  public static let lead = ConversionType(rawValue: "lead")
  public static let upsell = ConversionType(rawValue: "upsell")
  public static let rebill = ConversionType(rawValue: "rebill")

  /// Whether it follows a sale of the same click: it adds to revenue, but a click that sold once did not sell twice.
  public var isFollowUp: Bool { self == .upsell || self == .rebill }

  private static let synonyms = [
    "conversion": "sale", "purchase": "sale", "order": "sale", "recurring": "rebill", "renewal": "rebill",
    "cross_sell": "upsell", "up_sell": "upsell", "first_time_deposit": "ftd", "first_deposit": "ftd",
    "qualification": "qualified",
    "revshare": "revenue_share", "rev_share": "revenue_share",
  ]
}

extension String {
  /// Lower case, with `_` for blanks and hyphens: `On-Hold` and `on hold` are the same word.
  var normalizedWord: String {
    String(lowercased().map { $0 == "-" || $0.isWhitespace ? "_" : $0 })
  }
}
