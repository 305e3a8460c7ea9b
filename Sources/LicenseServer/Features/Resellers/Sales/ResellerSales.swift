import Billing
import Core
import Database
import Licensing
import Security

/// What a reseller does: customers, licences, prices. Each act is one transaction that holds the reseller's row, so that
/// of many sales at once exactly as many succeed as the agreement allows, and a statement never misses one.
struct ResellerSales: Sendable {
  let database: ConnectionPool
  let box: SecretBox
  let mail: MailJobs
  let clock: any WallClock

  struct Sale: Sendable {
    var customer: Int64
    var plan: String
    var period: BillingPeriod
    var maxInstances = 1
    /// Minor units; nil for the price that the reseller has set.
    var retail: Int64?
  }

  func addCustomer(
    _ email: EmailAddress, name: String, of reseller: Int64, by actor: Actor
  ) async throws -> ResellerCustomer {
    try await database.transaction { connection in
      let now = clock.now()
      _ = try await active(reseller, in: connection)
      guard let customer = try await CustomerStore(connection).create(email: email, name: name, at: now) else {
        throw Problem.conflict("This e-mail address cannot be used for a new customer.", field: "email")
      }
      try await ResellerCustomerStore(connection).claim(customer.id, for: reseller)
      try await PortalUserStore(connection).makeOwner(email, of: customer.id, at: now)
      try await AuditStore(connection).append(
        AuditEntry(action: "customer.create", subject: "customer:\(customer.id)", after: customer.json), by: actor,
        at: now)
      try await VendorEventStore(connection).record(
        VendorEvent(
          .customerCreated, customer: customer.id, reseller: reseller, data: ["customer": customer.json]), at: now)
      return ResellerCustomer(id: customer.id, email: email, name: name, licenses: 0, createdAt: now)
    }
  }

  func rename(_ customer: Int64, to name: String, of reseller: Int64, by actor: Actor) async throws {
    try await database.transaction { connection in
      guard let former = try await ResellerCustomerStore(connection).find(customer, of: reseller) else {
        throw Problem.notFound("customer")
      }
      try await CustomerStore(connection).rename(customer, to: name)
      try await AuditStore(connection).append(
        AuditEntry(
          action: "customer.change", subject: "customer:\(customer)", before: ["name": .string(former.name)],
          after: ["name": .string(name)]), by: actor, at: clock.now())
    }
  }

  /// Issues a licence to one of the reseller's customers and charges its first period.
  /// - Throws: 409 `entitlement_exceeded` beyond the agreement, 403 `reseller_suspended`, 404 for another's customer.
  func sell(_ sale: Sale, of id: Int64, by actor: Actor) async throws -> (license: ResellerLicense, key: LicenseKey) {
    try await database.transaction(retries: 3) { connection in
      let reseller = try await active(id, in: connection)
      // Read with the row held: a statement that was made before this has an earlier end.
      let now = clock.now()
      guard let customer = try await ResellerCustomerStore(connection).find(sale.customer, of: id) else {
        throw Problem.notFound("customer")
      }
      let store = ResellerStore(connection)
      let wanted = try await store.use(of: id, at: now).adding(plan: sale.plan, instances: sale.maxInstances)
      let excess = reseller.agreement.entitlement.excess(of: wanted)
      guard excess.isEmpty else { throw Problem.beyondEntitlement(excess) }
      let offer = try await offer(sale.plan, sale.period, of: reseller, in: connection)
      guard
        let retail = sale.retail.map({ Money(minorUnits: $0, currency: reseller.agreement.currency) }) ?? offer.retail
      else {
        throw Problem.invalid("retail", "required", "is required: no retail price is set for this plan and interval")
      }
      let end = sale.period.end(of: 1, from: now)
      var overrides = LicenseOverrides.none
      if reseller.agreement.whiteLabel { overrides.features = [.whiteLabel] }
      let issued = try await LicenseIssuer(connection: connection, box: box, actor: actor).issue(
        LicenseStore.Draft(
          customerID: customer.id, planID: offer.plan.id, expiresAt: end,
          overdueUntil: end + LicenseGrant.overdueGrace, maxInstances: sale.maxInstances, overrides: overrides),
        at: now)
      let licenses = ResellerLicenseStore(connection)
      try await licenses.insert(
        license: issued.license.id, reseller: id,
        .init(period: sale.period, retail: retail.minorUnits, anchor: now, periodEnd: end), at: now)
      try await ResellerChargeStore(connection).insert(
        .init(
          reseller: id, license: issued.license, period: sale.period, start: now, end: end,
          wholesale: offer.wholesale, retail: retail), at: now)
      guard let sold = try await licenses.find(issued.license.id, of: id) else { throw Problem.notFound("licence") }
      try await mail.enqueue(
        LicenseSoldMail(plan: issued.license.plan.name), to: customer.email, customer: customer.id, in: connection)
      try await note(nil, "license.create", sold, before: .null, by: actor, in: connection, at: now)
      return (sold, issued.key)
    }
  }

  /// Whether another period follows when the paid one ends. To let an ended one go on is as much as to sell it.
  func setRenewal(_ renews: Bool, of license: Int64, reseller id: Int64, by actor: Actor) async throws
    -> ResellerLicense
  {
    try await change(license, of: id, "license.set_renewal", by: actor) { reseller, sold, connection, now in
      if renews, !sold.renews {
        guard reseller.status == .active else { throw Problem.resellerSuspended() }
        if let end = sold.license.lastUsableAt, end <= now {
          let wanted = try await ResellerStore(connection).use(of: id, at: now)
            .adding(plan: sold.license.plan.slug, instances: sold.license.maxInstances)
          let excess = reseller.agreement.entitlement.excess(of: wanted)
          guard excess.isEmpty else { throw Problem.beyondEntitlement(excess) }
        }
      }
      try await ResellerLicenseStore(connection).setRenewal(renews, of: license)
    }
  }

  /// What the customer is asked for from the next period on.
  func setRetail(_ amount: Int64, of license: Int64, reseller: Int64, by actor: Actor) async throws -> ResellerLicense {
    try await change(license, of: reseller, "license.set_retail", by: actor) { _, _, connection, _ in
      try await ResellerLicenseStore(connection).set(license, retail: amount)
    }
  }

  /// The customer cannot use it until it is reinstated; its periods go on.
  func suspend(_ license: Int64, of reseller: Int64, by actor: Actor) async throws -> ResellerLicense {
    try await change(license, of: reseller, "license.suspend", .suspended, by: actor) {
      _, sold, connection, now in
      guard sold.license.standing == .active else { return }
      try await LicenseStore(connection).set(license, standing: .suspended, at: now)
    }
  }

  func reinstate(_ license: Int64, of id: Int64, by actor: Actor) async throws -> ResellerLicense {
    try await change(license, of: id, "license.reinstate", .reinstated, by: actor) {
      reseller, sold, connection, now in
      guard sold.license.standing == .suspended else { return }
      guard reseller.status == .active else { throw Problem.resellerSuspended() }
      try await LicenseStore(connection).set(license, standing: .active, at: now)
      try await ResellerLicenseStore(connection).markSuspended(false, with: license)
    }
  }

  /// Sets what customers are asked for. Licences sold before keep theirs.
  func setPrices(_ prices: [RetailPrice], of reseller: Int64, by actor: Actor) async throws -> [ResellerOffer] {
    try await database.transaction { connection in
      guard let reseller = try await ResellerStore(connection).lock(reseller) else {
        throw Problem.notFound("reseller")
      }
      let store = ResellerPriceStore(connection)
      let before = try await store.offers(of: reseller)
      try await store.save(prices, of: reseller.id)
      let after = try await store.offers(of: reseller)
      try await AuditStore(connection).append(
        AuditEntry(
          action: "reseller.set_prices", subject: "reseller:\(reseller.id)", before: .array(before.map(\.json)),
          after: .array(after.map(\.json))), by: actor, at: clock.now())
      return after
    }
  }

  private func active(_ id: Int64, in connection: Connection) async throws -> Reseller {
    guard let reseller = try await ResellerStore(connection).lock(id) else { throw Problem.notFound("reseller") }
    guard reseller.status == .active else { throw Problem.resellerSuspended() }
    return reseller
  }

  private func offer(
    _ plan: String, _ period: BillingPeriod, of reseller: Reseller, in connection: Connection
  ) async throws -> ResellerOffer {
    let offers = try await ResellerPriceStore(connection).offers(of: reseller)
    guard let offer = offers.first(where: { $0.plan.slug == plan && $0.period == period }) else {
      throw Problem.invalid("interval", "choice", "the agreement has no price for \(plan) by the \(period.rawValue)")
    }
    return offer
  }

  private func change(
    _ license: Int64, of id: Int64, _ action: String, _ event: LicenseEventKind? = nil, by actor: Actor,
    _ body: (Reseller, ResellerLicense, Connection, Timestamp) async throws -> Void
  ) async throws -> ResellerLicense {
    try await database.transaction { connection in
      guard let reseller = try await ResellerStore(connection).lock(id) else { throw Problem.notFound("reseller") }
      let now = clock.now()
      let store = ResellerLicenseStore(connection)
      _ = try await LicenseStore(connection).lock(license)
      guard let former = try await store.find(license, of: id) else { throw Problem.notFound("licence") }
      guard former.license.standing != .revoked else {
        throw Problem.conflict("This licence is revoked, and that is for good.")
      }
      try await body(reseller, former, connection, now)
      guard let sold = try await store.find(license, of: id) else { throw Problem.notFound("licence") }
      let before = former.json(at: now)
      guard before != sold.json(at: now) else { return sold }
      try await note(event, action, sold, before: before, by: actor, in: connection, at: now)
      return sold
    }
  }

  /// - Parameter event: for the licence's history, from which other systems are told; nil when it is there already.
  private func note(
    _ event: LicenseEventKind?, _ action: String, _ sold: ResellerLicense, before: JSONValue, by actor: Actor,
    in connection: Connection, at now: Timestamp
  ) async throws {
    try await AuditStore(connection).append(
      AuditEntry(
        action: action, subject: LicenseRegister.subject(sold.id), before: before, after: sold.json(at: now)),
      by: actor, at: now)
    guard let event else { return }
    try await LicenseHistory(connection).record(event, of: sold.id, by: actor, at: now)
  }
}
