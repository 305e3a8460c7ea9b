import Billing
import Core
import Database
import Jobs
import Licensing
import Security

/// What staff, or a reseller, have done with hosted tenants. Each act is checked, noted and begun in one transaction; the
/// job runner does the rest.
struct HostedTenantDesk: Sendable {
  let database: ConnectionPool
  let box: SecretBox
  let fleet: TrackerFleet
  let queue: JobQueue
  let clock: any WallClock

  /// How long a tracker keeps the data of a tenant that was deleted, or moved away.
  static let deletedDataKept = Duration.days(30)
  static let movedDataKept = Duration.days(7)

  /// What a new tenant is asked for with.
  struct Request: Sendable {
    /// Whose it is to be.
    enum Owner: Sendable, Hashable {
      case customer(Int64)
      /// Whoever has this licence.
      case licensee(Int64)
      /// The customer with this address, made if there is none yet.
      case email(EmailAddress)
    }

    enum Terms: Sendable, Hashable {
      /// A licence that the customer has.
      case license(Int64)
      /// A new one of this plan.
      case plan(String)
    }

    var slug: String
    var name: String
    var owner: Owner
    var terms: Terms
    var domains: [String]
    var adminEmail: EmailAddress
  }

  /// - Parameter check: throws what else stands in the way, in the same transaction.
  /// - Throws: 404 for an unknown customer; 409 when slug, licence or a domain is taken; 422 for a plan or licence that
  ///   will not do.
  func provision(
    _ request: Request, by actor: Actor, check: @Sendable (Connection) async throws -> Void = { _ in }
  ) async throws -> HostedTenant {
    try await database.transaction { connection in
      try await check(connection)
      let now = clock.now()
      let customer = try await customer(request.owner, in: connection, at: now)
      let tenants = HostedTenantStore(connection)
      if try await tenants.find(slug: request.slug) != nil {
        throw Problem.conflict("Another hosted tenant has the slug \(request.slug).", field: "slug")
      }
      try await refuseTakenDomains(request.domains, but: nil, tenants)
      let license = try await license(for: request.terms, of: customer, in: connection, by: actor, at: now)
      let draft = HostedTenantStore.Draft(
        slug: request.slug, name: request.name, customerID: customer.id, licenseID: license, domains: request.domains,
        adminEmail: request.adminEmail)
      guard let id = try await tenants.insert(draft, at: now) else {
        // Slug or licence: somebody else was faster.
        throw Problem.conflict(
          "Another hosted tenant has the slug \(request.slug), or runs on this licence.", field: "slug")
      }
      return try await begin(.provision, on: id, from: .provisioning, by: actor, in: connection, at: now)
    }
  }

  /// Tries again to make a tenant that could not be made, with what was put right.
  func retry(
    _ id: Int64, name: String?, domains: [String]?, adminEmail: EmailAddress?, by actor: Actor
  ) async throws -> HostedTenant {
    try await act(on: id, by: actor) { tenant, connection, now in
      guard tenant.status == .failed else { throw Self.wrongStatus(tenant) }
      let tenants = HostedTenantStore(connection)
      let domains = domains ?? tenant.domains
      try await refuseTakenDomains(domains, but: id, tenants)
      try await tenants.set(
        id, name: name ?? tenant.name, domains: domains, adminEmail: adminEmail ?? tenant.adminEmail, at: now)
      try await tenants.set(id, status: .provisioning, at: now)
      return try await begin(.provision, on: id, from: .provisioning, by: actor, in: connection, at: now)
    }
  }

  func suspend(_ id: Int64, by actor: Actor) async throws -> HostedTenant {
    try await act(on: id, by: actor) { tenant, connection, now in
      guard tenant.status.isLive else { throw Self.wrongStatus(tenant) }
      if tenant.status == .suspended { return tenant }
      return try await begin(.suspend, on: id, from: tenant.status, by: actor, in: connection, at: now)
    }
  }

  func resume(_ id: Int64, by actor: Actor) async throws -> HostedTenant {
    try await act(on: id, by: actor) { tenant, connection, now in
      guard tenant.status.isLive else { throw Self.wrongStatus(tenant) }
      if tenant.status == .active { return tenant }
      return try await begin(.resume, on: id, from: tenant.status, by: actor, in: connection, at: now)
    }
  }

  /// - Parameter target: a tracker; nil for the least filled other one.
  func move(_ id: Int64, to target: Int64?, by actor: Actor) async throws -> HostedTenant {
    try await act(on: id, by: actor) { tenant, connection, now in
      guard tenant.status.isLive, let source = tenant.trackerID else { throw Self.wrongStatus(tenant) }
      let trackers = try await TrackerStore(connection).lockAll()
      let others = trackers.filter { $0.id != source }
      guard target != source else {
        throw Problem.invalid("tracker_id", "unchanged", "is the tracker that the tenant is on")
      }
      let chosen: RegisteredTracker
      if let target {
        guard let named = others.first(where: { $0.id == target }) else {
          throw Problem.invalid("tracker_id", "unknown", "is no registered tracker")
        }
        guard named.hasRoom(at: now) else {
          throw Problem.conflict("\(named.name) is full, draining or does not answer.", field: "tracker_id")
        }
        chosen = named
      } else {
        guard let best = RegisteredTracker.choose(among: others, at: now) else {
          throw Problem.conflict("No other tracker that answers has room.", field: "tracker_id")
        }
        chosen = best
      }
      return try await begin(
        .move, on: id, from: tenant.status, source: source, target: chosen.id, by: actor, in: connection, at: now)
    }
  }

  func export(_ id: Int64, by actor: Actor) async throws -> HostedTenant {
    try await act(on: id, by: actor) { tenant, connection, now in
      guard tenant.status.isLive else { throw Self.wrongStatus(tenant) }
      return try await begin(
        .export, on: id, from: tenant.status, source: tenant.trackerID, by: actor, in: connection, at: now)
    }
  }

  /// Closes it for good. Its data is kept for ``deletedDataKept``, and as an archive if one is wanted. One that could not
  /// be made is gone at once.
  func delete(_ id: Int64, withExport: Bool, by actor: Actor) async throws -> HostedTenant {
    try await act(on: id, by: actor) { tenant, connection, now in
      switch tenant.status {
      case .deleted, .purged: return tenant
      case .failed:
        try await HostedTenantStore(connection).set(id, status: .purged, at: now)
        try await audit("discard", tenant, by: actor, in: connection, at: now)
        return try await found(id, in: connection)
      case .active, .suspended:
        return try await begin(
          .delete, on: id, from: tenant.status, withExport: withExport, source: tenant.trackerID, by: actor,
          in: connection, at: now)
      case .provisioning: throw Self.wrongStatus(tenant)
      }
    }
  }

  /// Has the tracker drop the data of a deleted tenant, for good.
  func purge(_ id: Int64, by actor: Actor) async throws -> HostedTenant {
    try await act(on: id, by: actor) { tenant, connection, now in
      guard tenant.status == .deleted else {
        throw Problem.conflict("Only a deleted tenant's data can be purged.")
      }
      return try await begin(
        .purge, on: id, from: .deleted, source: tenant.trackerID, by: actor, in: connection, at: now)
    }
  }

  /// Gives up what is being done and undoes it.
  /// - Throws: 409 when nothing is, or there is no way back any more.
  func turnBack(_ id: Int64, by actor: Actor) async throws -> HostedTenant {
    try await database.transaction { connection in
      let now = clock.now()
      guard let tenant = try await HostedTenantStore(connection).lock(id) else { throw Problem.notFound("tenant") }
      guard let running = tenant.running, running.canTurnBack else {
        throw Problem.conflict("Nothing that could be undone is being done with this tenant.")
      }
      var next = running
      next.turnBack(because: "Given up by \(actor.name).", at: now)
      do {
        try await TenantOperationBooks(connection: connection).write(next, from: running, tenant, at: now)
      } catch is TenantOperationRunner.Superseded {
        throw Problem.unavailable("The operation has just moved on; try again.", retryAfter: 1)
      }
      try await HostedTenantJobs.enqueue(running.id, turn: next.position, on: queue, in: connection)
      try await audit("turn_back", tenant, by: actor, in: connection, at: now)
      return try await found(id, in: connection)
    }
  }

  /// A fresh link by which the tenant's admin sets a password. Noted in the audit log, without the link.
  func passwordLink(_ id: Int64, by actor: Actor) async throws -> String {
    guard let tenant = try await HostedTenantStore(database).find(id) else { throw Problem.notFound("tenant") }
    guard tenant.status.isLive, let tracker = tenant.trackerID, let address = tenant.address else {
      throw Self.wrongStatus(tenant)
    }
    let path: String
    do { path = try await fleet.client(for: tracker).passwordLink(tenant.slug, for: tenant.adminEmail) } catch let fault
      as TrackerFault
    { throw fault.problem }
    try await database.transaction { connection in
      try await audit("password_link", tenant, by: actor, in: connection, at: clock.now())
    }
    return "\(address)\(path)"
  }
}

extension HostedTenantDesk {
  private func customer(
    _ owner: Request.Owner, in connection: Connection, at now: Timestamp
  ) async throws -> Customer {
    let customers = CustomerStore(connection)
    switch owner {
    case .customer(let id):
      guard let customer = try await customers.find(id) else { throw Problem.notFound("customer") }
      return customer
    case .licensee(let license):
      guard let license = try await LicenseStore(connection).lock(license),
        let customer = try await customers.find(license.customerID)
      else { throw Problem.notFound("licence") }
      return customer
    case .email(let email):
      let customer = try await customers.findOrCreate(email: email, at: now)
      try await PortalUserStore(connection).makeOwner(email, of: customer.id, at: now)
      return customer
    }
  }

  /// Holds the tenant's row, refuses while something else is being done with it, and notes the act.
  private func act(
    on id: Int64, by actor: Actor,
    _ body: (HostedTenant, Connection, Timestamp) async throws -> HostedTenant
  ) async throws -> HostedTenant {
    try await database.transaction { connection in
      guard let tenant = try await HostedTenantStore(connection).lock(id) else { throw Problem.notFound("tenant") }
      if let running = tenant.running {
        throw Problem.conflict(
          "The tenant is busy: \(running.kind.rawValue) is under way since \(running.startedAt.rfc3339).")
      }
      return try await body(tenant, connection, clock.now())
    }
  }

  private func begin(
    _ kind: TenantOperation.Kind, on id: Int64, from status: HostedTenant.Status, withExport: Bool = false,
    source: Int64? = nil, target: Int64? = nil, by actor: Actor, in connection: Connection, at now: Timestamp
  ) async throws -> HostedTenant {
    let draft = TenantOperationStore.Draft(
      tenantID: id, kind: kind, formerStatus: status, withExport: withExport, sourceID: source, targetID: target,
      requestedBy: actor.name)
    guard let operation = try await TenantOperationStore(connection).insert(draft, at: now) else {
      throw Problem.conflict("The tenant is busy.")
    }
    try await HostedTenantJobs.enqueue(operation, on: queue, in: connection)
    let tenant = try await found(id, in: connection)
    try await audit(kind.rawValue, tenant, by: actor, in: connection, at: now)
    return tenant
  }

  private func license(
    for terms: Request.Terms, of customer: Customer, in connection: Connection, by actor: Actor, at now: Timestamp
  ) async throws -> Int64 {
    switch terms {
    case .license(let id):
      guard let license = try await LicenseStore(connection).lock(id), license.customerID == customer.id else {
        throw Problem.invalid("license_id", "unknown", "is no licence of this customer")
      }
      guard [.active, .overdue].contains(license.status(at: now)) else {
        throw Problem.invalid("license_id", "status", "must be an active licence")
      }
      guard license.activeInstances < license.grant.maxInstances else {
        throw Problem.conflict("All instances of this licence are in use.", field: "license_id")
      }
      return id
    case .plan(let slug):
      guard let plan = try await PlanStore(connection).find(slug: slug) else { throw BillingError.noSuchPlan(slug) }
      let issued = try await LicenseIssuer(connection: connection, box: box)
        .issue(LicenseStore.Draft(customerID: customer.id, planID: plan.id), at: now)
      try await AuditStore(connection).append(
        AuditEntry(
          action: "license.create", subject: LicenseRegister.subject(issued.license.id),
          after: issued.license.json(at: now)), by: actor, at: now)
      return issued.license.id
    }
  }

  private func refuseTakenDomains(_ domains: [String], but tenant: Int64?, _ tenants: HostedTenantStore) async throws {
    if let taken = try await tenants.takenDomains(among: domains, but: tenant).first {
      throw Problem.conflict("Another hosted tenant has \(taken).", field: "domains")
    }
  }

  private func found(_ id: Int64, in connection: Connection) async throws -> HostedTenant {
    guard let tenant = try await HostedTenantStore(connection).find(id) else { throw Problem.notFound("tenant") }
    return tenant
  }

  private func audit(
    _ verb: String, _ tenant: HostedTenant, by actor: Actor, in connection: Connection, at now: Timestamp
  ) async throws {
    try await AuditStore(connection).append(
      AuditEntry(action: "tenant.\(verb)", subject: "tenant:\(tenant.id)", after: tenant.json), by: actor, at: now)
  }

  private static func wrongStatus(_ tenant: HostedTenant) -> Problem {
    .conflict("The tenant is \(tenant.status.rawValue).")
  }
}

extension TrackerFault {
  /// For whoever waits for the answer.
  var problem: Problem {
    isPermanent ? .conflict(description) : .unavailable(description, retryAfter: 10)
  }
}
