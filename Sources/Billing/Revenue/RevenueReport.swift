public import Core

/// What the vendor earns, in one currency: how the recurring revenue moved month by month, and what came in.
public struct RevenueReport: Hashable, Sendable {
  public struct Month: Hashable, Sendable {
    /// `2026-11`, UTC.
    public let name: String
    /// The monthly recurring revenue when it began, and how it moved: losses are negative.
    public let opening: Money
    public let new: Money
    public let expansion: Money
    public let contraction: Money
    public let churn: Money
    public let reactivation: Money
    /// How many subscriptions came, and how many went.
    public let won: Int
    public let lost: Int
    /// How many there were when it began.
    public let openingCount: Int
    /// Payments that came in, and refunds that went out.
    public let collected: Money
    public let refunded: Money

    /// The monthly recurring revenue when it ended.
    public var closing: Money {
      get throws(MoneyFault) {
        try [opening, new, expansion, contraction, churn, reactivation].total(opening.currency)
      }
    }

    /// What part of the opening revenue was lost, in millionths; nil when there was none.
    public var revenueChurn: Int64? {
      guard opening.isPositive else { return nil }
      let lost = -(contraction.minorUnits + churn.minorUnits)
      return Money(minorUnits: lost, currency: opening.currency).ratio(to: opening)
    }

    /// What part of the subscriptions was lost, in millionths; nil when there was none.
    public var customerChurn: Int64? { openingCount > 0 ? Int64(lost) * 1_000_000 / Int64(openingCount) : nil }
  }

  public let currency: Currency
  /// The oldest first; the last one is still running.
  public let months: [Month]
  /// Subscriptions that bring money now.
  public let subscriptions: Int

  public var current: Month? { months.last }
}

/// Invoices that wait for money, by how long they are overdue.
public struct DueInvoices: Hashable, Sendable {
  public enum Age: String, CaseIterable, Sendable {
    case notDue = "not_due"
    case upTo30Days = "1_30"
    case upTo60Days = "31_60"
    case older = "61_and_more"

    public var title: String {
      switch self {
      case .notDue: "Not due yet"
      case .upTo30Days: "Up to 30 days"
      case .upTo60Days: "31 to 60 days"
      case .older: "61 days and more"
      }
    }
  }

  public let currency: Currency
  public let age: Age
  public let count: Int
  public let due: Money
}

/// A subscription whose payment is being asked for.
public struct DunningCase: Hashable, Sendable {
  public let subscriptionID: Int64
  public let customerID: Int64
  public let customerEmail: EmailAddress
  public let plan: String
  public let status: Subscription.Status
  public let unpaidSince: Timestamp
  public let due: Money
  /// How often it was tried to collect its oldest open invoice, and what came of the last time.
  public let attempts: Int
  public let lastMessage: String?

  public var nextAttempt: Timestamp? { Dunning.nextAttempt(after: attempts, since: unpaidSince) }
}

extension Money {
  /// In millionths of `whole`, which is above zero.
  fileprivate func ratio(to whole: Money) -> Int64 {
    Int64(truncatingIfNeeded: Int128(minorUnits) * 1_000_000 / Int128(whole.minorUnits))
  }
}
