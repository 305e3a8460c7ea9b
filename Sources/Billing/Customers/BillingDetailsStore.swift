public import Core
public import Database

/// All SQL on billing details.
public struct BillingDetailsStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// What is known of the customer; empty when nothing is.
  public func find(customer: Int64) async throws(DatabaseError) -> BillingDetails {
    let row = try await database.first(
      """
      SELECT company, street, postal_code, city, region, country, vat_id
      FROM license.billing_details WHERE customer_id = \(customer)
      """)
    guard let row else { return .none }
    return BillingDetails(
      company: try row.get("company"), street: try row.get("street"), postalCode: try row.get("postal_code"),
      city: try row.get("city"), region: try row.get("region"), country: try row.get("country"),
      vatID: try row.get("vat_id"))
  }

  /// Invoices issued from now on have them; those issued before keep theirs.
  public func save(_ details: BillingDetails, customer: Int64, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.billing_details
        (customer_id, company, street, postal_code, city, region, country, vat_id, updated_at)
      VALUES (\(customer), \(details.company), \(details.street), \(details.postalCode), \(details.city),
        \(details.region), \(details.country), \(details.vatID), \(now))
      ON CONFLICT (customer_id) DO UPDATE SET company = EXCLUDED.company, street = EXCLUDED.street,
        postal_code = EXCLUDED.postal_code, city = EXCLUDED.city, region = EXCLUDED.region,
        country = EXCLUDED.country, vat_id = EXCLUDED.vat_id, updated_at = EXCLUDED.updated_at
      """)
  }
}
