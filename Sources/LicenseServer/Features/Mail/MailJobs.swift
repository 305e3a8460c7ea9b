import Core
import Database
import FoundationEssentials
import Jobs

/// Mails that are owed. They are enqueued in the transaction of what they tell of and sent by the job runner. What the
/// queue keeps are the template's fields: content, brand and links are made when the mail is sent.
struct MailJobs: Sendable {
  static let kind = "mail"
  /// With ``MailRoom/retry``, about a day.
  static let attempts = 15

  let queue: JobQueue
  let clock: any WallClock

  /// - Parameters:
  ///   - customer: whose brand it carries (their own, or their reseller's), and with whom the outbox lists it.
  ///   - reseller: the same for a reseller.
  func enqueue<Template: MailTemplate>(
    _ template: Template, to recipient: EmailAddress, customer: Int64? = nil, reseller: Int64? = nil,
    in executor: any SQLExecutor
  ) async throws {
    let now = clock.now()
    let mail = OutgoingMail(
      id: UUIDv7(at: now), template: Template.kind, fields: try JSONValue.parse(JSONEncoder().encode(template)),
      recipient: recipient, customerID: customer, resellerID: reseller, createdAt: now)
    let uniqueKey = Template.isOncePerRecipient ? "\(Template.kind):\(recipient)" : nil
    guard try await queue.enqueue(Self.job(for: mail.id, uniqueKey: uniqueKey), in: executor) else { return }
    try await MailStore(executor).insert(mail)
  }

  /// Has a mail that failed, or was sent, go out (again).
  /// - Returns: false when there is no such mail, or it is waiting already.
  func resend(_ id: UUIDv7, in connection: Connection) async throws(DatabaseError) -> Bool {
    guard try await MailStore(connection).requeue(id) else { return false }
    return try await queue.enqueue(Self.job(for: id, uniqueKey: nil), in: connection)
  }

  private static func job(for mail: UUIDv7, uniqueKey: String?) -> NewJob {
    NewJob(
      kind: kind, payload: ["mail_id": .string(mail.description)], uniqueKey: uniqueKey, maxAttempts: attempts)
  }
}
