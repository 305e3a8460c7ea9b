import Core
import FoundationEssentials

/// Every template there is. One that is not here can be neither sent nor previewed, so a test sends each.
enum MailCatalog {
  static let templates: [any MailTemplate.Type] = [
    CloneAlarmMail.self, LicenseExpiringMail.self, LicenseReadyMail.self,
    LicenseSoldMail.self, OrderReceivedMail.self, PasswordResetMail.self,
    PaymentDueMail.self, PaymentReceivedMail.self, RefundFailedMail.self, ResellerStatementMail.self,
    ResellerSuspendedMail.self, SignInMail.self, StaffInvitationMail.self, TenantWelcomeMail.self,
    SubscriptionSuspendedMail.self, TeamInvitationMail.self, WebhookEndpointDisabledMail.self,
  ]

  static func template(_ kind: String) -> (any MailTemplate.Type)? { templates.first { $0.kind == kind } }

  /// The template with the fields that were stored; nil when this version knows no such template.
  /// - Throws: `DecodingError` when its fields are not what they were.
  static func decode(_ kind: String, _ fields: JSONValue) throws -> (any MailTemplate)? {
    guard let type = template(kind) else { return nil }
    return try JSONDecoder().decode(type, from: Data(fields.utf8))
  }
}
