import Billing
import Core
import Database
import Security

/// What staff do with resellers, by whatever way they come: API, pages, commands. Each act is one transaction with its
/// entry in the audit log.
struct ResellerRegister: Sendable {
  let database: ConnectionPool
  let mail: MailJobs
  let renewals: ResellerRenewals
  let clock: any WallClock

  struct Request: Sendable {
    var name: String
    /// Of the first user, and where the invoices go.
    var email: EmailAddress
    var agreement: ResellerAgreement
    var portalDomain: String?
    /// Nil: the first user gets an invitation link.
    var passwordHash: String?
  }

  /// A new reseller with its first user, an owner.
  /// - Returns: the invitation's token, when there is no password.
  func create(_ request: Request, by actor: Actor) async throws -> (reseller: Reseller, invitation: SecretToken?) {
    try await database.transaction { connection in
      let now = clock.now()
      let store = ResellerStore(connection)
      guard let customer = try await CustomerStore(connection).create(email: request.email, name: request.name, at: now)
      else { throw Problem.conflict("There is a customer with this e-mail address already.", field: "email") }
      try await check(request.portalDomain, besides: nil, in: store)
      try await Self.checkPlans(request.agreement, in: connection)
      let id = try await store.insert(
        customer: customer.id, name: request.name, agreement: request.agreement, portalDomain: request.portalDomain,
        at: now)
      let users = ResellerUserStore(connection)
      let user = try await users.insert(
        .init(reseller: id, email: request.email, name: "", role: .owner, passwordHash: request.passwordHash), at: now)
      guard let user, let reseller = try await store.find(id) else {
        throw Problem.conflict("Somebody with this e-mail address signs in for a reseller already.", field: "email")
      }
      var invitation: SecretToken?
      if request.passwordHash == nil { invitation = try await users.invite(user, at: now) }
      try await AuditStore(connection).append(
        AuditEntry(action: "reseller.create", subject: Self.subject(id), after: reseller.json), by: actor, at: now)
      try await VendorEventStore(connection).record(
        VendorEvent(.resellerCreated, reseller: id, data: ["reseller": reseller.json]), at: now)
      return (reseller, invitation)
    }
  }

  /// What can be changed of a reseller; nil leaves it.
  struct Changes: Sendable {
    var name: String?
    var wholesale: WholesalePricing?
    var plans: [String]?
    var maxLicenses: Int?
    var maxInstances: Int?
    var maxTenants: Int?
    var whiteLabel: Bool?
    var mayHidePoweredBy: Bool?
    var graceDays: Int?
    var portalDomain: String??
  }

  /// - Throws: 409 `entitlement_exceeded` when its customers have more than would be allowed.
  func change(_ id: Int64, _ changes: Changes, by actor: Actor) async throws -> Reseller {
    try await act(on: id, "reseller.change", by: actor) { reseller, connection, now in
      let store = ResellerStore(connection)
      let former = reseller.agreement
      if let name = changes.name { reseller.name = name }
      if let wholesale = changes.wholesale { reseller.agreement.wholesale = wholesale }
      if let plans = changes.plans { reseller.agreement.plans = plans }
      if let licenses = changes.maxLicenses { reseller.agreement.maxLicenses = licenses }
      if let instances = changes.maxInstances { reseller.agreement.maxInstances = instances }
      if let allowed = changes.maxTenants { reseller.agreement.maxTenants = allowed }
      if let whiteLabel = changes.whiteLabel { reseller.agreement.whiteLabel = whiteLabel }
      if let hides = changes.mayHidePoweredBy { reseller.agreement.mayHidePoweredBy = hides }
      if let days = changes.graceDays { reseller.agreement.graceDays = days }
      if let domain = changes.portalDomain { reseller.portalDomain = domain }
      try await check(reseller.portalDomain, besides: id, in: store)
      try await Self.checkPlans(reseller.agreement, in: connection)
      let excess = reseller.agreement.entitlement.excess(of: try await store.use(of: id, at: now))
      guard excess.isEmpty else { throw Problem.beyondEntitlement(excess) }
      if let allowed = changes.maxTenants {
        let hosted = try await HostedTenantStore(connection).count(ofReseller: id)
        guard hosted <= allowed else { throw Problem.tenantsUsedUp(hosted, of: allowed) }
      }
      if former.whiteLabel != reseller.agreement.whiteLabel {
        try await store.setWhiteLabel(reseller.agreement.whiteLabel, ofLicensesOf: id, at: now)
      }
    }
  }

  /// Nothing new can be sold or renewed. Its customers keep working until the agreement's grace is over.
  func suspend(_ id: Int64, by actor: Actor) async throws -> Reseller {
    try await act(on: id, "reseller.suspend", .resellerSuspended, by: actor) { reseller, connection, now in
      guard reseller.status == .active else { return }
      let until = now + reseller.agreement.grace
      reseller.status = .suspended
      reseller.suspendedAt = now
      reseller.graceUntil = until
      try await ResellerLicenseStore(connection).extendGrace(of: id, until: until, at: now)
      try await mail.enqueue(
        ResellerSuspendedMail(graceUntil: String(until.day)), to: reseller.email, reseller: id, in: connection)
    }
  }

  /// All is as it was: the licences that were suspended with it work again, and those whose period is over are renewed.
  func reinstate(_ id: Int64, by actor: Actor) async throws -> Reseller {
    let reseller = try await act(on: id, "reseller.reinstate", .resellerReinstated, by: actor) {
      reseller, connection, now in
      guard reseller.status == .suspended else { return }
      reseller.status = .active
      reseller.suspendedAt = nil
      reseller.graceUntil = nil
      reseller.customersCutAt = nil
      let store = ResellerLicenseStore(connection)
      for license in try await store.ids(of: id, suspendedWith: true, at: now) {
        try await LicenseStore(connection).set(license, standing: .active, at: now)
        try await store.markSuspended(false, with: license)
      }
    }
    try await renewals.renewDue(of: id)
    return reseller
  }

  static func subject(_ id: Int64) -> String { "reseller:\(id)" }

  private func check(_ domain: String?, besides id: Int64?, in store: ResellerStore) async throws {
    if let domain, try await store.isTaken(portalDomain: domain, besides: id) {
      throw Problem.conflict("Another reseller has this portal domain.", field: "portal_domain")
    }
  }

  private static func checkPlans(_ agreement: ResellerAgreement, in connection: Connection) async throws {
    let known = Set(try await PlanStore(connection).all().map(\.slug))
    var named = Set(agreement.plans)
    if case .priceList(let prices) = agreement.wholesale { named.formUnion(prices.keys.map(\.plan)) }
    if let unknown = named.subtracting(known).min() { throw BillingError.noSuchPlan(unknown) }
  }

  private func act(
    on id: Int64, _ action: String, _ event: VendorEventType? = nil, by actor: Actor,
    _ body: (inout Reseller, Connection, Timestamp) async throws -> Void
  ) async throws -> Reseller {
    try await database.transaction { connection in
      let store = ResellerStore(connection)
      guard let former = try await store.lock(id) else { throw Problem.notFound("reseller") }
      let now = clock.now()
      var reseller = former
      try await body(&reseller, connection, now)
      guard reseller != former else { return former }
      try await store.save(reseller, at: now)
      try await AuditStore(connection).append(
        AuditEntry(action: action, subject: Self.subject(id), before: former.json, after: reseller.json), by: actor,
        at: now)
      if let event {
        try await VendorEventStore(connection).record(
          VendorEvent(event, reseller: id, data: ["reseller": reseller.json]), at: now)
      }
      return reseller
    }
  }
}
