import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

/// Tenants are made, used apart from each other, and taken down without a trace.
@Suite(.serialized) struct TenancyTests {
  private static let token = "the-control-token-of-the-tests-is-long"
  private static let environment = ["CONTROL_TOKEN": token]

  @Test func fiveRequestsForOneTenantMakeOne() async throws {
    try await withTracker(Self.environment) { tracker in
      let before = try await Self.traces(tracker)
      let answers = try await withThrowingTaskGroup { tasks in
        for _ in 0..<5 {
          tasks.addTask { try await Self.control(tracker).post("/control/v1/tenants", json: Self.acme) }
        }
        return try await tasks.reduce(into: [TestHTTPAnswer]()) { $0.append($1) }
      }
      #expect(answers.allSatisfy { [200, 201, 503].contains($0.status) }, "\(answers.map(\.text))")
      #expect(answers.contains { $0.status == 201 })
      let again = try await Self.control(tracker).post("/control/v1/tenants", json: Self.acme)
      #expect((200...201).contains(again.status), "\(again.text)")
      #expect(try await Self.traces(tracker).tenants.count == before.tenants.count + 1)
      // Upkeep may be building a schema for the pool just now.
      try await eventually("every schema has a tenant or waits for one") {
        let after = try await Self.traces(tracker)
        return Set(after.schemas) == Set(after.tenants + after.pooled) && after.logins == after.schemas
      }
    }
  }

  @Test func aPurgeLeavesNothing() async throws {
    try await withTracker(Self.environment) { tracker in
      let control = Self.control(tracker)
      let acme = try await control.post("/control/v1/tenants", json: Self.acme)
      #expect(acme.status == 201, "\(acme.text)")
      let tenant = try #require(try await tracker.tracker.catalog.find(slug: "acme"))
      let client = TestHTTPClient(port: tracker.port, host: "acme.example.com")
      #expect(try await client.post("/admin/api/login", json: Self.credentials).status == 200)
      #expect(try await control.delete("/control/v1/tenants/acme?purge=true").status == 204)
      #expect(try await client.post("/admin/api/login", json: Self.credentials).status == 404)
      let traces = try await Self.traces(tracker)
      #expect(!traces.schemas.contains(tenant.schema.description))
      #expect(!traces.logins.contains(tenant.schema.description))
      #expect(try await tracker.tracker.catalog.domains().isEmpty)
      #expect(try await tracker.tracker.migrations.version(of: tenant.schema) == 0)
      #expect(try await control.post("/control/v1/tenants", json: Self.acme).status == 201)
      #expect(try await client.post("/admin/api/login", json: Self.credentials).status == 200)
    }
  }

  @Test func whatWasLeftHalfMadeIsFinishedByAskingAgain() async throws {
    try await withTracker(Self.environment) { tracker in
      let (catalog, schemas) = (tracker.tracker.catalog, tracker.tracker.schemas)
      let installation = try #require(try await Installation.find(tracker.tracker.control))
      let built = try await schemas.build(installation)
      _ = try await catalog.insert(
        slug: "acme", name: "Acme", schema: built.schema, roleSecret: built.roleSecret, isDefault: false,
        at: tracker.clock.now(), in: tracker.tracker.control)
      #expect(try await Self.control(tracker).post("/control/v1/tenants", json: Self.acme).status == 201)
      let tenant = try #require(try await catalog.find(slug: "acme"))
      #expect(tenant.schema == built.schema && tenant.status == .active)
      let client = TestHTTPClient(port: tracker.port, host: "acme.example.com")
      #expect(try await client.post("/admin/api/login", json: Self.credentials).status == 200)
    }
  }

  @Test func aTenantsLoginSeesItsOwnSchemaOnly() async throws {
    try await withTracker(Self.environment) { tracker in
      #expect(try await Self.control(tracker).post("/control/v1/tenants", json: Self.acme).status == 201)
      let tenant = try #require(try await tracker.tracker.catalog.find(slug: "acme"))
      let (own, other) = (try tracker.tracker.scope(of: tenant), try tracker.scope)
      #expect(try await own.query("SELECT id FROM \(own.schema).users").count == 1)
      let journal = try #require(try await Installation.find(tracker.tracker.control)?.journalRole)
      for statement: SQL in [
        "SELECT id FROM \(other.schema).users", "UPDATE \(other.schema).users SET role = 'viewer'",
        "SELECT slug FROM control.tenants", "SET ROLE \(other.schema)", "SET ROLE \(journal)",
        "CREATE TABLE \(own.schema).mine (id bigint)", "CREATE TEMP TABLE mine (id bigint)", "CREATE SCHEMA mine",
        "DELETE FROM \(own.schema).audit_log", "DELETE FROM \(own.schema).journal_position",
        "DROP TABLE \(own.schema).users", "ALTER ROLE \(own.schema) CREATEROLE",
      ] {
        let error = await #expect(throws: DatabaseError.self) { try await own.execute(statement) }
        #expect(error?.sqlState == "42501", "\(statement.text)")
      }
    }
  }

  @Test func aSuspendedTenantsClicksGoOn() async throws {
    try await withTracker(Self.environment) { tracker in
      let admin = try await tracker.admin()
      let offer = try await admin.post(
        "/admin/api/offers", json: ["name": "O", "url": "https://o.example/", "currency": "USD"])
      let campaign: JSONValue = ["name": "C", "slug": "c", "offer_id": .optional(offer.json["id"])]
      #expect(try await admin.post("/admin/api/campaigns", json: campaign).status == 201)
      let control = Self.control(tracker)
      #expect(try await control.post("/control/v1/tenants/default/suspend", json: [:]).status == 200)
      #expect(try await admin.get("/admin/api/campaigns").code == "tenant_suspended")
      #expect(try await tracker.visitor.get("/c/c").status == 302)
      #expect(try await control.post("/control/v1/tenants/default/resume", json: [:]).status == 200)
      #expect(try await admin.get("/admin/api/campaigns").status == 200)
    }
  }

  @Test func ofTenantsThatWantOneDomainAtOnceOneGetsIt() async throws {
    try await withTracker(Self.environment) { tracker in
      let before = try await Self.traces(tracker)
      let answers = try await withThrowingTaskGroup { tasks in
        for name in ["a", "b", "c", "d"] {
          tasks.addTask {
            try await Self.control(tracker).post(
              "/control/v1/tenants",
              json: [
                "slug": .string(name), "name": .string(name), "domains": [.string("\(name).test"), "wanted.test"],
              ])
          }
        }
        return try await tasks.reduce(into: [TestHTTPAnswer]()) { $0.append($1) }
      }
      let statuses = answers.map(\.status)
      // A schema of the pool that two want is a 503 for one of them.
      #expect(statuses.count { $0 == 201 } == 1 && statuses.allSatisfy { [201, 409, 503].contains($0) }, "\(statuses)")
      for answer in answers where answer.status == 409 {
        #expect(answer.code == "conflict" && answer.text.contains("wanted.test"), "\(answer.text)")
      }
      #expect(statuses.contains(409))
      #expect(try await Self.traces(tracker).tenants.count == before.tenants.count + 1)
      #expect(try await tracker.tracker.catalog.domains().count == 2)
      try await eventually("every schema has a tenant or waits for one") {
        let after = try await Self.traces(tracker)
        return Set(after.schemas) == Set(after.tenants + after.pooled) && after.logins == after.schemas
      }
    }
  }

  @Test func aSchemaThatBecameNobodysIsDroppedAfterAnHour() async throws {
    try await withTracker { tracker in
      let schemas = tracker.tracker.schemas
      let installation = try #require(try await Installation.find(tracker.tracker.control))
      let before = try await Self.traces(tracker)
      let orphan = try await schemas.build(installation)
      try await tracker.tracker.control.execute("CREATE SCHEMA t_not_ours")
      let pooled = try await schemas.build(installation)
      try await tracker.tracker.control.execute(
        """
        INSERT INTO control.schema_pool (schema_name, role_secret, built_at)
        VALUES (\(pooled.schema.description), \(pooled.roleSecret), \(tracker.clock.now()))
        """)
      tracker.clock.advance(by: .minutes(59))
      #expect(try await schemas.dropOrphans(madeBefore: tracker.clock.now() - .hours(1)).isEmpty)
      tracker.clock.advance(by: .minutes(2))
      #expect(try await schemas.dropOrphans(madeBefore: tracker.clock.now() - .hours(1)) == [orphan.schema])
      let after = try await Self.traces(tracker)
      #expect(Set(after.schemas) == Set(before.schemas + ["t_not_ours", pooled.schema.description]))
      #expect(Set(after.logins) == Set(before.logins + [pooled.schema.description]))
      #expect(try await tracker.tracker.migrations.version(of: orphan.schema) == 0)
    }
  }

  @Test func aSchemaThatAnEarlierReleaseMadeReadyIsBroughtUpToDate() async throws {
    try await withTracker { tracker in
      let (schemas, control) = (tracker.tracker.schemas, tracker.tracker.control)
      let installation = try #require(try await Installation.find(control))
      try await schemas.refill(to: 1, installation)
      let target = try #require(try await Self.traces(tracker).pooled.first)
      let schema = try #require(SchemaName(target))
      let latest = try await tracker.tracker.migrations.version(of: schema)
      // As the release before the last migration left it.
      try await control.execute("DROP INDEX \(schema).conversion_history_still")
      try await control.execute(
        "DELETE FROM control.schema_version WHERE target = \(target) AND version >= 22")
      #expect(try await tracker.tracker.migrations.version(of: schema) == 21)
      let taken = try await schemas.take(installation)
      #expect(taken.schema == schema && taken.isPooled)
      #expect(try await tracker.tracker.migrations.version(of: schema) == latest)
    }
  }

  @Test func whoIsNobodyIs401WhateverTheLicence() async throws {
    try await withTracker { tracker in
      let schema = tracker.tenant.schema
      tracker.clock.advance(by: .minutes(1))
      try await tracker.tracker.control.execute("ALTER TABLE \(schema).license RENAME TO license_gone")
      #expect(try await tracker.visitor.get("/admin/api/campaigns").status == 401)
      #expect(try await tracker.client(token: "forged").get("/admin/api/campaigns").status == 401)
      #expect(try await tracker.visitor.get("/admin/login").status == 200)
      try await tracker.tracker.control.execute("ALTER TABLE \(schema).license_gone RENAME TO license")
    }
  }

  private static let credentials: JSONValue = [
    "email": "admin@acme.example.com", "password": .string(RunningTracker.password),
  ]
  private static let acme: JSONValue = [
    "slug": "acme", "name": "Acme", "domains": ["acme.example.com"], "admin": credentials,
  ]

  private static func control(_ tracker: RunningTracker) -> TestHTTPClient { tracker.client(token: token) }

  /// What there is of tenants in the database, all by the name of the schema.
  private struct Traces {
    let schemas: [String]
    let logins: [String]
    let tenants: [String]
    let pooled: [String]
  }

  private static func traces(_ tracker: RunningTracker) async throws -> Traces {
    let control = tracker.tracker.control
    func names(_ sql: SQL) async throws -> [String] { try await control.query(sql).map { try $0.get("name") }.sorted() }
    let schemas = try await names(
      "SELECT nspname::text AS name FROM pg_catalog.pg_namespace WHERE nspname LIKE 't\\_%'")
    return Traces(
      schemas: schemas,
      logins: try await names(
        "SELECT rolname::text AS name FROM pg_catalog.pg_roles WHERE rolname = ANY(\(schemas)::name[])"),
      tenants: try await names("SELECT schema_name AS name FROM control.tenants"),
      pooled: try await names("SELECT schema_name AS name FROM control.schema_pool"))
  }
}
