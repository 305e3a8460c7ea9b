public import Core
public import Database

/// All SQL on Stripe's events and on how new what we have of its objects is.
public struct StripeEventStore: Sendable {
  /// What became of an event.
  public enum Outcome: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
    case applied
    /// It means nothing to us, or is about something that is none of ours.
    case ignored
  }

  /// Stripe sends events again for up to 30 days.
  public static let lifetime = Duration.seconds(45 * 86_400)

  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  public func isKnown(_ event: StripeEvent) async throws(DatabaseError) -> Bool {
    try await database.scalar("SELECT true FROM license.stripe_events WHERE id = \(event.id)") ?? false
  }

  /// Writes the event down, in the transaction of its effect. False when it was there before.
  public func record(_ event: StripeEvent, _ outcome: Outcome, at now: Timestamp) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      INSERT INTO license.stripe_events (id, type, object_id, outcome, created_at, received_at)
      VALUES (\(event.id), \(event.type), \(event.objectID), \(outcome), \(event.createdAt), \(now))
      ON CONFLICT (id) DO NOTHING
      """) == 1
  }

  /// How new what we have of an object is; nil when we have nothing.
  public func state(of object: String) async throws(DatabaseError) -> StripeObjectState? {
    let row = try await database.first("SELECT as_of, version FROM license.stripe_objects WHERE id = \(object)")
    guard let row else { return nil }
    return StripeObjectState(asOf: try row.get("as_of"), version: try row.get("version"))
  }

  /// Takes the object's row for the rest of the transaction and notes how new it is now. False when somebody else did so
  /// since `news.known` was read: then the news may be old.
  public func advance(_ news: StripeNews) async throws(DatabaseError) -> Bool {
    guard let known = news.known else {
      return try await database.execute(
        """
        INSERT INTO license.stripe_objects (id, as_of, version) VALUES (\(news.id), \(news.asOf), 1)
        ON CONFLICT (id) DO NOTHING
        """) == 1
    }
    return try await database.execute(
      """
      UPDATE license.stripe_objects SET as_of = greatest(as_of, \(news.asOf)), version = version + 1
      WHERE id = \(news.id) AND version = \(known.version)
      """) == 1
  }

  /// Forgets the events that are not sent again any more.
  public func forget(receivedBefore time: Timestamp) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.stripe_events WHERE received_at < \(time)")
  }
}
