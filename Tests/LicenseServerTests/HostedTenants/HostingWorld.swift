import Core
import Database
import Jobs
import Security
import Synchronization
import TestSupport
import Testing

@testable import LicenseServer

/// Pretended trackers, and the control plane's hosting on them.
final class HostingWorld: Sendable {
  let server: RunningServer
  let trackers: [PretendTracker]
  let actor = Actor(name: "staff test", address: nil)
  /// What befalls the n-th request, counted from the last ``begin(trouble:)``.
  private let troubles = Mutex<(count: Int, trouble: @Sendable (Int) -> PretendTracker.Trouble?)>((0, { _ in nil }))

  init(_ server: RunningServer, trackers names: [String]) {
    self.server = server
    trackers = names.map { PretendTracker($0) }
  }

  var hosting: Hosting {
    Hosting(
      database: server.plane.database, box: server.plane.box, mail: server.plane.mail,
      policy: .publicInternet, send: { [self] request, _ throws(OutboundError) in try send(request) },
      clock: server.clock, logger: .silent)
  }

  private func send(_ request: OutboundRequest) throws(OutboundError) -> OutboundResponse {
    let trouble = troubles.withLock { state in
      state.count += 1
      return state.trouble(state.count)
    }
    guard let tracker = trackers.first(where: { request.url.hasPrefix($0.baseURL) }) else {
      throw .unknownHost(request.url)
    }
    return try tracker.answer(request, trouble)
  }

  /// From now on this befalls the requests, counted from 1.
  func begin(trouble: @escaping @Sendable (Int) -> PretendTracker.Trouble? = { _ in nil }) {
    troubles.withLock { $0 = (0, trouble) }
  }

  var requests: Int { troubles.withLock { $0.count } }

  @discardableResult
  func register(_ index: Int, capacity: Int = 10) async throws -> RegisteredTracker {
    try await hosting.trackers.register(
      name: "tracker \(index)", baseURL: trackers[index].baseURL, token: PretendTracker.token, capacity: capacity,
      by: actor)
  }

  func provision(_ slug: String, name: String = "A tenant", plan: String = "pro") async throws -> HostedTenant {
    try await hosting.tenants.provision(
      HostedTenantDesk.Request(
        slug: slug, name: name, owner: .email(try #require(EmailAddress("owner@example.com"))), terms: .plan(plan),
        domains: ["\(slug).example.net"], adminEmail: try #require(EmailAddress("admin@example.net"))), by: actor)
  }

  func find(_ id: Int64) async throws -> HostedTenant {
    try #require(try await HostedTenantStore(server.plane.database).find(id))
  }

  /// Does what is due now.
  /// - Parameter onSchedule: whether also what comes round by itself.
  func runJobs(onSchedule: Bool = true) async throws {
    let jobs = hosting.jobs
    let runner = JobRunner(
      queue: server.plane.mail.queue, database: server.plane.database, handlers: jobs.handlers,
      schedules: onSchedule ? jobs.schedules : [], logger: .silent)
    _ = try await runner.runDue()
  }

  /// Lets time pass until nothing is under way with the tenant.
  @discardableResult
  func settle(_ id: Int64, rounds: Int = 300) async throws -> HostedTenant {
    for _ in 0..<rounds {
      try await runJobs()
      let tenant = try await find(id)
      if tenant.running == nil { return tenant }
      server.clock.advance(by: .minutes(11))
      try await hosting.fleet.checkAll()
    }
    let tenant = try await find(id)
    Issue.record("\(tenant.slug) does not settle: \(tenant.operation?.json.text ?? "")")
    return tenant
  }

  /// A tenant that is up.
  func tenant(_ slug: String = "acme") async throws -> HostedTenant {
    let tenant = try await settle(try await provision(slug).id)
    try #require(tenant.status == .active)
    return tenant
  }

  /// The key the tenant's licence has.
  func key(of tenant: HostedTenant) async throws -> String {
    let sealed = try #require(try await LicenseStore(server.plane.database).sealedKey(of: tenant.licenseID))
    return try server.plane.box.openText(sealed, for: LicenseKey.sealingContext(license: tenant.licenseID))
  }
}

/// A server and pretended trackers; the first `registered` of them are known to it.
func withHosting(
  _ names: [String] = ["eu1", "us1"], registered: Int = 2, _ body: (HostingWorld) async throws -> Void
) async throws {
  try await withServer { server in
    let world = HostingWorld(server, trackers: names)
    for index in 0..<min(registered, names.count) { try await world.register(index) }
    try await body(world)
  }
}
