import ClickPath
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct DrainSetAsideTests {
  @Test func whatATenantCannotTakeIsPutBackWhileItsTrafficGoesOn() async throws {
    try await DrainWorld.with { world in
      let (schema, role) = (world.tenant.schema, try await world.journalRole)
      var clicks = try await world.click(world.tenant, 3)
      var run = try await world.drainer.begin()
      try await world.drain(&run)
      try await world.run("REVOKE INSERT ON \(schema).clicks FROM \(role)")
      var others: [ClickEvent] = []
      for second in 0..<20 {
        if second == 5 { try await world.run("GRANT INSERT ON \(schema).clicks TO \(role)") }
        clicks += try await world.click(world.tenant)
        others += try await world.click(world.other)
        try await world.drain(&run)
        #expect(try await world.stored(world.other) == others.ids)
        world.clock.advance(by: .seconds(1))
      }
      #expect(try await world.stored(world.tenant) == clicks.ids)
      #expect(run.paused.isEmpty)
      #expect(try await world.journal.setAside.tenants().isEmpty)
      try await world.drainer.drainAll()
      #expect(try await world.stored(world.tenant) == clicks.ids)
    }
  }

  @Test func whatIsSetAsideOutlivesTheProcess() async throws {
    try await DrainWorld.with { world in
      let (schema, role) = (world.tenant.schema, try await world.journalRole)
      try await world.run("REVOKE INSERT ON \(schema).clicks FROM \(role)")
      var clicks = try await world.click(world.tenant, 3)
      try await world.drainer.drainAll()
      #expect(try await world.stored(world.tenant).isEmpty)
      clicks += try await world.click(world.tenant, 2)
      try await world.drainer.drainAll()
      try await world.run("GRANT INSERT ON \(schema).clicks TO \(role)")
      clicks += try await world.click(world.tenant, 2)
      try await world.drainer.drainAll()
      #expect(try await world.stored(world.tenant) == clicks.ids)
      try await world.drainer.drainAll()
      #expect(try await world.stored(world.tenant) == clicks.ids)
    }
  }

  @Test func aTenantWhosePositionIsNotToldHoldsUpNobodyAndLosesNothing() async throws {
    try await DrainWorld.with { world in
      let (schema, role) = (world.tenant.schema, try await world.journalRole)
      var clicks = try await world.click(world.tenant, 2)
      try await world.drainer.drainAll()
      try await world.run("REVOKE ALL ON \(schema).journal_position FROM \(role)")
      let others = try await world.click(world.other, 2)
      clicks += try await world.click(world.tenant, 2)
      try await world.drainer.drainAll()
      #expect(try await world.stored(world.other) == others.ids)
      try await world.run("GRANT SELECT, INSERT, UPDATE ON \(schema).journal_position TO \(role)")
      try await world.drainer.drainAll()
      #expect(try await world.stored(world.tenant) == clicks.ids)
    }
  }

  @Test func whatATenantHeldBeforeItsPositionWasNotToldIsReadAgain() async throws {
    try await DrainWorld.with { world in
      let (schema, role) = (world.other.schema, try await world.journalRole)
      try await world.click(world.tenant, 2)
      let clicks = try await world.click(world.other, 3)
      try await world.drainer.drainAll()
      // As a backup from before the clicks left it, and nobody may look.
      try await world.run(
        "TRUNCATE \(schema).clicks", "DELETE FROM \(schema).journal_position",
        "REVOKE ALL ON \(schema).journal_position FROM \(role)")
      var run = try await world.drainer.begin()
      try await world.drain(&run)
      try await world.run("GRANT SELECT, INSERT, UPDATE ON \(schema).journal_position TO \(role)")
      world.clock.advance(by: Drainer.patience)
      try await world.drain(&run)
      #expect(try await world.stored(world.other) == clicks.ids)
    }
  }

  @Test func aClockThatIsSetBackProlongsNoPause() async throws {
    try await DrainWorld.with { world in
      let (schema, role) = (world.tenant.schema, try await world.journalRole)
      try await world.run("REVOKE INSERT ON \(schema).clicks FROM \(role)")
      let clicks = try await world.click(world.tenant, 2)
      var run = try await world.drainer.begin()
      try await world.drain(&run)
      try await world.run("GRANT INSERT ON \(schema).clicks TO \(role)")
      world.clock.advance(by: .days(-1))
      try await world.drain(&run)
      #expect(run.paused.isEmpty)
      #expect(try await world.stored(world.tenant) == clicks.ids)
    }
  }

  @Test func aDeadlockPausesNobody() async throws {
    try await DrainWorld.with { world in
      let schema = world.tenant.schema
      try await world.run(
        "CREATE SEQUENCE \(schema).attempts",
        """
        CREATE FUNCTION \(schema).fail_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
          IF nextval('\(schema).attempts') = 1 THEN RAISE 'made up' USING ERRCODE = 'deadlock_detected'; END IF;
          RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER fail_once BEFORE INSERT ON \(schema).clicks
        FOR EACH ROW EXECUTE FUNCTION \(schema).fail_once()
        """)
      let clicks = try await world.click(world.tenant, 2)
      var run = try await world.drainer.begin()
      try await world.drain(&run)
      #expect(run.paused.isEmpty)
      #expect(try await world.stored(world.tenant) == clicks.ids)
    }
  }

  @Test func aTenantWithoutEventsThatCannotBeWrittenHoldsUpNobody() async throws {
    try await DrainWorld.with { world in
      let role = try await world.journalRole
      try await world.run("REVOKE INSERT, UPDATE ON \(world.other.schema).journal_position FROM \(role)")
      let clicks = try await world.click(world.tenant, 2)
      var run = try await world.drainer.begin()
      try await world.drain(&run)
      #expect(try await world.stored(world.tenant) == clicks.ids)
      #expect(run.earliest == run.furthest, "it does not hold the journal back either")
    }
  }

  @Test func aLoginThatIsRefusedPausesItsTenantAlone() async throws {
    try await DrainWorld.with { world in
      let tenant = world.tenant
      await world.tracker.pools.closeAll(tenantID: tenant.id)
      try await world.run("ALTER ROLE \(tenant.schema) NOLOGIN")
      try await world.postback(tenant, "click_id=\(ClickID(at: DrainWorld.now))")
      let others = try await world.click(world.other, 2)
      var run = try await world.drainer.begin()
      try await world.drain(&run)
      #expect(try await world.stored(world.other) == others.ids)
      #expect(Array(run.paused.keys) == [tenant.id])
      try await world.run("ALTER ROLE \(tenant.schema) LOGIN")
      world.clock.advance(by: Drainer.patience)
      try await eventually("the postback is processed") {
        world.clock.advance(by: Drainer.patience)
        try await world.drain(&run)
        return run.paused.isEmpty
      }
      #expect(try await world.number("SELECT count(1) FROM \(tenant.schema).postback_log") == 1)
    }
  }

  @Test func recordsOfATenantThatIsGoneAreDropped() async throws {
    try await DrainWorld.with { world in
      let role = try await world.journalRole
      try await world.run("REVOKE INSERT ON \(world.other.schema).clicks FROM \(role)")
      try await world.click(world.other)
      try await world.drainer.drainAll()
      #expect(try await world.journal.setAside.tenants() == [world.other.id])
      try await world.tracker.provisioner.purge(world.other)
      try await world.drainer.drainAll()
      #expect(try await world.journal.setAside.tenants().isEmpty)
    }
  }
}
