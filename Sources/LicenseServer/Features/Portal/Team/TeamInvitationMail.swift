import Core
import Database
import Security

/// Asks somebody to act for a customer.
struct TeamInvitationMail: MailTemplate {
  static let kind = "team_invitation"
  static let purpose = "When somebody is invited to a customer's team"
  static let sample = TeamInvitationMail(
    invitationID: 1, customer: "Example Media", inviter: "ada@example.com", role: "billing")

  let invitationID: Int64
  let customer: String
  let inviter: String
  let role: String

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "\(inviter) invites you to \(customer) on \(brand.productName)",
      paragraphs: [
        "\(inviter) would like you to join the team of \(customer) in the \(brand.productName) portal.",
        "If you do not know them, do nothing.",
      ],
      facts: [("Team", customer), ("Your role", role)], button: .secret("Join the team"),
      note: "The link works once, within seven days.")
  }

  /// Nothing is sent for an invitation that was withdrawn meanwhile.
  func secretPath(
    for recipient: EmailAddress, in database: any SQLExecutor, at now: Timestamp
  ) async throws -> String? {
    try await TeamStore(database).makeLink(for: invitationID, at: now).map { "/portal/join/\($0.text)" }
  }
}
