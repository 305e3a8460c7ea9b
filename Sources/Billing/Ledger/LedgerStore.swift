import Core
public import Database

/// Writes the ledger and adds it up. Nothing else writes its tables, and nothing is ever changed in them.
public struct LedgerStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// To be called in the transaction that does what the entry tells. A second entry of the same kind for the same
  /// invoice and source is refused by the database.
  func post(_ entry: LedgerEntry) async throws(DatabaseError) {
    try await database.execute(
      """
      WITH entry AS (
        INSERT INTO license.ledger_entries (kind, invoice_id, source_id, at)
        VALUES (\(entry.kind), \(entry.invoiceID), \(entry.sourceID), \(entry.at)) RETURNING id)
      INSERT INTO license.ledger_postings (entry_id, account, currency, amount)
      SELECT entry.id, p.account, p.currency, p.amount
      FROM entry, unnest(\(entry.postings.map(\.account.rawValue))::text[],
        \(entry.postings.map(\.amount.currency.code))::text[],
        \(entry.postings.map(\.amount.minorUnits))::bigint[]) AS p (account, currency, amount)
      """)
  }

  /// What stands on an account, one amount for each currency; of one invoice or of all.
  public func balances(of account: LedgerAccount, invoice: Int64? = nil) async throws(DatabaseError) -> [Money] {
    let rows = try await database.query(
      """
      SELECT p.currency, sum(p.amount) AS amount
      FROM license.ledger_postings p JOIN license.ledger_entries e ON e.id = p.entry_id
      WHERE p.account = \(account) AND (\(invoice)::bigint IS NULL OR e.invoice_id = \(invoice))
      GROUP BY p.currency ORDER BY p.currency
      """)
    var balances: [Money] = []
    for row in rows {
      balances.append(Money(minorUnits: try row.get("amount"), currency: try row.get("currency")))
    }
    return balances
  }

  /// The settled invoices that still have something on the receivable account, and the open ones on which there is not
  /// what is due. There must be none.
  public func unsettledInvoices() async throws(DatabaseError) -> [Int64] {
    let rows = try await database.query(
      """
      SELECT i.id FROM license.invoices i
      LEFT JOIN license.ledger_entries e ON e.invoice_id = i.id
      LEFT JOIN license.ledger_postings p ON p.entry_id = e.id AND p.account = 'receivable'
      GROUP BY i.id, i.due HAVING coalesce(sum(p.amount), 0) <> i.due ORDER BY i.id
      """)
    var ids: [Int64] = []
    for row in rows { ids.append(try row.get("id")) }
    return ids
  }

  /// The entries whose postings do not add up to zero. There must be none; tests and the operator ask.
  public func unbalancedEntries() async throws(DatabaseError) -> [Int64] {
    let rows = try await database.query(
      """
      SELECT entry_id FROM license.ledger_postings GROUP BY entry_id, currency HAVING sum(amount) <> 0
      ORDER BY entry_id
      """)
    var ids: [Int64] = []
    for row in rows { ids.append(try row.get("entry_id")) }
    return ids
  }
}
