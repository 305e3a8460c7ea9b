public import Core
public import Database

/// The accounts that amounts move between.
public enum LedgerAccount: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
  case cash, receivable
  case taxPayable = "tax_payable"
  case revenue
}

/// One movement on one account: debits are positive, credits negative.
public struct Posting: Hashable, Sendable {
  public let account: LedgerAccount
  public let amount: Money

  public init(_ account: LedgerAccount, _ amount: Money) {
    self.account = account
    self.amount = amount
  }
}

/// A happening as double-entry bookkeeping writes it down. There is no entry whose postings do not balance.
public struct LedgerEntry: Hashable, Sendable {
  public enum Kind: String, Sendable, SQLValue, SQLDecodable {
    case invoiceIssued = "invoice_issued"
    case paymentReceived = "payment_received"
  }

  public let kind: Kind
  public let invoiceID: Int64
  public let at: Timestamp
  /// At most one for each account and currency, none of zero.
  public let postings: [Posting]

  /// Throws ``BillingError/unbalancedEntry`` unless the postings add up to zero in every currency, and ``MoneyFault``
  /// when their sum does not fit.
  public init(kind: Kind, invoiceID: Int64, at: Timestamp, postings: [Posting]) throws {
    var balances: [Currency: Money] = [:]
    var merged: [Posting] = []
    for posting in postings where posting.amount.minorUnits != 0 {
      let currency = posting.amount.currency
      balances[currency] = try (balances[currency] ?? .zero(currency)).adding(posting.amount)
      let same = merged.firstIndex { $0.account == posting.account && $0.amount.currency == currency }
      if let same {
        merged[same] = Posting(posting.account, try merged[same].amount.adding(posting.amount))
      } else {
        merged.append(posting)
      }
    }
    guard balances.values.allSatisfy({ $0.minorUnits == 0 }) else { throw BillingError.unbalancedEntry }
    self.kind = kind
    self.invoiceID = invoiceID
    self.at = at
    self.postings = merged.filter { $0.amount.minorUnits != 0 }
  }
}

extension LedgerEntry {
  /// The customer owes the total; we have earned the net and owe the tax.
  static func issued(_ invoice: Invoice) throws -> LedgerEntry {
    try LedgerEntry(
      kind: .invoiceIssued, invoiceID: invoice.id, at: invoice.issuedAt,
      postings: [
        Posting(.receivable, invoice.total), Posting(.revenue, try invoice.subtotal.negated()),
        Posting(.taxPayable, try invoice.tax.negated()),
      ])
  }

  /// The customer's debt has become cash.
  static func paid(_ invoice: Invoice, at now: Timestamp) throws -> LedgerEntry {
    try LedgerEntry(
      kind: .paymentReceived, invoiceID: invoice.id, at: now,
      postings: [Posting(.cash, invoice.total), Posting(.receivable, try invoice.total.negated())])
  }
}
