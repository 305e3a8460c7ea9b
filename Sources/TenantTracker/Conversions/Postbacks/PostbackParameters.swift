public import Core

/// What a postback says, whatever its network calls things and however it sends them.
public struct PostbackParameters: Sendable, Hashable {
  /// What could be a click of ours, in order of precedence; empty when ids were sent but none has the form of ours.
  public var clickIDs: [ClickID]
  /// Nil when the network left it to the offer.
  public var payout: Micros?
  /// Of the payout. ``Currency/unreadable`` for a code that is none, which no rate will ever match.
  public var currency: Currency?
  /// The network's word for the state of things, as sent.
  public var statusWord: String?
  public var transactionID: String?
  public var type: ConversionType
  /// By `conversion_type`; else the type is what a goal or event is called, and a goal of the offer may know better.
  public var isTypeNamed: Bool
  public var goal: String?
  /// What may name one of the offer's goals, in order of precedence.
  public var goalWords: [String]

  /// - Throws: ``PostbackFault`` when there is no click id at all, or a payout that is no amount.
  public init(_ hit: PostbackHit) throws(PostbackFault) {
    let fields = try PostbackFields(hit)
    let candidates = PostbackRole.clickID.names.compactMap { fields[$0]?.value }
    guard !candidates.isEmpty else { throw .noClickID }
    clickIDs = []
    for id in candidates.compactMap({ ClickID($0) }) where id.isVersion7 && !clickIDs.contains(id) {
      clickIDs.append(id)
    }
    payout = try fields.first(.payout).map { field throws(PostbackFault) in try Self.amount(field) }
    currency = fields.first(.currency).map { Currency($0.value) ?? .unreadable }
    statusWord = fields.first(.status)?.value.limited(to: 255)
    transactionID = (fields.first(.transactionID)?.value).map(Self.key)
    type = fields.first(.type).map { ConversionType(word: $0.value) } ?? .sale
    isTypeNamed = fields["conversion_type"] != nil
    goal = fields.first(.goal)?.value.limited(to: 255)
    goalWords = [goal, fields["event"]?.value].compactMap { $0 }
  }

  private static func amount(_ field: PostbackFields.Field) throws(PostbackFault) -> Micros {
    guard let amount = Micros(field.value) else {
      throw .badParameter(name: field.name.limited(to: 40), reason: "must be a decimal amount such as 10.50")
    }
    guard amount >= .zero, amount <= .greatestAmount else {
      throw .badParameter(name: field.name.limited(to: 40), reason: "must be 0 to \(Micros.greatestAmount)")
    }
    return amount
  }

  /// A transaction id that fits an index entry. A longer one keeps its start and gets a checksum of the whole, so that
  /// different ids stay different.
  private static func key(_ text: String) -> String {
    guard text.unicodeScalars.count > 255 else { return text }
    var checksum: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
    for byte in text.utf8 { checksum = (checksum ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return "\(text.limited(to: 238))~\(String(checksum, radix: 16))"
  }
}

extension Currency {
  /// ISO 4217's code for "no currency".
  public static let unreadable = Currency("XXX") ?? .usd
}

extension String {
  func limited(to count: Int) -> String {
    utf8.count <= count ? self : String(unicodeScalars.prefix(count))
  }
}
