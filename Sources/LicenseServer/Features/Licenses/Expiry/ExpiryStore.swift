import Core
import Database

/// All SQL on the ends of licences: who is to be reminded, whose end is to be noted, and that it was done.
struct ExpiryStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// A licence whose end is near or past, and which of the notices is due: the days before it, or 0 for the end itself.
  struct Due: Sendable, Hashable {
    let license: Int64
    let endsAt: Timestamp
    let days: Int64
  }

  /// How long after an end it is still noted; what ended before that ended long before this server knew of reminders.
  private static let memory = Duration.days(30)

  /// Reminders that are due, at most `limit`. Of several at once only the last is: a licence issued with five days left
  /// is not reminded of thirty. A licence that its subscription or its reseller renews is left alone.
  func reminders(days: [Int64], at now: Timestamp, limit: Int) async throws(DatabaseError) -> [Due] {
    guard let longest = days.max() else { return [] }
    let steps = days.sorted().map { "WHEN d.ends_at <= \(now + .days(Int64($0))) THEN \($0)" as SQL }
    let due: SQL = "(CASE \(SQL.joined(steps, separator: " ")) END)::bigint"
    return try await query(
      """
      SELECT d.id, d.ends_at, \(due) AS days
      FROM (SELECT l.id, \(LicenseGrant.end) AS ends_at FROM license.licenses l
        LEFT JOIN license.subscriptions s ON s.id = l.subscription_id
        WHERE l.status = 'active' AND (s.id IS NULL OR s.cancels_at_period_end
          OR s.status NOT IN ('trialing', 'active', 'past_due'))
          AND NOT EXISTS (SELECT 1 FROM license.reseller_licenses x WHERE x.license_id = l.id AND x.renews)) d
      WHERE d.ends_at > \(now) AND d.ends_at <= \(now + .days(Int64(longest)))
        AND NOT EXISTS (SELECT 1 FROM license.expiry_reminders r
          WHERE r.license_id = d.id AND r.ends_at = d.ends_at AND r.days = \(due))
      ORDER BY d.id LIMIT \(limit)
      """)
  }

  /// Ends, grace included, that nobody has noted.
  func ends(at now: Timestamp, limit: Int) async throws(DatabaseError) -> [Due] {
    try await query(
      """
      SELECT d.id, d.ends_at, 0::bigint AS days
      FROM (SELECT l.id, greatest(\(LicenseGrant.end), l.overdue_until) AS ends_at FROM license.licenses l
        WHERE l.status = 'active' AND l.expires_at IS NOT NULL) d
      WHERE d.ends_at <= \(now) AND d.ends_at > \(now - Self.memory)
        AND NOT EXISTS (SELECT 1 FROM license.expiry_reminders r
          WHERE r.license_id = d.id AND r.ends_at = d.ends_at AND r.days = 0)
      ORDER BY d.id LIMIT \(limit)
      """)
  }

  /// - Returns: false when it was done before.
  func note(_ due: Due, at now: Timestamp) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      INSERT INTO license.expiry_reminders (license_id, ends_at, days, sent_at)
      VALUES (\(due.license), \(due.endsAt), \(due.days), \(now)) ON CONFLICT (license_id, ends_at, days) DO NOTHING
      """) == 1
  }

  private func query(_ sql: SQL) async throws(DatabaseError) -> [Due] {
    var found: [Due] = []
    for row in try await database.query(sql) {
      found.append(Due(license: try row.get("id"), endsAt: try row.get("ends_at"), days: try row.get("days")))
    }
    return found
  }
}
