import Core
import Database
import Jobs
import Security

/// Writes and sends the mails.
struct MailRoom: Sendable {
  let database: ConnectionPool
  /// Hands a message in, throwing ``MailError``. Nil without SMTP_URL: then mails fail, and say so.
  let deliver: (@Sendable (MailMessage) async throws -> Void)?
  let sender: Mailbox
  /// Without a trailing slash.
  let publicURL: String
  let clock: any WallClock

  static let retry = RetryPolicy.exponential(base: .seconds(10), cap: .hours(4))

  var handlers: [JobHandler] { [JobHandler(kind: MailJobs.kind, retry: Self.retry, run: run)] }

  @Sendable private func run(_ job: Job) async throws {
    guard let id = job.payload["mail_id"]?.stringValue.flatMap({ UUIDv7($0) }) else {
      throw JobFailure.permanent("the job names no mail")
    }
    let store = MailStore(database)
    // A mail that has ended was sent by a run whose job did not.
    guard let mail = try await store.find(id), mail.state == .queued else { return }
    var subject: String?
    do {
      guard let layout = try await write(mail) else { return try await store.delete(id) }
      subject = layout.content.subject
      guard let deliver else { throw JobFailure.permanent("SMTP_URL is not set: no mail can be sent") }
      try await deliver(layout.message(from: sender, to: mail.recipient))
    } catch {
      let failure = Self.failure(error)
      let isLast = failure.isPermanent || job.attempt >= job.maxAttempts
      try await store.note(
        id, isLast ? .failed : .queued, subject: subject, problem: String(failure.reason.prefix(500)), at: clock.now())
      if failure.isPermanent { throw JobFailure.permanent(failure.reason) }
      throw error
    }
    try await store.note(id, .sent, subject: subject, problem: nil, at: clock.now())
  }

  /// Nil when there is nobody to send it to any more.
  private func write(_ mail: OutgoingMail) async throws -> MailLayout? {
    let decoded: (any MailTemplate)?
    do {
      decoded = try MailCatalog.decode(mail.template, mail.fields)
    } catch {
      throw JobFailure.permanent("the fields of template \(mail.template) are not what this version knows")
    }
    guard let template = decoded else {
      throw JobFailure.permanent("this version has no template \(mail.template)")
    }
    let brand = try await brand(of: mail)
    let content = template.content(brand)
    guard let button = content.button else { return MailLayout(content: content, brand: brand, address: nil) }
    guard let address = try await address(of: button, template, mail, brand.portalURL) else { return nil }
    return MailLayout(content: content, brand: brand, address: address)
  }

  private func address(
    of button: MailContent.Button, _ template: any MailTemplate, _ mail: OutgoingMail, _ portalURL: String
  ) async throws -> String? {
    switch button.target {
    case .page(let path): return portalURL + path
    case .address(let address): return address
    case .signIn:
      guard let user = try await PortalUserStore(database).find(email: mail.recipient) else { return nil }
      let link = try await PortalSessionStore(database).makeLink(for: user.id, at: clock.now())
      return "\(portalURL)/portal/link/\(link.text)"
    case .secret:
      return try await template.secretPath(for: mail.recipient, in: database, at: clock.now()).map { portalURL + $0 }
    }
  }

  /// Of the customer or reseller it is about; else of the customer whose portal its recipient signs in to.
  private func brand(of mail: OutgoingMail) async throws -> MailBrand {
    var customer = mail.customerID
    if customer == nil, mail.resellerID == nil {
      customer = try await MailStore(database).customer(of: mail.recipient)
    }
    guard customer != nil || mail.resellerID != nil,
      let found = try await BrandStore(database).forMail(customer: customer, reseller: mail.resellerID)
    else { return MailBrand(portalURL: publicURL) }
    let portalURL = found.portalDomain.map { HostBrand.portalURL(of: $0, besides: publicURL) } ?? publicURL
    return found.brand.map { MailBrand($0, portalURL: portalURL) } ?? MailBrand(portalURL: portalURL)
  }

  private static func failure(_ error: any Error) -> (reason: String, isPermanent: Bool) {
    switch error {
    case MailError.invalid(let reason), MailError.permanent(let reason): (reason, true)
    case MailError.temporary(let reason): (reason, false)
    case JobFailure.permanent(let reason): (reason, true)
    default: ("\(error)", false)
    }
  }
}
