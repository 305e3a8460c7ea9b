import Core
import Database
import Security

/// Asked for on the sign-in page by somebody who forgot their password.
struct PasswordResetMail: MailTemplate {
  static let kind = "password_reset"
  static let purpose = "When somebody forgot the portal's password"
  static let sample = PasswordResetMail()
  static let isOncePerRecipient = true

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "Set a new password for \(brand.productName)",
      paragraphs: [
        "Somebody, most likely you, asked for a new password for the \(brand.productName) portal.",
        "If it was not you, do nothing: your password stays as it is.",
      ],
      button: .secret("Set a new password"), note: "The link works once, within 20 minutes.")
  }

  /// Nothing is sent to an address that no portal user has.
  func secretPath(
    for recipient: EmailAddress, in database: any SQLExecutor, at now: Timestamp
  ) async throws -> String? {
    guard let user = try await PortalUserStore(database).find(email: recipient) else { return nil }
    let link = try await PortalSessionStore(database).makeLink(for: user.id, purpose: .resetPassword, at: now)
    return "/portal/reset/\(link.text)"
  }
}
