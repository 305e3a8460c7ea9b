import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

extension AccessTests {
  /// Seats are given at one place, whoever asks how many at once.
  @Suite struct SeatTests {
    @Test func tenAtOnceGetExactlyTheSeatsThereAre() async throws {
      try await withTracker { tracker in
        try await tracker.license(users: 5)
        let admin = try await tracker.admin()
        let token = try await tracker.token(RunningTracker.adminEmail)
        let answers = try await Self.atOnce(10) { number in
          // Half of them with a password, half by an invitation.
          var body: JSONObject = ["email": .string("user-\(number)@example.com")]
          if number.isMultiple(of: 2) { body["password"] = .string(RunningTracker.password) }
          return try await tracker.client(token: token).post("/admin/api/users", json: .object(body))
        }
        #expect(answers.count { $0.status == 201 } == 4)
        #expect(answers.count { $0.status == 402 && $0.code == "user_limit_reached" } == 6)
        #expect(try await admin.get("/admin/api/users").json["items"]?.arrayValue?.count == 5)
      }
    }

    @Test func wakingAndAddingTakeFromTheSameSeats() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let token = try await tracker.token(RunningTracker.adminEmail)
        var asleep: [Int64] = []
        for number in 0..<5 {
          let id = try await tracker.addUser("asleep-\(number)@example.com", by: admin)
          #expect(try await admin.patch("/admin/api/users/\(id)", json: ["status": "disabled"]).status == 200)
          asleep.append(id)
        }
        try await tracker.license(users: 4)
        let answers = try await Self.atOnce(10) { [asleep] number in
          let client = tracker.client(token: token)
          return number < 5
            ? try await client.patch("/admin/api/users/\(asleep[number])", json: ["status": "active"])
            : try await client.post("/admin/api/users", json: ["email": .string("new-\(number)@example.com")])
        }
        #expect(answers.count { (200...201).contains($0.status) } == 3)
        #expect(answers.count { $0.status == 402 && $0.code == "user_limit_reached" } == 7)
        #expect(try await tracker.tracker.accounts.users.count(in: tracker.scope) == 4)
      }
    }

    @Test func aSmallerLicencePausesTheNewestAndALargerOneWakesThemAsTheyWere() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        try await tracker.addUser("manager@example.com", .manager, by: admin)
        try await tracker.addUser("custom@example.com", .custom, ["sources": "write", "reports": "read"], by: admin)
        try await tracker.addUser("second@example.com", .admin, by: admin)
        let before = try await Self.users(admin)
        let manager = try await tracker.signedIn("manager@example.com")
        let second = try await tracker.signedIn("second@example.com")

        try await tracker.license(users: 2)
        let after = try await Self.users(admin)
        #expect(after.map { $0["paused_by_license"]?.boolValue ?? false } == [false, false, true, true])
        let custom = after[2]
        #expect(custom["permissions"] == ["sources": "read", "reports": "read"])
        let source: JSONValue = ["name": "Push"]
        #expect(try await manager.post("/admin/api/sources", json: source).status == 201)
        #expect(try await second.post("/admin/api/sources", json: ["name": "Other"]).status == 403)
        #expect(try await second.get("/admin/api/sources").status == 200)

        try await tracker.license(users: nil)
        #expect(try await Self.users(admin) == before)
      }
    }

    @Test func oneAdminStaysHoweverFewSeatsThereAre() async throws {
      try await withTracker { tracker in
        let first = try await tracker.admin()
        try await tracker.addUser("viewer@example.com", by: first)
        try await tracker.addUser("late-admin@example.com", .admin, by: first)
        let late = try await tracker.signedIn("late-admin@example.com")
        #expect(try await late.patch("/admin/api/users/1", json: ["role": "viewer"]).status == 200)
        try await tracker.license(users: 1)
        let users = try await Self.users(late)
        #expect(users.map { $0["paused_by_license"]?.boolValue ?? false } == [true, true, false])
        #expect(try await late.post("/admin/api/sources", json: ["name": "Push"]).status == 201)
      }
    }

    @Test func aSeatThatBecomesFreeWakesSomebodyAtOnce() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let first = try await tracker.addUser("first@example.com", .manager, by: admin)
        try await tracker.addUser("second@example.com", .manager, by: admin)
        try await tracker.license(users: 2)
        let second = try await tracker.signedIn("second@example.com")
        #expect(try await second.post("/admin/api/sources", json: ["name": "Push"]).status == 403)
        #expect(try await admin.patch("/admin/api/users/\(first)", json: ["status": "disabled"]).status == 200)
        #expect(try await second.post("/admin/api/sources", json: ["name": "Push"]).status == 201)
      }
    }

    @Test func twoAdminsWhoDemoteEachOtherLeaveOne() async throws {
      try await withTracker { tracker in
        let first = try await tracker.admin()
        for round in 0..<5 {
          let id = try await tracker.addUser("rival-\(round)@example.com", .admin, by: first)
          let rival = try await tracker.signedIn("rival-\(round)@example.com")
          async let one = first.patch("/admin/api/users/\(id)", json: ["role": "viewer"])
          async let other = rival.patch("/admin/api/users/1", json: ["role": "viewer"])
          let statuses = try await [one.status, other.status].sorted()
          #expect(statuses.first == 200 && [403, 409].contains(statuses.last ?? 0), "\(statuses)")
          let scope = try tracker.scope
          let admins = try await scope.query("SELECT id FROM \(scope.schema).users WHERE role = 'admin'")
          #expect(admins.count == 1)
          try await scope.execute(
            "UPDATE \(scope.schema).users SET role = CASE id WHEN 1 THEN 'admin' ELSE 'viewer' END")
        }
      }
    }

    private static func users(_ client: TestHTTPClient) async throws -> [JSONValue] {
      let items = try await client.get("/admin/api/users?sort=id").json["items"]?.arrayValue ?? []
      // When they last came is not part of who they are.
      return items.map { item in
        var object = item.objectValue ?? [:]
        object["last_login_at"] = nil
        return .object(object)
      }
    }

    private static func atOnce(
      _ count: Int, _ send: @escaping @Sendable (Int) async throws -> TestHTTPAnswer
    ) async throws -> [TestHTTPAnswer] {
      try await withThrowingTaskGroup { tasks in
        for number in 0..<count { tasks.addTask { try await send(number) } }
        return try await tasks.reduce(into: []) { $0.append($1) }
      }
    }
  }
}
