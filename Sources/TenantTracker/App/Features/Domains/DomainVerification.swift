import Core
import Database
import Web

/// Makes a tenant's domain live once its DNS points to this tracker.
struct DomainVerification: Sendable {
  let store: DomainStore
  let catalog: TenantCatalog
  let directory: TenantDirectory
  /// PUBLIC_URL's host; nil when it is not set.
  let publicHost: String?
  let resolve: @Sendable (String) async -> [IPAddress]
  let clock: any WallClock

  func register(in table: inout TrackerTable, domains: ResourceAPI<DomainStore>) {
    table.on(
      .post, "/domains/{id}/verify", .write(.domains), "Check a domain's DNS and make it live", answer: .ref("Domain")
    ) { call in
      let domain = try await domains.find(call.id(), call.place.scope)
      try await verify(domain, call.place)
      return .json(try await domains.find(domain.id, call.place.scope).json)
    }
  }

  func verify(_ domain: Domain, _ place: TrackerPlace) async throws {
    let problem = try await problem(of: domain.draft.host, place.tenant)
    let status: Domain.Status = problem == nil ? .verified : .failed
    try await store.note(status, problem: problem, of: domain.id, at: clock.now(), place.scope)
    if problem == nil {
      try await catalog.announceChange()
      try await directory.reload()
    }
  }

  private func problem(of host: String, _ tenant: Tenant) async throws -> String? {
    guard let publicHost else { return "PUBLIC_URL is not set, so there is no address to compare with." }
    guard host != publicHost else { return "This is the tracker's own host." }
    let ours = if let address = IPAddress(publicHost) { [address] } else { await resolve(publicHost) }
    let theirs = await resolve(host)
    if theirs.isEmpty { return "\(host) has no address record yet." }
    guard theirs.allSatisfy(Set(ours).contains) else {
      return "\(host) points to \(theirs.map(\.description).joined(separator: ", ")); it must point to \(publicHost)."
    }
    guard try await catalog.claim(host: host, for: tenant.id, origin: "verified", at: clock.now()) else {
      return "\(host) belongs to another account."
    }
    return nil
  }
}
