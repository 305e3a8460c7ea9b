public import Core
import Synchronization

/// How many conversions the offers with a cap have had. The database counts them; this is what it said last.
public final class OfferCaps: Sendable {
  /// What the database counted.
  public struct Count: Hashable, Sendable, Codable {
    /// Days since 1970 of the tenant's calendar.
    public var day: Int
    /// On that day.
    public var today: Int
    public var total: Int
    /// When the counting began: of two counts, the one that began later knows more.
    public var asOf: Timestamp

    public init(day: Int, today: Int, total: Int, asOf: Timestamp) {
      self.day = day
      self.today = today
      self.total = total
      self.asOf = asOf
    }
  }

  private struct Key: Hashable {
    let tenantID: Int64
    let offerID: Int64
  }

  private let counts = Mutex<[Key: Count]>([:])

  public init() {}

  /// Takes note of a count, unless a later one is known.
  public func note(_ count: Count, offerID: Int64, of tenantID: Int64) {
    counts.withLock { counts in
      let key = Key(tenantID: tenantID, offerID: offerID)
      if let known = counts[key], known.asOf > count.asOf { return }
      counts[key] = count
    }
  }

  /// Takes note of what tenants' records say.
  public func note(_ records: [TenantRecord]) {
    for record in records {
      for (offerID, count) in record.capCounts { note(count, offerID: offerID, of: record.id) }
    }
  }

  /// Whether the offer gets no more clicks for now.
  public func isCapped(_ offer: Snapshot.Offer, of tenant: Snapshot.Tenant, at now: Timestamp) -> Bool {
    guard offer.capDaily != nil || offer.capTotal != nil else { return false }
    let key = Key(tenantID: tenant.id, offerID: offer.id)
    guard let count = counts.withLock({ $0[key] }) else { return false }
    if let cap = offer.capTotal, count.total >= cap { return true }
    guard let cap = offer.capDaily, count.today >= cap else { return false }
    return count.day == tenant.clock.day(at: now)
  }
}
