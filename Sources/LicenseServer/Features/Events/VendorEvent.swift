import Core
import Web

/// What other systems can be told of. The raw values are in contracts with receivers: they never change.
enum VendorEventType: String, CaseIterable, Sendable {
  case licenseCreated = "license.created"
  case licenseActivated = "license.activated"
  case licenseDeactivated = "license.deactivated"
  case licenseExpiring = "license.expiring"
  case licenseExpired = "license.expired"
  case licenseRenewed = "license.renewed"
  case licenseSuspended = "license.suspended"
  case licenseReinstated = "license.reinstated"
  case licenseRevoked = "license.revoked"
  case licensePlanChanged = "license.plan_changed"
  case licenseKeyRotated = "license.key_rotated"
  case licenseCloneSuspected = "license.clone_suspected"
  case invoiceIssued = "invoice.issued"
  case invoicePaid = "invoice.paid"
  case invoicePaymentFailed = "invoice.payment_failed"
  case invoiceRefunded = "invoice.refunded"
  case invoiceRefundFailed = "invoice.refund_failed"
  case invoiceDisputed = "invoice.disputed"
  case subscriptionCreated = "subscription.created"
  case subscriptionUpdated = "subscription.updated"
  case subscriptionCanceled = "subscription.canceled"
  case customerCreated = "customer.created"
  case resellerCreated = "reseller.created"
  case resellerSuspended = "reseller.suspended"
  case resellerReinstated = "reseller.reinstated"
  case tenantProvisioned = "tenant.provisioned"
  case tenantSuspended = "tenant.suspended"
  case tenantResumed = "tenant.resumed"
  case tenantDeleted = "tenant.deleted"
  case releasePublished = "release.published"
  /// Sent by hand, to see whether an endpoint works.
  case endpointTest = "endpoint.test"

  /// Of what befalls a customer: its own endpoints, and its reseller's, may be told.
  static let ofCustomers = allCases.filter { type in
    ["license.", "invoice.", "subscription.", "tenant."].contains { type.rawValue.hasPrefix($0) }
  }

  /// What a reseller's endpoints may be told beside it.
  static let ofResellers = ofCustomers + [.customerCreated, .resellerSuspended, .resellerReinstated]
}

/// Something that happened to a customer, a reseller or the vendor.
struct VendorEvent: Sendable {
  let type: VendorEventType
  /// Whose endpoints are told, and those of the reseller they belong to. The vendor's are told of everything.
  var customerID: Int64?
  /// Whose endpoints are told, when the event is about a reseller; a customer's reseller is found by itself.
  var resellerID: Int64?
  /// What it is about, as the API shows it: `{"license": {…}}`. Never a secret.
  let data: JSONObject

  init(_ type: VendorEventType, customer: Int64? = nil, reseller: Int64? = nil, data: JSONObject) {
    self.type = type
    customerID = customer
    resellerID = reseller
    self.data = data
  }

  /// The body that is sent: `{"id", "type", "timestamp", "data"}`.
  func body(id: UUIDv7, at now: Timestamp) -> String {
    let object: JSONValue = [
      "id": .string(id.description), "type": .string(type.rawValue), "timestamp": JSONValue(now),
      "data": .object(data),
    ]
    return object.text
  }
}
