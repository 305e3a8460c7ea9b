import Core
import Database
import TestSupport
import Testing

@testable import LicenseServer

/// Whatever goes wrong with whichever request, and wherever the server is killed: the end is the same.
@Suite struct HostedTenantFailureTests {
  enum Act: String, CaseIterable, Sendable { case provision, suspend, move, delete }

  /// What can be seen from outside when all is over.
  private struct End: Equatable {
    let status: HostedTenant.Status
    let tracker: String?
    let there: [PretendTracker.Tenant?]
    let files: [Int]
  }

  private func end(of tenant: HostedTenant, _ world: HostingWorld) async throws -> End {
    let key = try await world.key(of: tenant)
    // Each run has a slug and a key of its own.
    let there = world.trackers.map { tracker -> PretendTracker.Tenant? in
      guard var held = tracker.tenants[tenant.slug] else { return nil }
      if held.licenseKey == key { held.licenseKey = "its key" }
      if held.data == "made as \(tenant.slug)" { held.data = "its data" }
      return held
    }
    let files = world.trackers.map(\.files)
    for tracker in world.trackers { tracker.removeFiles() }
    return End(status: tenant.status, tracker: tenant.trackerName, there: there, files: files)
  }

  /// Begins the act on a tenant of its own.
  private func begin(_ act: Act, _ slug: String, _ world: HostingWorld) async throws -> Int64 {
    let tenants = world.hosting.tenants
    let id = try await world.provision(slug).id
    if act == .provision { return id }
    // Nothing that comes round by itself is needed to get there.
    try await world.runJobs(onSchedule: false)
    let tenant = try await world.find(id)
    try #require(tenant.status == .active)
    switch act {
    case .provision: break
    case .suspend: _ = try await tenants.suspend(id, by: world.actor)
    case .move: _ = try await tenants.move(id, to: 2, by: world.actor)
    case .delete: _ = try await tenants.delete(id, withExport: true, by: world.actor)
    }
    return id
  }

  /// - Parameter trouble: by the request's number, from 1.
  /// - Returns: the end, and how many requests the first attempt took.
  private func run(
    _ act: Act, _ slug: String, _ world: HostingWorld, _ trouble: @escaping @Sendable (Int) -> PretendTracker.Trouble?
  ) async throws -> (end: End, requests: Int) {
    let id = try await begin(act, slug, world)
    world.begin(trouble: trouble)
    try await world.runJobs(onSchedule: false)
    let requests = world.requests
    // The server starts again: nothing but the database is left.
    world.begin()
    world.server.clock.advance(by: .minutes(11))
    try await world.hosting.fleet.checkAll()
    return (try await end(of: try await world.settle(id), world), requests)
  }

  /// Tenants begin at the first tracker, which has by far the most room, and but for a move there is no other one: they
  /// have to come to their end there.
  private func withTrackers(for act: Act, _ body: (HostingWorld) async throws -> Void) async throws {
    try await withHosting(registered: 0) { world in
      try await world.register(0, capacity: 100_000)
      if act == .move { try await world.register(1, capacity: 200) }
      try await body(world)
    }
  }

  @Test(arguments: Act.allCases, [PretendTracker.Trouble.unreachable, .answerLost])
  func theEndIsTheSameWhereverItIsKilled(_ act: Act, _ trouble: PretendTracker.Trouble) async throws {
    try await withTrackers(for: act) { world in
      let undisturbed = try await run(act, "first", world) { _ in nil }
      #expect(undisturbed.requests > 0)
      for point in 1...undisturbed.requests {
        // One request is hit, and from then on nothing comes through: the process is gone.
        let killed = try await run(act, "killed-\(point)", world) {
          $0 < point ? nil : $0 == point ? trouble : .unreachable
        }
        #expect(killed.end == undisturbed.end, "\(act) killed at request \(point), \(trouble)")
      }
    }
  }

  @Test(arguments: Act.allCases, [PretendTracker.Trouble.busy, .answerLost])
  func theEndIsTheSameWhicheverRequestFailsOnce(_ act: Act, _ trouble: PretendTracker.Trouble) async throws {
    try await withTrackers(for: act) { world in
      let undisturbed = try await run(act, "first", world) { _ in nil }
      #expect(undisturbed.requests > 0)
      for point in 1...undisturbed.requests {
        let disturbed = try await run(act, "failed-\(point)", world) { $0 == point ? trouble : nil }
        #expect(disturbed.end == undisturbed.end, "\(act) disturbed at request \(point), \(trouble)")
      }
    }
  }
}
