public import Core
public import Database

/// All SQL on customers' credit balances. Only what posts the ledger entry beside it changes one.
public struct CreditBalanceStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// What a customer has to his credit, one amount for each currency.
  public func all(of customer: Int64) async throws(DatabaseError) -> [Money] {
    let rows = try await database.query(
      """
      SELECT currency, amount FROM license.credit_balances
      WHERE customer_id = \(customer) AND amount > 0 ORDER BY currency
      """)
    var balances: [Money] = []
    for row in rows { balances.append(Money(minorUnits: try row.get("amount"), currency: try row.get("currency"))) }
    return balances
  }

  public func balance(of customer: Int64, in currency: Currency) async throws(DatabaseError) -> Money {
    let amount: Int64? = try await database.scalar(
      "SELECT amount FROM license.credit_balances WHERE customer_id = \(customer) AND currency = \(currency)")
    return Money(minorUnits: amount ?? 0, currency: currency)
  }

  func add(_ amount: Money, to customer: Int64) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.credit_balances AS b (customer_id, currency, amount)
      VALUES (\(customer), \(amount.currency), \(amount.minorUnits))
      ON CONFLICT (customer_id, currency) DO UPDATE SET amount = b.amount + EXCLUDED.amount
      """)
  }

  /// Takes as much as there is, at most `amount`, and says how much that was.
  func take(upTo amount: Money, from customer: Int64) async throws(DatabaseError) -> Money {
    let row = try await database.first(
      """
      WITH held AS (
        SELECT customer_id, currency, least(amount, \(amount.minorUnits)) AS taken FROM license.credit_balances
        WHERE customer_id = \(customer) AND currency = \(amount.currency) AND amount > 0 FOR UPDATE)
      UPDATE license.credit_balances b SET amount = b.amount - held.taken
      FROM held WHERE b.customer_id = held.customer_id AND b.currency = held.currency
      RETURNING held.taken
      """)
    guard let row else { return .zero(amount.currency) }
    return Money(minorUnits: try row.get("taken"), currency: amount.currency)
  }
}
