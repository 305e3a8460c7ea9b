import Core
import Security
import TestSupport
import Testing

@testable import TenantTracker

extension AccessTests {
  /// What works once works once, also when five come at the same time.
  @Suite struct SingleUse {
    @Test func aCodeSignsInOnce() async throws {
      try await withTracker { tracker in
        let (totp, _) = try await Self.enable(tracker)
        #expect(try await tracker.logIn(RunningTracker.adminEmail).code == "totp_required")
        let confirming = totp.code(at: tracker.clock.now())
        #expect(try await tracker.logIn(RunningTracker.adminEmail, totp: confirming).status == 401)
        tracker.clock.advance(by: .seconds(60))
        let code = totp.code(at: tracker.clock.now())
        let statuses = try await Self.atOnce(5) {
          try await tracker.logIn(RunningTracker.adminEmail, totp: code).status
        }
        #expect(statuses.sorted() == [200, 401, 401, 401, 401])
        tracker.clock.advance(by: .seconds(30))
        #expect(try await tracker.logIn(RunningTracker.adminEmail, totp: code).status == 401)
        let next = totp.code(at: tracker.clock.now())
        #expect(try await tracker.logIn(RunningTracker.adminEmail, totp: next).status == 200)
      }
    }

    @Test func aRecoveryCodeSignsInOnce() async throws {
      try await withTracker { tracker in
        let (_, recovery) = try await Self.enable(tracker)
        #expect(recovery.count == 10)
        let statuses = try await Self.atOnce(5) {
          try await tracker.logIn(RunningTracker.adminEmail, totp: recovery[0]).status
        }
        #expect(statuses.sorted() == [200, 401, 401, 401, 401])
        // A second one at the same time as a third: neither is lost.
        async let second = tracker.logIn(RunningTracker.adminEmail, totp: recovery[1].uppercased())
        async let third = tracker.logIn(RunningTracker.adminEmail, totp: recovery[2].replacing("-", with: " "))
        #expect(try await [second.status, third.status] == [200, 200])
        for used in recovery.prefix(3) {
          #expect(try await tracker.logIn(RunningTracker.adminEmail, totp: used).status == 401)
        }
      }
    }

    @Test func theSecondFactorGoesWithThePasswordOnly() async throws {
      try await withTracker { tracker in
        _ = try await Self.enable(tracker)
        let session = try await tracker.parts.tracker.accounts.users.find(1, of: tracker.scope)
        #expect(session?.usesTOTP == true)
        let token = SecretToken.make()
        try await tracker.tracker.accounts.sessions.insert(
          tokenHash: token.hash.bytes, id: UUIDv7(at: tracker.clock.now()), user: 1, kind: .bearer,
          address: IPAddress(v4: 0x7F00_0001), userAgent: "", at: tracker.clock.now(),
          expiresAt: tracker.clock.now() + .hours(1), of: tracker.scope)
        let admin = tracker.client(token: token.text)
        let another = TOTP.generate()
        let replacing: JSONValue = [
          "secret": .string(another.typedSecret), "code": .string(another.code(at: tracker.clock.now())),
        ]
        #expect(try await admin.post("/admin/api/me/totp", json: replacing).status == 409)
        for _ in 0..<10 {
          let wrong: JSONValue = ["disable": true, "password": "a guess of somebody's"]
          #expect(try await admin.post("/admin/api/me/totp", json: wrong).status == 422)
        }
        let right: JSONValue = ["disable": true, "password": .string(RunningTracker.password)]
        #expect(try await admin.post("/admin/api/me/totp", json: right).status == 429)
        tracker.clock.advance(by: .minutes(16))
        #expect(try await admin.post("/admin/api/me/totp", json: right).status == 200)
        #expect(try await tracker.logIn(RunningTracker.adminEmail).status == 200)
      }
    }

    @Test func anInvitationSetsOnePassword() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let made = try await admin.post("/admin/api/users", json: ["email": "guest@example.com", "role": "manager"])
        #expect(made.json["status"] == "invited")
        let url = try #require(made.json["invitation_url"]?.stringValue)
        let token = String(url.drop { $0 != "#" }.dropFirst())
        #expect(try await tracker.logIn("guest@example.com", "").status >= 400)
        let passwords = (0..<5).map { "the guest's password, number \($0)" }
        let statuses = try await withThrowingTaskGroup(of: (String, Int).self) { tasks in
          for password in passwords {
            tasks.addTask {
              let form = [("token", token), ("password", password)]
              return (password, try await tracker.visitor.post("/admin/invitation", form: form).status)
            }
          }
          return try await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0.1 == 303 } == 1, "\(statuses)")
        for (password, status) in statuses {
          #expect(try await tracker.logIn("guest@example.com", password).status == (status == 303 ? 200 : 401))
        }
      }
    }

    @Test func aResetLinkEndsInTwoHoursAndItsUseEndsAllSessions() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let id = try await tracker.addUser("manager@example.com", .manager, by: admin)
        let manager = try await tracker.signedIn("manager@example.com")
        func link() async throws -> String {
          let answer = try await admin.post("/admin/api/users/\(id)/invite", json: [:])
          #expect(answer.json["purpose"] == "password_reset")
          return String(try #require(answer.json["url"]?.stringValue).drop { $0 != "#" }.dropFirst())
        }
        let (late, timely) = (try await link(), try await link())
        let form = [("token", timely), ("password", "an entirely new password")]
        #expect(try await tracker.visitor.post("/admin/invitation", form: form).status == 303)
        #expect(try await manager.get("/admin/api/me").status == 401)
        tracker.clock.advance(by: .hours(2))
        let again = [("token", late), ("password", "yet another new password")]
        #expect(try await tracker.visitor.post("/admin/invitation", form: again).status == 404)
        #expect(try await tracker.logIn("manager@example.com", "an entirely new password").status == 200)
      }
    }

    private static func enable(_ tracker: RunningTracker) async throws -> (totp: TOTP, recovery: [String]) {
      let admin = try await tracker.admin()
      let begun = try await admin.post("/admin/api/me/totp", json: [:])
      let secret = try #require(begun.json["secret"]?.stringValue)
      let totp = try #require(TOTP(typedSecret: secret))
      let code = totp.code(at: tracker.clock.now())
      let done = try await admin.post("/admin/api/me/totp", json: ["secret": .string(secret), "code": .string(code)])
      let recovery = done.json["recovery_codes"]?.arrayValue?.compactMap(\.stringValue) ?? []
      return (totp, recovery)
    }

    private static func atOnce(_ count: Int, _ act: @escaping @Sendable () async throws -> Int) async throws -> [Int] {
      try await withThrowingTaskGroup { tasks in
        for _ in 0..<count { tasks.addTask { try await act() } }
        return try await tasks.reduce(into: []) { $0.append($1) }
      }
    }
  }
}
