import Billing
import Core
import Database

/// Somebody who sells our licences to customers of their own.
struct Reseller: Sendable, Identifiable, Hashable {
  enum Status: String, CaseIterable, Sendable, SQLValue, SQLDecodable { case active, suspended }

  let id: Int64
  /// The customer that the statements' invoices go to.
  let customerID: Int64
  let email: EmailAddress
  var name: String
  var status: Status
  var suspendedAt: Timestamp?
  /// Of a suspended one: until then its customers keep working.
  var graceUntil: Timestamp?
  /// When that grace ended and its customers' licences were suspended with it.
  var customersCutAt: Timestamp?
  var agreement: ResellerAgreement
  /// The host on which the portal is the reseller's.
  var portalDomain: String?
  let createdAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(name), "email": .string(email.description), "customer_id": .int(customerID),
      "status": .string(status.rawValue), "suspended_at": JSONValue(suspendedAt), "grace_until": JSONValue(graceUntil),
      "agreement": agreement.json, "portal_domain": JSONValue(portalDomain), "created_at": JSONValue(createdAt),
    ]
  }
}
