public import Core
public import Database

/// Takes in Stripe's events, each once. They come twice, late and in any order; what is in them is believed only when it
/// is newer than all that we know, and asked for otherwise. Event and effect are one transaction.
public struct StripeInbox: Sendable {
  public enum Outcome: String, CaseIterable, Sendable {
    case applied, ignored
    /// It was taken in before.
    case duplicate
  }

  /// What follows from a change in the books, in the transaction that makes it; with the type of the event that brought
  /// the object, nil when we asked for it.
  public typealias Effects =
    @Sendable (
      _ change: StripeChange, _ content: StripeNews.Content, _ type: String?, _ connection: Connection, _ now: Timestamp
    ) async throws -> Void

  private let database: ConnectionPool
  private let client: StripeClient
  private let clock: any WallClock
  private let effects: Effects

  public init(
    database: ConnectionPool, client: StripeClient, clock: any WallClock, effects: @escaping Effects
  ) {
    self.database = database
    self.client = client
    self.clock = clock
    self.effects = effects
  }

  /// How often the state is asked for anew when somebody else was faster.
  private static let attempts = 5

  /// - Throws: 503 when the object changes faster than it can be read: the event is to be sent again.
  public func take(_ event: StripeEvent) async throws -> Outcome {
    guard event.mode == client.account.mode else { return .ignored }
    let store = StripeEventStore(database)
    for _ in 1...Self.attempts {
      if try await store.isKnown(event) { return .duplicate }
      let news = try await StripeReader(client: client, database: database).news(of: event)
      if let outcome = try await settle(event, news) { return outcome }
    }
    throw Problem.unavailable("The object is changing too fast; send the event again.", retryAfter: 5)
  }

  /// Asks Stripe how a subscription and its newest invoice stand and takes that over: after a change that was made here,
  /// and in case an event was lost.
  /// - Parameter reference: Stripe's name for it.
  public func refresh(_ reference: String) async throws {
    for _ in 1...Self.attempts {
      let news = try await StripeReader(client: client, database: database).news(ofSubscription: reference)
      if try await settle(nil, news) != nil { return }
    }
    throw Problem.unavailable("The subscription is changing too fast.", retryAfter: 5)
  }

  /// Nil when the news may be old: nothing is written then.
  private func settle(_ event: StripeEvent?, _ news: [StripeNews]) async throws -> Outcome? {
    do {
      return try await database.transaction(retries: 3) { connection in
        try await write(event, news, connection)
      }
    } catch is Superseded {
      return nil
    }
  }

  private func write(_ event: StripeEvent?, _ news: [StripeNews], _ connection: Connection) async throws -> Outcome {
    let now = clock.now()
    let store = StripeEventStore(connection)
    let outcome = news.isEmpty ? Outcome.ignored : .applied
    if let event, try await !store.record(event, news.isEmpty ? .ignored : .applied, at: now) { return .duplicate }
    for item in news {
      guard try await store.advance(item) else { throw Superseded() }
      let change = try await StripeBooks(connection, client: client).take(item.content, at: now)
      try await effects(change, item.content, item.id == event?.objectID ? event?.type : nil, connection, now)
    }
    return outcome
  }

  /// Somebody else has changed the object since we looked.
  private struct Superseded: Error {}
}
