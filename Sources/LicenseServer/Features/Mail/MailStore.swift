import Billing
import Core
import Database

/// All SQL on the outbox.
struct MailStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func insert(_ mail: OutgoingMail) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.mails (id, template, fields, recipient, customer_id, reseller_id, state, created_at)
      VALUES (\(mail.id), \(mail.template), \(mail.fields), \(mail.recipient), \(mail.customerID), \(mail.resellerID),
        \(mail.state), \(mail.createdAt))
      """)
  }

  func find(_ id: UUIDv7) async throws(DatabaseError) -> OutgoingMail? {
    try await mails("WHERE id = \(id)").first
  }

  /// The mails a request asks for (`state=`, `template=`, `recipient=`, `customer_id=`, `q` in address or subject), the
  /// newest first; the cursor is an id.
  func list(_ page: PageRequest) async throws(DatabaseError) -> Page<OutgoingMail> {
    let after = page.cursor.flatMap { UUIDv7($0) }
    let customer = page.filters["customer_id"].map { Int64($0) ?? 0 }
    let recipient = page.filters["recipient"]?.trimmed.lowercased()
    let pattern = page.q.map { "%\(LikePattern.escaped($0))%" }
    let found = try await mails(
      """
      WHERE (\(after)::uuid IS NULL OR id < \(after))
        AND (\(page.filters["state"])::text IS NULL OR state = \(page.filters["state"]))
        AND (\(page.filters["template"])::text IS NULL OR template = \(page.filters["template"]))
        AND (\(recipient)::text IS NULL OR recipient = \(recipient))
        AND (\(customer)::bigint IS NULL OR customer_id = \(customer))
        AND (\(pattern)::text IS NULL OR recipient ILIKE \(pattern) OR subject ILIKE \(pattern))
      ORDER BY id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { $0.id.description }
  }

  /// Writes what came of an attempt.
  func note(
    _ id: UUIDv7, _ state: OutgoingMail.State, subject: String?, problem: String?, at now: Timestamp
  ) async throws(DatabaseError) {
    let ended = state == .queued ? nil : now
    try await database.execute(
      """
      UPDATE license.mails SET state = \(state), subject = COALESCE(\(subject), subject), problem = \(problem),
        attempts = attempts + 1, attempted_at = \(now), ended_at = \(ended)
      WHERE id = \(id)
      """)
  }

  /// The first customer whose portal this address signs in to.
  func customer(of recipient: EmailAddress) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      SELECT m.customer_id FROM license.portal_users u JOIN license.customer_members m ON m.portal_user_id = u.id
      WHERE u.email = \(recipient) ORDER BY m.customer_id LIMIT 1
      """)
  }

  func delete(_ id: UUIDv7) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.mails WHERE id = \(id)")
  }

  /// False when there is no such mail or it is queued already.
  func requeue(_ id: UUIDv7) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      UPDATE license.mails SET state = 'queued', attempts = 0, problem = NULL, ended_at = NULL
      WHERE id = \(id) AND state <> 'queued'
      """) == 1
  }

  /// Forgets what ended long ago, and marks as failed what its job never finished.
  func tidy(endedBefore time: Timestamp, queuedBefore patience: Timestamp, at now: Timestamp)
    async throws(DatabaseError)
  {
    try await database.execute(
      """
      UPDATE license.mails SET state = 'failed', ended_at = \(now), problem = COALESCE(problem, 'It was never sent.')
      WHERE state = 'queued' AND created_at < \(patience) AND COALESCE(attempted_at, created_at) < \(patience)
      """)
    try await database.execute("DELETE FROM license.mails WHERE state <> 'queued' AND created_at < \(time)")
  }

  private func mails(_ condition: SQL) async throws(DatabaseError) -> [OutgoingMail] {
    let rows = try await database.query(
      """
      SELECT id, template, fields, recipient, customer_id, reseller_id, state, subject, attempts, problem, created_at,
        attempted_at, ended_at
      FROM license.mails \(condition)
      """)
    var mails: [OutgoingMail] = []
    for row in rows {
      mails.append(
        OutgoingMail(
          id: try row.get("id"), template: try row.get("template"), fields: try row.get("fields"),
          recipient: try row.get("recipient"), customerID: try row.get("customer_id"),
          resellerID: try row.get("reseller_id"), state: try row.get("state"), subject: try row.get("subject"),
          attempts: try row.get("attempts"), problem: try row.get("problem"), createdAt: try row.get("created_at"),
          attemptedAt: try row.get("attempted_at"), endedAt: try row.get("ended_at")))
    }
    return mails
  }
}
