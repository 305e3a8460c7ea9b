import ClickPath
import Core
import Web

/// `GET /offers/{id}/caps`: how far an offer is from its caps.
struct OfferCapsAPI: Sendable {
  let offers: ResourceAPI<OfferStore>
  let settings: SettingsStore
  let clock: any WallClock

  private let store = OfferCapStore()

  init(offers: ResourceAPI<OfferStore>, settings: SettingsStore, clock: any WallClock) {
    self.offers = offers
    self.settings = settings
    self.clock = clock
  }

  func register(in table: inout TrackerTable) {
    table.on(
      .get, "/offers/{id}/caps", .read(.offers), "Conversions against the offer's caps",
      answer: .object([
        .required("date", .string.described("The tenant's day.")),
        .required("conversions_today", .integer.nullable.described("Null without a daily cap.")),
        .required("cap_daily", .integer.nullable), .required("conversions_total", .integer.nullable),
        .required("cap_total", .integer.nullable), .required("capped", .boolean),
      ])
    ) { call in
      let offer = try await offers.find(call.id(), call.place.scope)
      let standing = try await standing(of: offer, call)
      return .json([
        "date": .string(LocalDate(daysSinceEpoch: standing.count.day).description),
        "conversions_today": offer.draft.capDaily.map { _ in .int(standing.count.today) } ?? .null,
        "cap_daily": JSONValue(offer.draft.capDaily),
        "conversions_total": offer.draft.capTotal.map { _ in .int(standing.count.total) } ?? .null,
        "cap_total": JSONValue(offer.draft.capTotal), "capped": .bool(standing.isCapped),
      ])
    }
  }

  /// For the offer's page, too. Counting ends at a cap, so no count is above its cap.
  func standing(of offer: Offer, _ call: TrackerCall) async throws -> (count: OfferCaps.Count, isCapped: Bool) {
    let zone = try await settings.all(of: call.place.scope).timeZone
    let now = clock.now()
    let count = try await store.count(
      offer: offer.id, capDaily: offer.draft.capDaily.map(Int.init), capTotal: offer.draft.capTotal.map(Int.init),
      on: ZoneRecord.around(now, zone).map { LocalClock($0) } ?? .utc, at: now, of: call.place.scope)
    let isFull = { (count: Int, cap: Int64?) in cap.map { count >= $0 } ?? false }
    return (count, isFull(count.today, offer.draft.capDaily) || isFull(count.total, offer.draft.capTotal))
  }
}
