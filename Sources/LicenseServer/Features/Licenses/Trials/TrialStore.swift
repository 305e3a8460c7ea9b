import Core
import Database

/// All SQL on trials. To be used in the transaction of what makes or ends them.
struct TrialStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// Notes that the licence is a trial and what it uses up. Of two trials for one address or domain at once the second
  /// waits here for the first.
  /// - Returns: false when one of the claims was used up before. It is taken over only with `isAnotherAllowed`.
  func start(
    _ license: Int64, claims: [String], isAnotherAllowed: Bool, at now: Timestamp
  ) async throws(DatabaseError) -> Bool {
    for claim in claims.sorted() {
      let isFree =
        try await database.execute(
          """
          INSERT INTO license.trial_claims AS known (claim, license_id, claimed_at)
          VALUES (\(claim), \(license), \(now))
          ON CONFLICT (claim) DO UPDATE SET license_id = EXCLUDED.license_id, claimed_at = EXCLUDED.claimed_at
          WHERE \(isAnotherAllowed)
          """) == 1
      guard isFree else { return false }
    }
    try await database.execute(
      "INSERT INTO license.license_trials (license_id, started_at) VALUES (\(license), \(now))")
    return true
  }

  /// The customer's trial that a payment turns into a licence: the newest that belongs to no subscription, also when it
  /// has run out meanwhile.
  func convertible(of customer: Int64) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      SELECT l.id FROM license.licenses l JOIN license.license_trials r ON r.license_id = l.id
      WHERE l.customer_id = \(customer) AND l.subscription_id IS NULL AND l.status = 'active'
        AND r.converted_at IS NULL
      ORDER BY l.id DESC LIMIT 1 FOR UPDATE OF l
      """)
  }

  func convert(_ license: Int64, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.license_trials SET converted_at = \(now) WHERE license_id = \(license) AND converted_at IS NULL
      """)
  }
}
