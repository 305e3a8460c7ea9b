import Core

/// Somebody who signs in to the portal, for the customers they belong to.
struct PortalUser: Sendable, Identifiable {
  let id: Int64
  let email: EmailAddress
  let hasPassword: Bool
  let usesTOTP: Bool
  /// In the order in which they joined.
  let memberships: [PortalMembership]
}

/// What somebody is to a customer.
struct PortalMembership: Sendable, Hashable {
  let customerID: Int64
  /// The customer's name; its address when it has none.
  let customerName: String
  let role: PortalRole
}
