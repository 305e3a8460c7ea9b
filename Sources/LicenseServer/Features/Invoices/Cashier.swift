import Billing
import Core
import Database
import Security

/// Takes payments. The money is booked, the licence given and the customer told in one transaction, so each happens
/// exactly once or not at all.
struct Cashier: Sendable {
  let database: ConnectionPool
  let box: SecretBox
  let mail: MailJobs
  let clock: any WallClock

  /// - Returns: the paid invoice, and the licence that its subscription has.
  func markPaid(
    invoice: Int64, reference: String, by actor: Actor
  ) async throws -> (invoice: Invoice, license: License?) {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      let settled = try await ManualBilling(connection).markPaid(invoice: invoice, reference: reference, at: now)
      guard settled.isNew else {
        guard let subscription = settled.subscription else { return (settled.invoice, nil) }
        return (settled.invoice, try await LicenseStore(connection).find(subscription: subscription.id))
      }
      var license: License?
      if let subscription = settled.subscription {
        license = try await LicenseIssuer(connection: connection, box: box).honour(subscription, at: now)
      }
      if let license { try await mail.enqueue(license: license.id, in: connection) }
      try await AuditStore(connection).append(
        AuditEntry(
          action: "invoice.mark_paid", subject: "invoice:\(invoice)", before: ["status": "open"],
          after: [
            "status": "paid", "reference": .string(reference), "total": .string(settled.invoice.total.decimal),
            "currency": .string(settled.invoice.total.currency.code), "license_id": JSONValue(license?.id),
          ]),
        by: actor, at: now)
      return (settled.invoice, license)
    }
  }
}
