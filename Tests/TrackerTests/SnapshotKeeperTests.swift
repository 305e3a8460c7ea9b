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
}
