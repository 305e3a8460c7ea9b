import ClickPath
import Core
import Database

/// Keeps the click path's counts of capped offers right: counts again when a conversion of one was recorded, before its
/// postback is answered, and tells the other nodes when an offer is full or has room again.
struct OfferCapKeeper: Sendable {
  let caps: OfferCaps
  let snapshot: @Sendable () -> Snapshot
  let events: EventStore
  let clock: any WallClock

  private let store = OfferCapStore()

  init(caps: OfferCaps, snapshot: @escaping @Sendable () -> Snapshot, events: EventStore, clock: any WallClock) {
    self.caps = caps
    self.snapshot = snapshot
    self.events = events
    self.clock = clock
  }

  /// Call it once the conversion is committed: of those that are recorded at the same time, the last to count sees all.
  func conversionsChanged(of offerID: Int64?, in scope: TenantScope) async throws(DatabaseError) {
    guard let tenant = snapshot().tenants[scope.tenantID], let offer = offerID.flatMap({ tenant.offers[$0] }),
      offer.capDaily != nil || offer.capTotal != nil
    else { return }
    let now = clock.now()
    let wasCapped = caps.isCapped(offer, of: tenant, at: now)
    let count = try await store.count(
      offer: offer.id, capDaily: offer.capDaily, capTotal: offer.capTotal, on: tenant.clock, at: now, of: scope)
    caps.note(count, offerID: offer.id, of: tenant.id)
    let isCapped = caps.isCapped(offer, of: tenant, at: now)
    guard isCapped != wasCapped else { return }
    if isCapped { try await tell(offer, count, at: now, in: scope) }
    try await ConfigurationWriter.notify(scope, in: scope)
  }

  /// `offer_capped`, once a day or once for good.
  private func tell(
    _ offer: Snapshot.Offer, _ count: OfferCaps.Count, at now: Timestamp, in scope: TenantScope
  ) async throws(DatabaseError) {
    let isTotal = offer.capTotal.map { count.total >= $0 } ?? false
    let occasion = isTotal ? "total \(offer.capTotal ?? 0)" : "daily \(LocalDate(daysSinceEpoch: count.day))"
    try await events.insert(
      Event(
        id: UUIDv7(at: now), at: now, kind: .offerCapped, subject: "offer \(offer.id)", occasion: occasion,
        detail: [
          "offer_id": .int(offer.id), "offer_name": .string(offer.name), "scope": isTotal ? "total" : "daily",
          "cap": .int(isTotal ? offer.capTotal ?? 0 : offer.capDaily ?? 0),
          "conversions": .int(isTotal ? count.total : count.today),
        ]),
      of: scope)
  }
}
