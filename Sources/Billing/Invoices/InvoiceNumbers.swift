import Core
import Database

/// The numbers of invoices and credit notes: a series for each year, without gaps. Ask late in the transaction: the
/// series' row is locked to its end, so that numbers are given one after another and a rolled-back one is given again.
struct InvoiceNumbers {
  let database: any SQLExecutor

  /// `2026-000042`, with a prefix `CN-2026-000042`.
  func next(prefix: String = "", at now: Timestamp) async throws(DatabaseError) -> String {
    let series = "\(prefix)\(now.rfc3339.prefix(4))"
    let row = try await database.one(
      """
      INSERT INTO license.invoice_numbers AS n (series, last) VALUES (\(series), 1)
      ON CONFLICT (series) DO UPDATE SET last = n.last + 1
      RETURNING last
      """)
    let last = String(try row.get("last", as: Int64.self))
    return "\(series)-\(String(repeating: "0", count: max(0, 6 - last.count)))\(last)"
  }
}
