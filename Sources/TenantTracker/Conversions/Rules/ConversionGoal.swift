public import Core

/// Something an offer pays for besides its conversion, such as a deposit after a registration.
public struct ConversionGoal: Sendable, Hashable {
  public enum Pay: Sendable, Hashable {
    /// In the offer's currency, unless it has one of its own.
    case amount(Micros, Currency?)
    /// Percent of what the network says the order is worth; where it says nothing, of the offer's payout.
    case percent(Micros)
  }

  /// What `goal` or `event` say in a postback, as ``key(_:)`` spells it.
  public var word: String
  public var name: String
  /// Nil: what the network says, else the offer's payout.
  public var pay: Pay?
  /// The type of its conversions, unless the postback names one; nil leaves that to the word.
  public var type: ConversionType?

  public init(word: String, name: String, pay: Pay?, type: ConversionType?) {
    self.word = word
    self.name = name
    self.pay = pay
    self.type = type
  }

  /// Words are compared in lower case, and `First deposit` is `first_deposit`.
  public static func key(_ word: String) -> String { word.trimmed.normalizedWord.limited(to: 100) }

  /// What a conversion pays.
  /// - Parameters:
  ///   - named: by the hit.
  ///   - offer: what the offer pays.
  ///   - standard: of an amount without a currency where the offer has none.
  public func payout(named: Money?, offer: Money?, standard: Currency) -> Money? {
    switch pay {
    case .amount(let amount, let currency)?:
      named ?? Money(amount, currency ?? offer?.currency ?? standard)
    case .percent(let percent)?: (named ?? offer).map { Money(percent.percent(of: $0.amount), $0.currency) }
    case nil: named
    }
  }
}

extension Micros {
  /// So many percent of the amount, rounded half to even.
  func percent(of amount: Micros) -> Micros { amount.share(percent: self) }
}
