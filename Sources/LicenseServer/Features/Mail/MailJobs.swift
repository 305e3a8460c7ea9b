import Billing
import Core
import Database
import Jobs
import Logging
import Security

/// Mails that are owed. They are enqueued in the transaction of what they tell of and sent by the job runner; the
/// sign-in link is made when the mail is, so it never lies in the queue.
struct MailJobs: Sendable {
  let queue: JobQueue

  static let signInKind = "mail.sign_in"
  static let orderKind = "mail.order"
  static let licenseKind = "mail.license"

  /// For any address, known or not: the handler knows whether there is a portal to sign in to.
  func enqueueSignIn(_ email: EmailAddress, in executor: any SQLExecutor) async throws(DatabaseError) {
    try await queue.enqueue(
      NewJob(kind: Self.signInKind, payload: ["email": .string(email.description)], uniqueKey: email.description),
      in: executor)
  }

  func enqueue(order: Int64, in executor: any SQLExecutor) async throws(DatabaseError) {
    try await queue.enqueue(NewJob(kind: Self.orderKind, payload: ["order_id": .int(order)]), in: executor)
  }

  func enqueue(license: Int64, in executor: any SQLExecutor) async throws(DatabaseError) {
    try await queue.enqueue(NewJob(kind: Self.licenseKind, payload: ["license_id": .int(license)]), in: executor)
  }
}

/// Writes and sends the mails.
struct MailRoom: Sendable {
  let database: ConnectionPool
  /// Hands a message in, throwing ``MailError``. Nil without SMTP_URL: then no mail is sent, and the log says so.
  let deliver: (@Sendable (MailMessage) async throws -> Void)?
  let sender: Mailbox
  let publicURL: String
  let clock: any WallClock

  var handlers: [JobHandler] {
    [
      JobHandler(kind: MailJobs.signInKind, run: signIn),
      JobHandler(kind: MailJobs.orderKind, run: order),
      JobHandler(kind: MailJobs.licenseKind, run: license),
    ]
  }

  @Sendable private func signIn(_ job: Job) async throws {
    guard let email = job.payload["email"]?.stringValue.flatMap({ EmailAddress($0) }) else { throw Self.malformed }
    try await send(to: email, "Sign in to Trackily", ["Use this link to sign in to your Trackily portal."], "Sign in")
  }

  @Sendable private func order(_ job: Job) async throws {
    guard let id = job.payload["order_id"]?.intValue else { throw Self.malformed }
    let row = try await database.first(
      """
      SELECT c.email, o.invoice_id FROM license.orders o JOIN license.customers c ON c.id = o.customer_id
      WHERE o.id = \(id)
      """)
    guard let row, let invoice = try await InvoiceStore(database).find(row.get("invoice_id")) else {
      throw Self.malformed
    }
    try await send(
      to: try row.get("email"), "Your Trackily order: invoice \(invoice.number)",
      [
        "Thank you for your order. Invoice \(invoice.number) over \(invoice.total) is due on \(invoice.dueAt.day).",
        "Your licence is issued as soon as it is paid. You find the invoice, and then the licence key, in the portal.",
      ], "Open the portal")
  }

  @Sendable private func license(_ job: Job) async throws {
    guard let id = job.payload["license_id"]?.intValue, let license = try await LicenseStore(database).find(id) else {
      throw Self.malformed
    }
    try await send(
      to: license.customerEmail, "Your Trackily \(license.plan.name) licence is ready",
      [
        "Your payment has arrived and your \(license.plan.name) licence is active.",
        "The licence key waits for you in the portal.",
      ], "Show the licence key")
  }

  /// To an address that no portal user has, nothing is sent.
  private func send(to email: EmailAddress, _ subject: String, _ paragraphs: [String], _ button: String) async throws {
    guard let user = try await PortalUserStore(database).find(email: email) else { return }
    guard let deliver else { throw JobFailure.permanent("SMTP_URL is not set: no mail can be sent") }
    let link = try await PortalSessionStore(database).makeLink(for: user.id, at: clock.now())
    let mail = CustomerMail(
      subject: subject, paragraphs: paragraphs, button: (button, "\(publicURL)/portal/link/\(link.text)"))
    do {
      try await deliver(mail.message(from: sender, to: email))
    } catch MailError.invalid(let reason), MailError.permanent(let reason) {
      throw JobFailure.permanent(reason)
    }
  }

  private static let malformed = JobFailure.permanent("the job does not name what it is about")
}

extension Timestamp {
  /// `2026-11-21`, in UTC.
  var day: Substring { rfc3339.prefix(10) }
}
