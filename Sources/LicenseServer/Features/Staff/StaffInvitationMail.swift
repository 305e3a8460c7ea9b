import Core
import Database

struct StaffInvitationMail: MailTemplate {
  static let kind = "staff_invitation"
  static let purpose = "When somebody is invited to the vendor's staff"
  static let sample = StaffInvitationMail(name: "Ada")
  static let isOncePerRecipient = true

  /// May be empty.
  let name: String

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "You are invited to \(brand.productName)'s staff",
      paragraphs: [
        name.isEmpty ? "Hello," : "Hello \(name),",
        "You are invited to work on \(brand.productName)'s licences. Choose a password to begin.",
      ], button: .secret("Choose a password"), note: "The link works once, within seven days.")
  }

  func secretPath(
    for recipient: EmailAddress, in database: any SQLExecutor, at now: Timestamp
  ) async throws -> String? {
    guard let found = try await StaffStore(database).credentials(of: recipient), found.member.status == .invited
    else { return nil }
    return StaffInvitationPages.path(try await StaffInvitationStore(database).make(for: found.member.id, at: now))
  }
}
