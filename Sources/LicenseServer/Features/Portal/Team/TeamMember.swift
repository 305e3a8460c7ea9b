import Core

/// Somebody who acts for a customer.
struct TeamMember: Sendable, Identifiable {
  /// The portal user's.
  let id: Int64
  let email: EmailAddress
  let role: PortalRole
  let joinedAt: Timestamp
  let lastSignInAt: Timestamp?

  var json: JSONValue { ["email": .string(email.description), "role": .string(role.rawValue)] }
}

/// An invitation that nobody has taken up yet.
struct TeamInvitation: Sendable, Identifiable {
  let id: Int64
  let customerID: Int64
  let customerName: String
  let email: EmailAddress
  let role: PortalRole
  /// The address of whoever sent it.
  let invitedBy: String
  let expiresAt: Timestamp

  static let lifetime = Duration.days(7)

  var json: JSONValue { ["email": .string(email.description), "role": .string(role.rawValue)] }
}
