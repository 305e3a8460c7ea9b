import Billing
import Core
import Database
import Logging

/// Lets the licences of resellers go on from period to period, and ends them when a suspended reseller's grace is over.
struct ResellerRenewals: Sendable {
  let database: ConnectionPool
  let clock: any WallClock
  let logger: Logger

  /// Renews everything whose period is over; of one reseller, or of all that are active. Safe to run twice at once: the
  /// reseller's row lets one in after the other, and a period is charged once.
  func renewDue(of reseller: Int64? = nil) async throws {
    while true {
      let due = try await ResellerLicenseStore(database).due(at: clock.now(), of: reseller)
      var renewed = 0
      for (license, reseller) in due where try await renew(license, of: reseller) { renewed += 1 }
      // What could not be renewed stays due; it must not keep the others from their turn for ever.
      if due.count < 500 || renewed == 0 { return }
    }
  }

  /// - Returns: whether anything changed.
  private func renew(_ license: Int64, of id: Int64) async throws -> Bool {
    try await database.transaction(retries: 3) { connection in
      guard let reseller = try await ResellerStore(connection).lock(id), reseller.status == .active else {
        return false
      }
      let now = clock.now()
      _ = try await LicenseStore(connection).lock(license)
      let store = ResellerLicenseStore(connection)
      guard let sold = try await store.find(license, of: id), sold.renews, sold.periodEnd <= now else { return false }
      guard sold.license.standing != .revoked, let price = try await wholesale(of: sold, reseller, in: connection)
      else {
        logger.warning("a reseller's licence is not renewed", metadata: ["license": "\(license)", "reseller": "\(id)"])
        try await store.setRenewal(false, of: license)
        return true
      }
      for span in Self.spans(of: sold, at: now) {
        try await ResellerChargeStore(connection).insert(
          .init(
            reseller: id, license: sold.license, period: sold.period, start: span.start, end: span.end,
            wholesale: price, retail: sold.retail), at: now)
        try await store.advance(license, anchor: span.anchor, to: span.end)
        try await LicenseStore(connection).set(
          license, expiresAt: span.end, overdueUntil: span.end + LicenseGrant.overdueGrace, at: now)
      }
      guard let renewed = try await store.find(license, of: id) else { return true }
      try await VendorEventStore(connection).record(
        VendorEvent(
          .licenseRenewed, customer: renewed.license.customerID, reseller: id,
          data: ["license": renewed.license.json(at: now)]), at: now)
      return true
    }
  }

  private func wholesale(
    of sold: ResellerLicense, _ reseller: Reseller, in connection: Connection
  ) async throws -> Money? {
    let list = try await PlanStore(connection)
      .activePrice(of: sold.license.plan, period: sold.period, currency: reseller.agreement.currency)?.amount
    return try reseller.agreement.wholesale.price(
      of: sold.license.plan.slug, sold.period, list: list, in: reseller.agreement.currency)
  }

  struct Span: Hashable {
    let anchor: Timestamp
    let start: Timestamp
    let end: Timestamp
  }

  /// The periods to charge so that the licence is paid beyond `now`: those since the last one as long as the licence
  /// was usable all the while, else one that begins now. At most 24 at once.
  static func spans(of sold: ResellerLicense, at now: Timestamp) -> [Span] {
    if let end = sold.license.lastUsableAt, end <= now {
      return [Span(anchor: now, start: now, end: sold.period.end(of: 1, from: now))]
    }
    var spans: [Span] = []
    var (start, count) = (sold.periodEnd, 1)
    while start <= now, spans.count < 24 {
      while sold.period.end(of: count, from: sold.anchor) <= start { count += 1 }
      let end = sold.period.end(of: count, from: sold.anchor)
      spans.append(Span(anchor: sold.anchor, start: start, end: end))
      start = end
    }
    return spans
  }

  /// Suspends the licences of resellers whose customers' grace is over. Each comes back when its reseller does.
  func cutOff() async throws {
    for id in try await ResellerStore(database).dueForCut(at: clock.now()) {
      try await database.transaction(retries: 3) { connection in
        let store = ResellerStore(connection)
        guard var reseller = try await store.lock(id), reseller.status == .suspended, reseller.customersCutAt == nil,
          let grace = reseller.graceUntil
        else { return }
        let now = clock.now()
        guard grace <= now else { return }
        let sold = ResellerLicenseStore(connection)
        let ids = try await sold.ids(of: id, suspendedWith: false, at: now)
        for license in ids {
          try await LicenseStore(connection).set(license, standing: .suspended, at: now)
          try await sold.markSuspended(true, with: license)
          guard let cut = try await LicenseStore(connection).find(license) else { continue }
          try await VendorEventStore(connection).record(
            VendorEvent(
              .licenseSuspended, customer: cut.customerID, reseller: id, data: ["license": cut.json(at: now)]), at: now)
        }
        reseller.customersCutAt = now
        try await store.save(reseller, at: now)
        try await AuditStore(connection).append(
          AuditEntry(
            action: "reseller.cut_off", subject: ResellerRegister.subject(id),
            after: ["licenses": JSONValue(ids), "grace_until": JSONValue(grace)]), by: .server, at: now)
      }
    }
  }
}
