import Core
import Database
import Logging
import Web

/// Makes a tenant's domain live once DNS shows that it is the tenant's, by a token, and that it points to this tracker.
struct DomainVerification: Sendable {
  /// The TXT record that shows whose a domain is.
  struct Record: Sendable, Hashable {
    let name: String
    let value: String

    init(host: String, token: String) {
      name = "_trackily.\(host)"
      value = "trackily-verification=\(token)"
    }
  }

  let store: DomainStore
  let catalog: TenantCatalog
  let directory: TenantDirectory
  let inspection: DomainInspection
  let writer: ConfigurationWriter
  let logger: Logger

  private static let recheckInterval = Duration.days(1)
  /// Of one tenant; the rest has its turn in the next round.
  private static let rechecksPerRound = 50

  private var clock: any WallClock { inspection.clock }
  var publicHost: String? { inspection.publicHost }

  func register(in table: inout TrackerTable, domains: ResourceAPI<DomainStore>) {
    table.on(
      .post, "/domains/{id}/verify", .write(.domains), "Check a domain's DNS and certificate, and make it live",
      answer: .ref("Domain")
    ) { call in
      let domain = try await domains.find(call.id(), call.place.scope)
      try await verify(domain, call.place.tenant, call.place.scope)
      return .json(try await domains.find(domain.id, call.place.scope).json)
    }
  }

  /// Looks, claims the host if all is right, and notes what was found.
  ///
  /// A domain that is live stays so whatever DNS says later: a name server's bad day must not end tracking. What is wrong
  /// is shown, and who owns the domain meanwhile may claim it.
  func verify(_ domain: Domain, _ tenant: Tenant, _ scope: TenantScope) async throws {
    let host = domain.draft.host
    let outcome = await inspection.inspect(domain)
    var problem = outcome.findings.problem
    var isLive = false
    if problem == nil {
      isLive = try await catalog.claim(
        host: host, for: tenant.id, proof: domain.verification.value, among: outcome.texts, at: clock.now())
      if !isLive { problem = "\(host) belongs to another account, which has shown that it owns it." }
    } else {
      isLive = try await catalog.holder(of: host) == tenant.id
    }
    try await store.note(
      isLive ? .verified : .failed, problem: problem, outcome.findings, of: domain.id, at: clock.now(), scope)
    guard isLive, !directory.hosts(of: tenant.id).contains(where: { $0.host == host }) else { return }
    try await catalog.announceChange()
    try await directory.reload()
    await writer.publish(tenant.id)
  }

  /// Looks again at what has not been looked at for a day: certificates end, records change.
  func recheck(_ tenants: [Tenant], _ scope: @escaping @Sendable (Tenant) throws -> TenantScope) async {
    let limit = clock.now() - Self.recheckInterval
    let outcomes = await EachTenant.run(tenants, atOnce: 2, within: .minutes(5)) { tenant in
      let scope = try scope(tenant)
      for domain in try await store.unchecked(since: limit, limit: Self.rechecksPerRound, of: scope) {
        try await verify(domain, tenant, scope)
      }
    }
    for case (let tenant, .failure(let error)) in outcomes {
      logger.info("domains not checked", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
    }
  }
}
