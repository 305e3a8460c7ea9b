import ClickPath
import Core
import Database

/// What offers' caps count: conversions of type and status sale.
struct OfferCapStore: Sendable {
  /// The conversions of one offer, of the local day that is now and in all. Counting stops where a cap is reached.
  func count(
    offer id: Int64, capDaily: Int?, capTotal: Int?, on clock: LocalClock, at now: Timestamp, of scope: TenantScope
  ) async throws(DatabaseError) -> OfferCaps.Count {
    let day = clock.day(at: now)
    let (start, end) = (clock.start(ofDay: day), clock.start(ofDay: day + 1))
    let row = try await scope.one(
      """
      SELECT
        (SELECT count(*) FROM (SELECT 1 FROM \(scope.schema).conversions
          WHERE offer_id = \(id) AND type = 'sale' AND status = 'sale' AND created_at >= \(start) AND created_at < \(end)
          LIMIT \(capDaily ?? 0)) t) AS today,
        (SELECT count(*) FROM (SELECT 1 FROM \(scope.schema).conversions
          WHERE offer_id = \(id) AND type = 'sale' AND status = 'sale' LIMIT \(capTotal ?? 0)) t) AS total
      """)
    return OfferCaps.Count(
      day: day, today: Int(try row.get("today", as: Int64.self)), total: Int(try row.get("total", as: Int64.self)),
      asOf: now)
  }
}
