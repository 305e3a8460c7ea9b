public import Core

/// A price reduction that customers redeem by its code.
public struct Coupon: Hashable, Sendable, Identifiable {
  public enum Reduction: Hashable, Sendable {
    case percent(Rate)
    /// Off each invoice of a whole period, in its own currency only.
    case amount(Money)
  }

  public let id: Int64
  /// Upper case: `SPRING26`.
  public let code: String
  /// As it stands on the invoice.
  public let name: String
  public let reduction: Reduction
  /// How many periods it lowers; nil for all.
  public let periods: Int?
  /// How many customers may redeem it; nil for any number.
  public let maxRedemptions: Int?
  public let redemptions: Int
  /// Nil for no last day.
  public let redeemableUntil: Timestamp?
  public let isActive: Bool
  public let createdAt: Timestamp

  public init(
    id: Int64, code: String, name: String, reduction: Reduction, periods: Int?, maxRedemptions: Int?, redemptions: Int,
    redeemableUntil: Timestamp?, isActive: Bool, createdAt: Timestamp
  ) {
    self.id = id
    self.code = code
    self.name = name
    self.reduction = reduction
    self.periods = periods
    self.maxRedemptions = maxRedemptions
    self.redemptions = redemptions
    self.redeemableUntil = redeemableUntil
    self.isActive = isActive
    self.createdAt = createdAt
  }

  /// Why it is not taken at this time for something in this currency; nil when it is.
  public func refusal(at now: Timestamp, currency: Currency) -> CouponRefusal? {
    if !isActive { return .withdrawn }
    if let redeemableUntil, redeemableUntil <= now { return .late }
    if let maxRedemptions, redemptions >= maxRedemptions { return .exhausted }
    if case .amount(let money) = reduction, money.currency != currency { return .otherCurrency }
    return nil
  }

  /// What comes off `amount`, which is the price of `part` of a period: never more than the amount.
  func discount(on amount: Money, part: Proration = .whole) throws(MoneyFault) -> Money {
    switch reduction {
    case .percent(let rate): return try amount.at(rate)
    case .amount(let off):
      guard off.currency == amount.currency else { return .zero(amount.currency) }
      return try part.of(off).capped(at: amount)
    }
  }

  /// A code as customers type it, made ours: 3 to 40 letters, digits, dashes. Nil for anything else.
  public static func code(_ text: String) -> String? {
    let code = text.uppercased().filter { $0 != " " }
    return code.wholeMatch(of: /[0-9A-Z][0-9A-Z-]{2,39}/) == nil ? nil : code
  }
}

/// A coupon on a subscription.
public struct AppliedCoupon: Hashable, Sendable {
  public let couponID: Int64
  /// How many more periods it lowers; nil for all.
  public private(set) var periodsLeft: Int?

  public init(couponID: Int64, periodsLeft: Int?) {
    self.couponID = couponID
    self.periodsLeft = periodsLeft
  }

  public var appliesToNext: Bool { periodsLeft != 0 }

  mutating func useOne() {
    if let left = periodsLeft { periodsLeft = max(0, left - 1) }
  }
}
