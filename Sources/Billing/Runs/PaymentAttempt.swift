import Core
import Database

/// A try to collect an invoice, as it is written down before the provider is asked.
struct PaymentAttempt: Hashable, Sendable {
  let invoiceID: Int64
  /// 1 is made when the invoice is issued, the others on the days of ``Dunning``.
  let number: Int
}

/// All SQL on attempts to collect.
struct PaymentAttemptStore {
  let database: any SQLExecutor

  /// The attempts to be made, after an invoice's id, in its order: of each open invoice of a subscription that we run
  /// the newest one whose day has come, unless it was made. One that was begun and not ended is among them.
  func due(at now: Timestamp, after invoice: Int64, limit: Int) async throws -> [PaymentAttempt] {
    let rows = try await database.query(
      """
      SELECT i.id, i.issued_at,
        (SELECT max(a.attempt) FROM license.payment_attempts a
         WHERE a.invoice_id = i.id AND a.status <> 'pending') AS made,
        (SELECT min(a.attempt) FROM license.payment_attempts a
         WHERE a.invoice_id = i.id AND a.status = 'pending') AS begun
      FROM license.invoices i JOIN license.subscriptions s ON s.id = i.subscription_id
      WHERE i.status = 'open' AND i.id > \(invoice) AND s.provider = 'manual'
        AND s.status IN ('past_due', 'suspended') AND i.issued_at <= \(now)
      ORDER BY i.id LIMIT \(limit)
      """)
    return try rows.map { row in
      let due = Dunning.attempt(at: now, since: try row.get("issued_at"))
      let made = try row.get("made", as: Int?.self) ?? 0
      // Nobody knows what came of one that was begun: it is asked for again before another charge is tried.
      let begun: Int? = try row.get("begun")
      return PaymentAttempt(invoiceID: try row.get("id"), number: begun ?? (due > made ? due : 0))
    }
  }

  /// Writes down that it is made now. False when it was made before. To be called in a transaction that holds the
  /// invoice's row.
  func begin(_ attempt: PaymentAttempt, at now: Timestamp) async throws -> Bool {
    let status: String? = try await database.scalar(
      """
      INSERT INTO license.payment_attempts AS a (invoice_id, attempt, status, started_at)
      VALUES (\(attempt.invoiceID), \(attempt.number)::int, 'pending', \(now))
      ON CONFLICT (invoice_id, attempt) DO UPDATE SET attempt = a.attempt RETURNING a.status
      """)
    return status == "pending"
  }

  /// False when it was settled before.
  func settle(_ attempt: PaymentAttempt, _ outcome: CollectionOutcome, at now: Timestamp) async throws -> Bool {
    var (status, reference): (String, String?) = ("waiting", nil)
    var (code, message): (String?, String?) = (nil, nil)
    switch outcome {
    case .paid(let paid): (status, reference) = ("paid", paid)
    case .declined(let why, let text): (status, code, message) = ("declined", why, text)
    case .waiting: break
    }
    return try await database.execute(
      """
      UPDATE license.payment_attempts SET status = \(status), reference = \(reference), code = \(code),
        message = \(message), settled_at = \(now)
      WHERE invoice_id = \(attempt.invoiceID) AND attempt = \(attempt.number)::int AND status = 'pending'
      """) == 1
  }
}
