import Core
import Database

/// Reads orders.
struct OrderStore: Sendable {
  struct Placed: Sendable, Identifiable {
    let id: Int64
    let customerID: Int64
    let subscriptionID: Int64
    let invoiceID: Int64
  }

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func find(_ id: Int64) async throws(DatabaseError) -> Placed? {
    let row = try await database.first(
      "SELECT customer_id, subscription_id, invoice_id FROM license.orders WHERE id = \(id)")
    guard let row else { return nil }
    return Placed(
      id: id, customerID: try row.get("customer_id"), subscriptionID: try row.get("subscription_id"),
      invoiceID: try row.get("invoice_id"))
  }
}
