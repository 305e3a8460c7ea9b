public import Core
public import Database

/// The accounts that amounts move between.
public enum LedgerAccount: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
  case cash, receivable
  case taxPayable = "tax_payable"
  case revenue
  /// What customers have to their credit.
  case customerCredit = "customer_credit"
  /// What has been promised back and not left us yet.
  case refundsPayable = "refunds_payable"
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
    case creditApplied = "credit_applied"
    case creditReturned = "credit_returned"
    case creditNoteIssued = "credit_note_issued"
    case invoiceVoided = "invoice_voided"
    case refundPaid = "refund_paid"
    case refundFailed = "refund_failed"
    case refundReturned = "refund_returned"
  }

  public let kind: Kind
  public let invoiceID: Int64
  /// Which credit note or refund of the invoice it is about; 0 for what an invoice has once.
  public let sourceID: Int64
  public let at: Timestamp
  /// At most one for each account and currency, none of zero.
  public let postings: [Posting]

  /// Throws ``BillingError/unbalancedEntry`` unless the postings add up to zero in every currency, and ``MoneyFault``
  /// when their sum does not fit.
  public init(kind: Kind, invoiceID: Int64, sourceID: Int64 = 0, at: Timestamp, postings: [Posting]) throws {
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
    self.sourceID = sourceID
    self.at = at
    self.postings = merged.filter { $0.amount.minorUnits != 0 }
  }
}
