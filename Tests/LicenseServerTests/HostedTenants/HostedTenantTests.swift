import Core
import Database
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct HostedTenantTests {
  @Test func aTenantIsPlacedMadeAndHandedOver() async throws {
    try await withHosting { world in
      let wanted = try await world.provision("acme")
      #expect(wanted.status == .provisioning && wanted.running?.kind == .provision)
      let tenant = try await world.settle(wanted.id)
      #expect(tenant.status == .active && tenant.trackerName == "tracker 0")
      #expect(tenant.address == "https://acme.example.net")
      let made = try #require(world.trackers[0].tenants["acme"])
      let key = try await world.key(of: tenant)
      #expect(made.admin == "admin@example.net" && made.licenseKey == key)
      let second = try await world.tenant("other")
      #expect(second.trackerName == "tracker 1" && second.licenseID != tenant.licenseID)
      #expect(
        try await world.hosting.tenants.passwordLink(tenant.id, by: world.actor)
          == "https://acme.example.net/admin/invitation#token")
    }
  }

  @Test func ofTwoThatWantOneSlugAtOnceOneGetsIt() async throws {
    try await withHosting { world in
      let made = await withTaskGroup(of: Bool.self) { tasks in
        for _ in 0..<8 {
          tasks.addTask {
            do { _ = try await world.provision("acme") } catch let problem as Problem {
              #expect(problem.status == 409)
              return false
            } catch {
              Issue.record(error)
              return false
            }
            return true
          }
        }
        return await tasks.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(made == 1)
      let count: Int? = try await world.server.plane.database.scalar("SELECT count(*) FROM license.hosted_tenants")
      #expect(count == 1)
      // The losers' licences were part of what was rolled back.
      let licenses: Int? = try await world.server.plane.database.scalar("SELECT count(*) FROM license.licenses")
      #expect(licenses == 1)
    }
  }

  @Test func noTrackerIsFilledBeyondItsCapacity() async throws {
    try await withHosting(registered: 0) { world in
      try await world.register(0, capacity: 2)
      try await world.register(1, capacity: 1)
      var tenants: [HostedTenant] = []
      for number in 0..<4 { tenants.append(try await world.provision("t\(number)")) }
      try await world.runJobs()
      #expect(world.trackers[0].tenants.count == 2 && world.trackers[1].tenants.count == 1)
      let waiting = try await world.find(tenants[3].id)
      #expect(waiting.running?.step == .place && waiting.running?.lastError?.contains("room") == true)
      await #expect(throws: Problem.self) { try await world.register(1) }
      _ = try await world.hosting.trackers.change(1, .init(capacity: 3), by: world.actor)
      #expect(try await world.settle(tenants[3].id).status == .active)
    }
  }

  @Test func aTrackerThatIsDownIsPassedOver() async throws {
    try await withHosting { world in
      world.trackers[0].set(isDown: true)
      let tenant = try await world.settle(try await world.provision("acme").id)
      #expect(tenant.status == .active && tenant.trackerName == "tracker 1")
      #expect(world.trackers[0].tenants.isEmpty)
    }
  }

  @Test func aTenantOfSomebodyElseIsNeitherAdoptedNorRemoved() async throws {
    try await withHosting(registered: 1) { world in
      world.trackers[0].put(.init(data: "theirs"), at: "acme")
      let tenant = try await world.settle(try await world.provision("acme").id)
      #expect(tenant.status == .failed && tenant.operation?.failure?.contains("already") == true)
      #expect(world.trackers[0].tenants["acme"] == .init(data: "theirs"))
      let gone = try await world.hosting.tenants.delete(tenant.id, withExport: false, by: world.actor)
      #expect(gone.status == .purged)
    }
  }

  @Test func whatIsRefusedLeavesNothingAndCanBePutRight() async throws {
    try await withHosting { world in
      let failed = try await world.settle(try await world.provision("acme", name: "Refused").id)
      #expect(failed.status == .failed && failed.trackerID == nil)
      #expect(world.trackers.allSatisfy { $0.tenants.isEmpty })
      _ = try await world.hosting.tenants.retry(
        failed.id, name: "Right", domains: nil, adminEmail: nil, by: world.actor)
      #expect(try await world.settle(failed.id).status == .active)
    }
  }

  @Test func suspensionAndItsEndReachTheTracker() async throws {
    try await withHosting { world in
      let tenant = try await world.tenant()
      _ = try await world.hosting.tenants.suspend(tenant.id, by: world.actor)
      #expect(try await world.settle(tenant.id).status == .suspended)
      #expect(world.trackers[0].tenants["acme"]?.status == "suspended")
      world.trackers[0].set(isDown: true)
      _ = try await world.hosting.tenants.resume(tenant.id, by: world.actor)
      try await world.runJobs()
      await #expect(throws: Problem.self) { try await world.hosting.tenants.suspend(tenant.id, by: world.actor) }
      world.trackers[0].set(isDown: false)
      #expect(try await world.settle(tenant.id).status == .active)
      #expect(world.trackers[0].tenants["acme"]?.status == "active")
    }
  }

  @Test func aMoveCarriesTheDataAndLeavesOneTenant() async throws {
    try await withHosting { world in
      let tenant = try await world.tenant()
      _ = try await world.hosting.tenants.move(tenant.id, to: nil, by: world.actor)
      let moved = try await world.settle(tenant.id)
      #expect(moved.status == .active && moved.trackerName == "tracker 1")
      let there = try #require(world.trackers[1].tenants["acme"])
      #expect(there.data == "made as acme" && there.status == "active" && there.licenseKey != nil)
      #expect(world.trackers[0].tenants["acme"]?.status == "deleted")
      #expect(world.trackers.allSatisfy { $0.files == 0 })

      // Back again: what was left there makes room.
      _ = try await world.hosting.tenants.move(tenant.id, to: 1, by: world.actor)
      #expect(try await world.settle(tenant.id).trackerName == "tracker 0")
      #expect(world.trackers[0].tenants["acme"]?.status == "active")
      #expect(world.trackers.allSatisfy { $0.releasedLicenses.isEmpty })

      // And after a week nothing is left at the other one.
      world.server.clock.advance(by: .days(8))
      try await world.runJobs()
      #expect(world.trackers[1].tenants.isEmpty && world.trackers[0].tenants.count == 1)
    }
  }

  @Test func aMoveThatCannotBeReadInGoesBack() async throws {
    try await withHosting { world in
      let tenant = try await world.tenant()
      world.trackers[1].set(refusesImports: true)
      _ = try await world.hosting.tenants.move(tenant.id, to: 2, by: world.actor)
      let back = try await world.settle(tenant.id)
      #expect(back.status == .active && back.trackerName == "tracker 0")
      #expect(back.operation?.state == .failed && back.operation?.failure?.contains("newer") == true)
      #expect(world.trackers[0].tenants["acme"]?.status == "active" && world.trackers[1].tenants.isEmpty)
      #expect(world.trackers.allSatisfy { $0.files == 0 })
    }
  }

  @Test func aMoveIsGivenUpByHand() async throws {
    try await withHosting { world in
      let tenant = try await world.tenant()
      _ = try await world.hosting.tenants.move(tenant.id, to: 2, by: world.actor)
      world.trackers[1].set(isDown: true)
      try await world.runJobs()
      #expect(try await world.find(tenant.id).running?.step == .reserve)
      _ = try await world.hosting.tenants.turnBack(tenant.id, by: world.actor)
      let back = try await world.find(tenant.id)
      #expect(back.running == nil && back.status == .active && back.operation?.state == .failed)
      await #expect(throws: Problem.self) { try await world.hosting.tenants.turnBack(tenant.id, by: world.actor) }
    }
  }

  @Test func deletionKeepsAnArchiveAndThenDropsTheData() async throws {
    try await withHosting { world in
      let tenant = try await world.tenant()
      let key = try await world.key(of: tenant)
      _ = try await world.hosting.tenants.delete(tenant.id, withExport: true, by: world.actor)
      let deleted = try await world.settle(tenant.id)
      #expect(deleted.status == .deleted && deleted.archive != nil && world.trackers[0].files == 1)
      #expect(world.trackers[0].tenants["acme"]?.status == "deleted")
      await #expect(throws: Problem.self) { _ = try await world.provision("acme") }
      world.server.clock.advance(by: .days(31))
      try await world.runJobs()
      let purged = try await world.settle(tenant.id)
      #expect(purged.status == .purged && purged.archive == nil)
      #expect(world.trackers[0].tenants.isEmpty && world.trackers[0].files == 0)
      #expect(world.trackers[0].releasedLicenses == [key])
      _ = try await world.tenant("acme")
    }
  }

  @Test func withoutAnArchiveADeletionThatWantsOneGoesBack() async throws {
    try await withHosting { world in
      let tenant = try await world.tenant()
      world.trackers[0].set(makesArchives: false)
      _ = try await world.hosting.tenants.delete(tenant.id, withExport: true, by: world.actor)
      let kept = try await world.settle(tenant.id)
      #expect(kept.status == .active && world.trackers[0].tenants["acme"]?.status == "active")
      _ = try await world.hosting.tenants.delete(tenant.id, withExport: false, by: world.actor)
      #expect(try await world.settle(tenant.id).status == .deleted)
    }
  }

  @Test func usageIsPulledOnASchedule() async throws {
    try await withHosting { world in
      let tenant = try await world.tenant()
      world.server.clock.advance(by: .minutes(16))
      try await world.runJobs()
      let known = try await world.find(tenant.id)
      #expect(known.users == 3 && known.clicks24h == 41 && known.schemaVersion == 12)
      #expect(known.usageAt == world.server.clock.now())
    }
  }

  @Test func anOperationWhoseJobIsLostGoesOn() async throws {
    try await withHosting { world in
      let tenant = try await world.provision("acme")
      try await world.server.plane.database.execute("DELETE FROM license.jobs")
      world.server.clock.advance(by: .minutes(2))
      #expect(try await world.settle(tenant.id).status == .active)
    }
  }
}
