public import Core

/// What happens when an invoice of a running subscription is not paid, counted from when it was issued:
///
///     day 0, 1, 3, 5, 7   the payment is tried
///     day 7 to 21         the licence is overdue: it works, and warns
///     day 21              the subscription and its licence are suspended
///     day 60              the subscription has expired, its open invoices are withdrawn
///
/// A payment at any time before the end puts everything right at once.
public enum Dunning {
  /// Attempt 1 is made at once.
  public static let attemptDays: [Int64] = [0, 1, 3, 5, 7]
  public static let graceBegins = Duration.days(7)
  public static let suspends = Duration.days(21)
  public static let expires = Duration.days(60)
  /// After which an order that nobody pays is forgotten.
  public static let orderExpires = Duration.days(30)

  /// The number of the newest attempt that is due for an invoice issued then. Attempts missed while nothing ran are not
  /// made up for.
  public static func attempt(at now: Timestamp, since issued: Timestamp) -> Int {
    attemptDays.filter { issued + .days($0) <= now }.count
  }

  /// When the attempt after this one is due; nil after the last.
  public static func nextAttempt(after attempt: Int, since issued: Timestamp) -> Timestamp? {
    attemptDays.indices.contains(attempt) ? issued + .days(attemptDays[attempt]) : nil
  }
}
