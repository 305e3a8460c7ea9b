import Core
import Database
import TestSupport
import Testing
import Web

@testable import TenantTracker

extension AccessTests {
  /// The audit log's chain, and requests that are sent again.
  @Suite struct Records {
    @Test func theChainHoldsUnderConcurrentWrites() async throws {
      try await withTracker { tracker in
        let token = try await tracker.token(RunningTracker.adminEmail)
        try await withThrowingTaskGroup { tasks in
          for number in 0..<20 {
            tasks.addTask {
              let client = tracker.client(token: token)
              let name: JSONValue = ["name": .string("Source \(number)")]
              #expect(try await client.post("/admin/api/sources", json: name).status == 201)
              _ = try await tracker.logIn(RunningTracker.adminEmail)
            }
          }
          try await tasks.waitForAll()
        }
        let admin = tracker.client(token: token)
        let verdict = try await admin.get("/admin/api/audit-log/verify").json
        #expect(verdict["intact"] == true, "\(verdict.text)")
        let log = try await admin.get("/admin/api/audit-log?limit=500").json["items"]?.arrayValue ?? []
        #expect(log.map { $0["seq"]?.intValue } == (1...Int64(log.count)).reversed().map { $0 })
        #expect(log.count { $0["action"] == "source.create" } == 20)
        #expect(log.count { $0["action"] == "login" } == 21)
      }
    }

    @Test(
      arguments: [
        "UPDATE \(unescaped: "{t}").audit_log SET actor = 'nobody' WHERE seq = 3",
        "UPDATE \(unescaped: "{t}").audit_log SET at = at + interval '1 second' WHERE seq = 3",
        "DELETE FROM \(unescaped: "{t}").audit_log WHERE seq = 3",
        "UPDATE \(unescaped: "{t}").audit_log SET hash = previous_hash WHERE seq = 3",
      ] as [SQL])
    func tamperingIsFound(_ change: SQL) async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        for number in 0..<5 {
          _ = try await admin.post("/admin/api/sources", json: ["name": .string("Source \(number)")])
        }
        #expect(try await admin.get("/admin/api/audit-log/verify").json["intact"] == true)
        let statement = SQL(unescaped: change.text.replacing("{t}", with: "\(tracker.tenant.schema)"))
        let refusal = await #expect(throws: DatabaseError.self) { try await tracker.scope.execute(statement) }
        #expect(refusal?.sqlState == "42501")
        try await tracker.tracker.control.execute(statement)
        let verdict = try await admin.get("/admin/api/audit-log/verify").json
        #expect(verdict["intact"] == false)
        #expect([3, 4].contains(verdict["first_fault"]?.intValue ?? 0), "\(verdict.text)")
      }
    }

    @Test func everyWriteToAnAccountLeavesAnEntry() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let id = try await tracker.addUser("manager@example.com", .manager, by: admin)
        _ = try await admin.patch("/admin/api/users/\(id)", json: ["name": "Max"])
        _ = try await admin.post("/admin/api/users/\(id)/invite", json: [:])
        _ = try await admin.delete("/admin/api/users/\(id)")
        let log = try await admin.get("/admin/api/audit-log").json["items"]?.arrayValue ?? []
        #expect(
          log.compactMap { $0["action"]?.stringValue }.prefix(4) == [
            "user.delete", "user.password_reset", "user.update", "user.create",
          ])
        #expect(log.allSatisfy { $0["address"] == "127.0.0.1" && $0["actor"]?.stringValue?.isEmpty == false })
        #expect(!log.map(\.text).joined().contains("argon2"))
      }
    }

    @Test func twentyRequestsWithOneKeyCreateOneThing() async throws {
      try await withTracker { tracker in
        let token = try await tracker.token(RunningTracker.adminEmail)
        let statuses = try await withThrowingTaskGroup { tasks in
          for _ in 0..<20 {
            tasks.addTask {
              let client = tracker.client(token: token)
              return try await client.post(
                "/admin/api/sources", json: ["name": "Push"], headers: [("Idempotency-Key", "once")]
              ).status
            }
          }
          return try await tasks.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.contains(201) && statuses.allSatisfy { [201, 409].contains($0) }, "\(statuses)")
        let admin = tracker.client(token: token)
        let again = try await admin.post(
          "/admin/api/sources", json: ["name": "Push"], headers: [("Idempotency-Key", "once")])
        #expect(again.status == 201 && again.header("Idempotency-Replayed") == "true")
        let sources = try await admin.get("/admin/api/sources").json["items"]?.arrayValue ?? []
        #expect(sources.map { $0["id"] } == [again.json["id"]])
        let other = try await admin.post(
          "/admin/api/sources", json: ["name": "Native"], headers: [("Idempotency-Key", "once")])
        #expect(other.status == 422 && other.code == "idempotency_key_reused")
      }
    }

    @Test func everyRouteThatCreatesHonoursTheKey() async throws {
      try await withTracker { tracker in
        let creating = tracker.parts.adminAPI.table().routes.filter { $0.method == .post && $0.status == 201 }
        // What they answer is shown once, and a repetition makes another.
        let links: Set<String> = ["/users/{id}/invite", "/networks/{id}/postback-secret"]
        #expect(creating.count > 8)
        for route in creating where !links.contains(route.path) { #expect(route.creates, "\(route.path)") }
      }
    }
  }
}
