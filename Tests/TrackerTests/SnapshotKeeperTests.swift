import ClickPath
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct SnapshotKeeperTests {
  @Test func aReadingThatBeganEarlierUndoesNoChange() async throws {
    try await DrainWorld.with { world in
      let snapshots = world.parts.snapshots
      try await snapshots.reload()
      let locker = try await Connection.open(world.tracker.configuration.databaseURL)
      try await locker.execute("BEGIN")
      // The other tenant is read last.
      try await locker.execute("LOCK TABLE \(world.other.schema).networks IN ACCESS EXCLUSIVE MODE")
      async let slow: Void = snapshots.reload()
      try await eventually("the slow reading waits") {
        try await world.number(
          """
          SELECT count(1) FROM pg_catalog.pg_locks
          WHERE NOT granted AND relation = \("\(world.other.schema).networks")::pg_catalog.regclass
          """) == 1
      }
      try await world.addCampaign("fresh", to: world.tenant)
      await snapshots.publish(tenant: world.tenant.id)
      #expect(world.liveCampaigns(world.tenant) == ["fresh"])
      try await locker.execute("ROLLBACK")
      try await slow
      #expect(world.liveCampaigns(world.tenant) == ["fresh"])
    }
  }

  @Test func changesOfTwoTenantsAtOnceAreBothLive() async throws {
    try await DrainWorld.with { world in
      let snapshots = world.parts.snapshots
      try await snapshots.reload()
      for round in 0..<10 {
        try await world.addCampaign("one\(round)", to: world.tenant)
        try await world.addCampaign("two\(round)", to: world.other)
        async let one: Void = snapshots.publish(tenant: world.tenant.id)
        async let two: Void = snapshots.publish(tenant: world.other.id)
        _ = await (one, two)
        #expect(world.liveCampaigns(world.tenant).contains("one\(round)"))
        #expect(world.liveCampaigns(world.other).contains("two\(round)"))
      }
    }
  }

  @Test func aTenantThatCannotBeReadStaysAsItWasAndStopsNobody() async throws {
    try await DrainWorld.with { world in
      let snapshots = world.parts.snapshots
      try await world.addCampaign("kept", to: world.other)
      try await snapshots.reload()
      try await world.run("REVOKE SELECT ON \(world.other.schema).campaigns FROM \(world.other.schema)")
      try await world.addCampaign("fresh", to: world.tenant)
      try await snapshots.reload()
      #expect(world.liveCampaigns(world.tenant) == ["fresh"])
      #expect(world.liveCampaigns(world.other) == ["kept"])
    }
  }

  @Test func aDeletedTenantLeavesTheSnapshot() async throws {
    try await DrainWorld.with { world in
      let snapshots = world.parts.snapshots
      try await world.addCampaign("gone", to: world.other)
      try await snapshots.reload()
      try await world.tracker.provisioner.setStatus(.deleted, of: world.other)
      try await snapshots.reload()
      #expect(world.liveCampaigns(world.other).isEmpty)
    }
  }

  @Test func aRefreshReadsWhoseConfigurationHasChangedAndNobodyElse() async throws {
    try await DrainWorld.with { world in
      let snapshots = world.parts.snapshots
      try await snapshots.reload()
      // Written past the one way configuration is written: only a whole reading finds it.
      try await world.addCampaign("unsaid", to: world.other)
      try await world.addCampaign("said", to: world.tenant)
      let scope = try world.scope(world.tenant)
      try await scope.transaction { try await ConfigurationWriter.notify(scope, in: $0) }
      try await snapshots.refresh()
      #expect(world.liveCampaigns(world.tenant) == ["said"])
      #expect(world.liveCampaigns(world.other).isEmpty)
      try await snapshots.reload()
      #expect(world.liveCampaigns(world.other) == ["unsaid"])
    }
  }

  @Test func aRefreshSeesNewHostsNewTenantsAndDeletedOnes() async throws {
    try await DrainWorld.with { world in
      let (snapshots, catalog) = (world.parts.snapshots, world.tracker.catalog)
      try await snapshots.reload()
      #expect(try await catalog.grant(host: "new.test", to: world.other.id, at: DrainWorld.now, in: catalog.control))
      let third = try await world.tracker.provisioner.provision(.init(slug: "third", name: "Third")).tenant
      try await world.addCampaign("first", to: third)
      try await snapshots.refresh()
      #expect(snapshots.current.place(forHost: "new.test")?.tenant.id == world.other.id)
      #expect(world.liveCampaigns(third) == ["first"])
      try await world.tracker.provisioner.setStatus(.deleted, of: world.other)
      try await snapshots.refresh()
      #expect(snapshots.current.tenants[world.other.id] == nil)
      #expect(snapshots.current.tenants[world.tenant.id] != nil)
    }
  }

  @Test func aDatabaseRestoredToAnEarlierRevisionIsReadAgain() async throws {
    try await DrainWorld.with { world in
      let snapshots = world.parts.snapshots
      try await world.addCampaign("later", to: world.tenant)
      try await world.run("UPDATE \(world.tenant.schema).configuration SET revision = 9")
      try await snapshots.reload()
      try await world.run(
        "DELETE FROM \(world.tenant.schema).campaigns", "UPDATE \(world.tenant.schema).configuration SET revision = 8")
      try await snapshots.refresh()
      #expect(world.liveCampaigns(world.tenant).isEmpty)
    }
  }
}
