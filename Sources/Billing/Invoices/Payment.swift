public import Core
public import Database

/// Money that came in for an invoice.
public struct Payment: Hashable, Sendable, Identifiable {
  public let id: Int64
  public let invoiceID: Int64
  /// Who took it.
  public let provider: Subscription.Provider
  /// What the payer's bank, the staff or the provider calls it.
  public let reference: String
  public let amount: Money
  /// What of it has gone back, or is on its way.
  public let refunded: Money
  public let receivedAt: Timestamp

  public var refundable: Money { get throws(MoneyFault) { try amount.subtracting(refunded) } }
}

/// What is known of a payment when it comes in: it is for all that is due.
public struct PaymentReceipt: Hashable, Sendable {
  public let provider: Subscription.Provider
  public let reference: String

  public init(provider: Subscription.Provider = .manual, reference: String) {
    self.provider = provider
    self.reference = reference
  }
}

/// All SQL on payments.
public struct PaymentStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  func record(_ receipt: PaymentReceipt, of invoice: Invoice, at now: Timestamp) async throws(DatabaseError) -> Payment
  {
    try Payment(
      await database.one(
        """
        INSERT INTO license.payments (invoice_id, provider, reference, currency, amount, received_at)
        VALUES (\(invoice.id), \(receipt.provider), \(receipt.reference), \(invoice.due.currency),
          \(invoice.due.minorUnits), \(now))
        RETURNING \(Payment.columns)
        """))
  }

  public func find(_ id: Int64) async throws(DatabaseError) -> Payment? { try await payment("WHERE id = \(id)") }

  /// An invoice has at most one.
  public func find(invoice: Int64) async throws(DatabaseError) -> Payment? {
    try await payment("WHERE invoice_id = \(invoice)")
  }

  public func find(
    provider: Subscription.Provider, reference: String
  ) async throws(DatabaseError) -> Payment? {
    try await payment("WHERE provider = \(provider) AND reference = \(reference) ORDER BY id LIMIT 1")
  }

  /// - Parameter amount: below zero for what came back.
  func addRefund(_ amount: Money, to payment: Int64) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.payments SET refunded = refunded + \(amount.minorUnits) WHERE id = \(payment)")
  }

  private func payment(_ condition: SQL) async throws(DatabaseError) -> Payment? {
    guard let row = try await database.first("SELECT \(Payment.columns) FROM license.payments \(condition)") else {
      return nil
    }
    return try Payment(row)
  }
}

extension Payment {
  fileprivate static let columns: SQL =
    "id, invoice_id, provider, reference, currency, amount, refunded, received_at"

  fileprivate init(_ row: Row) throws(DatabaseError) {
    let currency: Currency = try row.get("currency")
    self.init(
      id: try row.get("id"), invoiceID: try row.get("invoice_id"), provider: try row.get("provider"),
      reference: try row.get("reference"), amount: Money(minorUnits: try row.get("amount"), currency: currency),
      refunded: Money(minorUnits: try row.get("refunded"), currency: currency),
      receivedAt: try row.get("received_at"))
  }
}
