import Core
import Database

/// One kind of e-mail: its fields are what the queue keeps, its content is made from them when the mail is sent.
///
/// ```swift
/// struct SeatAddedMail: MailTemplate {
///   static let kind = "seat_added"
///   static let purpose = "When somebody joins a team"
///   static let sample = SeatAddedMail(name: "Ada")
///   let name: String
///   func content(_ brand: MailBrand) -> MailContent {
///     MailContent(subject: "\(name) has joined", paragraphs: ["…"], button: .page("Open the portal", "/portal/team"))
///   }
/// }
/// ```
/// A template is listed in ``MailCatalog``. Its fields hold no secret: a link that signs in or sets a password is made
/// when the mail is (``MailContent/Button``).
protocol MailTemplate: Codable, Sendable {
  /// Stored with each mail, so it never changes.
  static var kind: String { get }
  /// When it is sent, for the staff's preview: "When an order was placed".
  static var purpose: String { get }
  static var sample: Self { get }
  /// Whether a second one to the same address is left out while the first still waits.
  static var isOncePerRecipient: Bool { get }

  func content(_ brand: MailBrand) -> MailContent
  /// The path of a ``MailContent/Button/Target/secret`` button, below the portal's address. Asked for with each attempt;
  /// nil means there is nothing to send any more.
  func secretPath(for recipient: EmailAddress, in database: any SQLExecutor, at now: Timestamp) async throws -> String?
}

extension MailTemplate {
  static var isOncePerRecipient: Bool { false }

  func secretPath(for recipient: EmailAddress, in database: any SQLExecutor, at now: Timestamp) async throws -> String?
  {
    nil
  }
}

/// What a mail says: a subject, a few sentences, perhaps a small table, and one button.
struct MailContent: Sendable {
  struct Button: Sendable {
    enum Target: Sendable, Hashable {
      /// Below the portal's address: `/portal/invoices/7`.
      case page(String)
      case address(String)
      /// Signs the recipient in. Nothing is sent to an address that no portal user has.
      case signIn
      /// What the template's `secretPath` makes.
      case secret
    }

    let title: String
    let target: Target

    static func page(_ title: String, _ path: String) -> Button { Button(title: title, target: .page(path)) }
    static func address(_ title: String, _ address: String) -> Button {
      Button(title: title, target: .address(address))
    }
    static func signIn(_ title: String) -> Button { Button(title: title, target: .signIn) }
    static func secret(_ title: String) -> Button { Button(title: title, target: .secret) }
  }

  var subject: String
  var paragraphs: [String]
  /// Names and values below the sentences: an invoice's number, its total.
  var facts: [(name: String, value: String)] = []
  var button: Button?
  /// Small print below the button.
  var note: String?
}
