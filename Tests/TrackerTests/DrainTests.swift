import ClickPath
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct DrainTests {
  @Test func everyClickIsThereOnceHoweverOftenTheJournalIsRead() async throws {
    try await DrainWorld.with { world in
      let clicks = try await world.click(world.tenant, 20)
      let others = try await world.click(world.other, 3)
      try await world.drainer.drainAll()
      try await world.drainer.drainAll()
      #expect(try await world.stored(world.tenant) == clicks.ids)
      #expect(try await world.stored(world.other) == others.ids)
    }
  }

  @Test func aRunThatKnowsAnOlderPositionAddsNothingTwice() async throws {
    try await DrainWorld.with { world in
      let clicks = try await world.click(world.tenant, 5)
      var stale = try await world.drainer.begin()
      try await world.drainer.drainAll()
      let more = try await world.click(world.tenant, 2)
      try await world.drain(&stale)
      #expect(try await world.stored(world.tenant) == (clicks + more).ids)
    }
  }

  @Test func aConnectionKilledBetweenCopyAndCommitCostsNothing() async throws {
    try await DrainWorld.with { world in
      let schema = world.tenant.schema
      let role = try await world.journalRole
      try await world.run(
        "GRANT \(role) TO CURRENT_USER",
        """
        CREATE FUNCTION \(schema).stand_still() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM pg_catalog.pg_sleep(60); RETURN NULL; END'
        """,
        """
        CREATE TRIGGER stand_still BEFORE UPDATE ON \(schema).journal_position
        FOR EACH STATEMENT EXECUTE FUNCTION \(schema).stand_still()
        """)
      let clicks = try await world.click(world.tenant, 10)
      async let failure = Result.catching { try await world.drainer.drainAll() }
      try await eventually("the drain stands between COPY and COMMIT") {
        try await world.number(
          """
          SELECT count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity
          WHERE datname = current_database() AND usename = \(role.description) AND wait_event = 'PgSleep'
          """) == 1
      }
      let outcome = await failure
      #expect(throws: DatabaseError.self) { try outcome.get() }
      #expect(try await world.stored(world.tenant).isEmpty)
      try await world.run("DROP TRIGGER stand_still ON \(schema).journal_position")
      try await world.drainer.drainAll()
      #expect(try await world.stored(world.tenant) == clicks.ids)
    }
  }

  @Test func aDatabaseRestoredUnderARunningDrainIsDrainedAgain() async throws {
    try await DrainWorld.with { world in
      let schema = world.tenant.schema
      let first = try await world.click(world.tenant, 4)
      var run = try await world.drainer.begin()
      try await world.drain(&run)
      let restored = try await world.number("SELECT \"offset\" FROM \(schema).journal_position WHERE stream = 'clicks'")
      let lost = try await world.click(world.tenant, 4)
      try await world.drain(&run)
      try await world.run(
        "DELETE FROM \(schema).clicks WHERE id = ANY (\(lost.ids))",
        "UPDATE \(schema).journal_position SET \"offset\" = \(restored) WHERE stream = 'clicks'")
      let last = try await world.click(world.tenant)
      await #expect(throws: DrainStore.WentBack.self) { try await world.drain(&run) }
      try await world.drainer.drainAll()
      #expect(try await world.stored(world.tenant) == (first + lost + last).ids)
    }
  }

  @Test func aTenantMadeAfterTheRunBeganIsDrained() async throws {
    try await DrainWorld.with { world in
      var run = try await world.drainer.begin()
      let late = try await world.tracker.provisioner.provision(.init(slug: "late", name: "Late")).tenant
      let clicks = try await world.click(late, 3)
      try await world.drain(&run)
      #expect(try await world.stored(late) == clicks.ids)
    }
  }

  @Test func oldClicksGetTheirPartition() async throws {
    try await DrainWorld.with { world in
      let clicks = try await world.click(world.tenant, at: DrainWorld.now - .days(400))
      try await world.drainer.drainAll()
      #expect(try await world.stored(world.tenant) == clicks.ids)
    }
  }

  @Test func aDeletedTenantHoldsNothingBack() async throws {
    try await DrainWorld.with { world in
      try await world.click(world.other)
      var run = try await world.drainer.begin()
      try await world.drain(&run)
      try await world.tracker.provisioner.setStatus(.deleted, of: world.other)
      try await world.parts.directory.reload()
      try await world.click(world.tenant)
      try await world.click(world.other)
      try await world.drain(&run)
      #expect(run[.clicks, world.other.id] == .start)
      #expect(run.earliest > .start)
    }
  }

  @Test func aJournalOlderThanTheDatabaseWritesBeyondWhatIsDrained() async throws {
    try await DrainWorld.with { world in
      try await world.run(
        """
        INSERT INTO \(world.tenant.schema).journal_position (instance, stream, segment, "offset", updated_at)
        VALUES (\(world.journal.instance.description), 'clicks', 40, 4096, \(DrainWorld.now))
        """)
      var run = try await world.drainer.begin()
      let clicks = try await world.click(world.tenant, 2)
      let others = try await world.click(world.other, 2)
      try await world.drain(&run)
      #expect(try await world.stored(world.tenant) == clicks.ids)
      #expect(try await world.stored(world.other) == others.ids)
    }
  }

  @Test func clicksAnsweredBeforeTheDrainBeginsGoWhereItWillLook() async throws {
    try await DrainWorld.with { world in
      try await world.run(
        """
        INSERT INTO \(world.tenant.schema).journal_position (instance, stream, segment, "offset", updated_at)
        VALUES (\(world.journal.instance.description), 'clicks', 40, 4096, \(DrainWorld.now))
        """)
      try await world.parts.prepare()
      let clicks = try await world.click(world.tenant, 2)
      try await world.drainer.drainAll()
      #expect(try await world.stored(world.tenant) == clicks.ids)
    }
  }
}

extension Result where Success == Void, Failure == any Error {
  fileprivate static func catching(_ body: () async throws -> Void) async -> Self {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}

@Suite struct DrainPrivilegeTests {
  @Test func theJournalsLoginCopiesClicksMovesPositionsAndNothingElse() async throws {
    try await DrainWorld.with { world in
      try await world.click(world.tenant)
      try await world.drainer.drainAll()
      let writer = try await world.parts.journalWriter.pool()
      let schema = world.tenant.schema
      let forbidden: [SQL] = [
        "SELECT id FROM \(schema).clicks", "DELETE FROM \(schema).clicks", "UPDATE \(schema).clicks SET status = 'ok'",
        "DELETE FROM \(schema).journal_position", "SELECT email FROM \(schema).users",
        "SELECT token_hash FROM \(schema).sessions", "INSERT INTO \(schema).locks (name) VALUES ('x')",
        "SELECT id FROM \(schema).conversions", "SELECT slug FROM control.tenants",
        "SELECT journal_secret FROM control.installation", "CREATE TABLE \(schema).mine (id int)",
        "CREATE TEMP TABLE mine (id int)", "SET ROLE \(schema)",
      ]
      for statement in forbidden {
        let error = await #expect(throws: DatabaseError.self) { try await writer.execute(statement) }
        #expect(error?.sqlState == "42501")
      }
    }
  }
}
