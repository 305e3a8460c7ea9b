import Core
import Database
import Licensing
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct ActivationTests {
  @Test func anActivationGivesALeaseThatThePublishedKeysVerify() async throws {
    try await withServer { server in
      let license = try await server.license("enterprise")
      let answer = try await server.activate(license.key, "instance-1", nonce: "n-1")
      #expect(answer.verdict == "true VALID")
      #expect(answer["license"]?["id"]?.intValue == license.id)
      #expect(answer["license"]?["limits"]?["users"] == .null)
      let published = try await server.visitor.get("/.well-known/jwks.json")
      let verifier = LeaseVerifier(keys: try #require(JWKS(json: published.json)))
      let lease = try verifier.lease(
        try #require(answer["lease"]?.stringValue), fingerprint: "instance-1"
      ).claims
      #expect(lease.licenseID == "\(license.id)" && lease.sequence == 1 && lease.entitlements.plan == "enterprise")
      #expect(lease.expiresAt - lease.issuedAt == .days(7) && lease.graceUntil - lease.expiresAt == .days(14))
      let word = try verifier.decision(
        try #require(answer["signed"]?.stringValue), nonce: "n-1", licenseKey: license.key
      ).decision
      #expect(word.isValid && word.code == .valid && word.sequence == 1)
      #expect(throws: LeaseError.replayed) {
        try verifier.decision(answer["signed"]?.stringValue ?? "", nonce: "n-2", licenseKey: license.key)
      }
    }
  }

  @Test func everyCodeCanBeHad() async throws {
    try await withServer { server in
      let (license, vendor) = (try await server.license(), try await server.vendor())
      #expect(try await server.validate("no key at all").verdict == "false NOT_FOUND")
      #expect(try await server.validate("").verdict == "false NOT_FOUND")
      #expect(try await server.validate(license.key).verdict == "true VALID")
      #expect(try await server.validate(license.key, "f").verdict == "false NOT_ACTIVATED")
      let instance = try #require(try await server.activate(license.key)["instance"]?["id"]?.intValue)
      #expect(try await server.validate(license.key, "f").verdict == "true VALID")
      #expect(try await server.validate(license.key, "g").verdict == "false FINGERPRINT_MISMATCH")
      #expect(try await server.activate(license.key, "g").verdict == "false TOO_MANY_INSTANCES")
      _ = try await vendor.patch("/api/settings", json: ["minimum_version": "2.0"])
      #expect(try await server.validate(license.key, "f").verdict == "false VERSION_TOO_OLD")
      #expect(try await server.heartbeat(license.key, sequence: 1, version: "2.0.1").verdict == "true VALID")
      #expect(try await server.validate(license.key, "f").verdict == "true VALID")
      _ = try await server.change(license, "renew", ["expires_at": .string(server.clock.now().rfc3339)])
      #expect(try await server.validate(license.key, "f").verdict == "false EXPIRED")
      try await server.change(license, "suspend")
      #expect(try await server.validate(license.key, "f").verdict == "false SUSPENDED")
      try await server.change(license, "reinstate")
      #expect(try await server.validate(license.key, "f").verdict == "false EXPIRED")
      try await server.change(license, "revoke")
      #expect(try await server.validate(license.key, "f").verdict == "false REVOKED")
      _ = try await vendor.post("/api/licenses/\(license.id)/instances/\(instance)/ban", json: [:])
      #expect(try await server.validate(license.key, "f").verdict == "false BANNED")
      #expect(try await server.activate(license.key).verdict == "false BANNED")
      #expect(try await server.validate(license.key, "g").verdict == "false REVOKED")
    }
  }

  @Test func refusalsAreSignedAndGiveNoLease() async throws {
    try await withServer { server in
      let license = try await server.license()
      _ = try await server.activate(license.key)
      try await server.change(license, "suspend")
      let answers = [
        try await server.activate(license.key, nonce: "n"), try await server.validate("unknown", nonce: "n"),
        try await server.validate(license.key, nonce: "n"),
      ]
      let verifier = LeaseVerifier(keys: server.keys.published)
      for (answer, key) in zip(answers, [license.key, "unknown", license.key]) {
        #expect(answer["lease"] == nil || answer["lease"] == .null)
        let token = try #require(answer["signed"]?.stringValue)
        let word = try verifier.decision(token, nonce: "n", licenseKey: key).decision
        #expect(!word.isValid && word.code.rawValue == answer["code"]?.stringValue)
      }
    }
  }

  @Test func ofAHundredActivationsAtOnceAsManySucceedAsThereAreSlots() async throws {
    try await withServer { server in
      let license = try await server.license("pro", ["max_instances": 3])
      let codes = try await withThrowingTaskGroup(of: String.self) { tasks in
        for number in 0..<100 {
          tasks.addTask { try await server.activate(license.key, "instance-\(number)").verdict }
        }
        return try await tasks.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      }
      #expect(codes == ["true VALID": 3, "false TOO_MANY_INSTANCES": 97])
    }
  }

  @Test func oneFingerprintTwentyTimesAtOnceIsOneInstance() async throws {
    try await withServer { server in
      let license = try await server.license()
      let answers = try await withThrowingTaskGroup(of: JSONValue.self) { tasks in
        for _ in 0..<20 { tasks.addTask { try await server.activate(license.key) } }
        return try await tasks.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.allSatisfy { $0.verdict == "true VALID" })
      #expect(Set(answers.map { $0["instance"]?["id"] }).count == 1)
      #expect(Set(answers.map(\.sequence)) == Set(1...20))
    }
  }

  @Test func aDeactivationFreesTheSlotOnce() async throws {
    try await withServer { server in
      let license = try await server.license()
      _ = try await server.activate(license.key, "old")
      #expect(try await server.deactivate(license.key, "old")["deactivated"] == true)
      #expect(try await server.deactivate(license.key, "old")["deactivated"] == false)
      #expect(try await server.deactivate("unknown", "old")["code"] == "NOT_FOUND")
      #expect(try await server.activate(license.key, "new").verdict == "true VALID")
      #expect(try await server.activate(license.key, "old").verdict == "false TOO_MANY_INSTANCES")
    }
  }

  @Test func aLicenceMovesThreeTimesInThirtyDays() async throws {
    try await withServer { server in
      let license = try await server.license()
      _ = try await server.activate(license.key, "m0")
      for move in 1...3 {
        _ = try await server.deactivate(license.key, "m\(move - 1)")
        #expect(try await server.activate(license.key, "m\(move)").verdict == "true VALID")
      }
      _ = try await server.deactivate(license.key, "m3")
      let refused = try await server.activate(license.key, "m4")
      #expect(refused.verdict == "false TOO_MANY_INSTANCES")
      #expect(refused["detail"]?.stringValue?.contains("30 days") == true)
      #expect(try await server.activate(license.key, "m3").verdict == "true VALID")
      _ = try await server.deactivate(license.key, "m3")
      server.clock.advance(by: .days(31))
      #expect(try await server.activate(license.key, "m4").verdict == "true VALID")
    }
  }

  @Test func anotherDomainIsAMoveThatIsCountedAndNotRefused() async throws {
    try await withServer { server in
      let license = try await server.license()
      for domain in ["a.example", "b.example", "c.example", "d.example", "e.example"] {
        #expect(try await server.activate(license.key, domain: domain).verdict == "true VALID")
      }
      _ = try await server.activate(license.key, domain: "e.example")
      let count: Int? = try await server.plane.database.scalar(
        "SELECT count(*) FROM license.transfers WHERE kind = 'rebound'")
      #expect(count == 4)
      _ = try await server.deactivate(license.key)
      #expect(try await server.activate(license.key, "g").verdict == "false TOO_MANY_INSTANCES")
    }
  }

  @Test func aHeartbeatRenewsTheLeaseAndKeepsTheUsage() async throws {
    try await withServer { server in
      let license = try await server.license()
      var sequence = try await server.activate(license.key).sequence
      for users in 1...3 {
        server.clock.advance(by: .hours(6))
        let answer = try await server.heartbeat(license.key, sequence: sequence, users: Int64(users))
        #expect(answer.verdict == "true VALID" && answer.sequence == sequence + 1)
        #expect(answer["warnings"] == nil)
        sequence = answer.sequence
      }
      let instances = try await server.vendor().get("/api/licenses/\(license.id)/instances").json
      let instance = instances["items"]?.arrayValue?.first
      #expect(instance?["usage"] == ["users": 3, "clicks_24h": 10])
      #expect(instance?["last_seen_at"]?.stringValue == server.clock.now().rfc3339)
      #expect(try await server.heartbeat(license.key, "stranger", sequence: 0).verdict == "false FINGERPRINT_MISMATCH")
    }
  }

  @Test func twoCopiesOfAnInstanceAreSuspectedAndServed() async throws {
    try await withServer { server in
      let license = try await server.license()
      let first = try await server.activate(license.key).sequence
      var (here, there) = (first, first)
      var warnings: [JSONValue?] = []
      for _ in 0..<3 {
        let mine = try await server.heartbeat(license.key, sequence: here)
        let copys = try await server.heartbeat(license.key, sequence: there)
        (here, there) = (mine.sequence, copys.sequence)
        #expect(mine.verdict == "true VALID" && copys.verdict == "true VALID")
        warnings += [mine["warnings"], copys["warnings"]]
      }
      #expect(warnings.first == .some(nil))
      #expect(warnings.last == .some(["CLONE_SUSPECTED"]))
    }
  }

  @Test func lostAnswersAreNoCopies() async throws {
    try await withServer { server in
      let license = try await server.license()
      let sequence = try await server.activate(license.key).sequence
      for _ in 0..<6 {
        let answer = try await server.heartbeat(license.key, sequence: sequence)
        #expect(answer["warnings"] == nil)
      }
    }
  }

  @Test func bothKeysWorkWhileARotationOverlaps() async throws {
    try await withServer { server in
      let license = try await server.license()
      _ = try await server.activate(license.key)
      let rotated = try await server.change(license, "rotate-key", ["overlap_hours": 24]).json
      let key = try #require(rotated["key"]?.stringValue)
      #expect(key != license.key && rotated["former_key_valid_until"]?.stringValue != nil)
      #expect(try await server.validate(license.key, "f").verdict == "true VALID")
      #expect(try await server.heartbeat(key, sequence: 1).verdict == "true VALID")
      server.clock.advance(by: .hours(24))
      #expect(try await server.validate(license.key, "f").verdict == "false NOT_FOUND")
      #expect(try await server.validate(key, "f").verdict == "true VALID")
    }
  }

  @Test func aLeaseDoesNotOutliveItsLicence() async throws {
    try await withServer { server in
      let end = server.clock.now() + .days(2)
      let license = try await server.license("pro", ["expires_at": JSONValue(end)])
      let token = try await server.activate(license.key)["lease"]?.stringValue ?? ""
      let lease = try LeaseVerifier(keys: server.keys.published).lease(token, fingerprint: "f")
      #expect(lease.claims.expiresAt == end)
    }
  }

  @Test func validationsWriteNothingButNowAndThenThatSomebodyWasSeen() async throws {
    try await withServer { server in
      let license = try await server.license()
      _ = try await server.activate(license.key)
      let start = server.clock.now()
      let lastSeen: () async throws -> Timestamp? = {
        try await server.plane.database.scalar("SELECT last_seen_at FROM license.instances")
      }
      server.clock.advance(by: .minutes(10))
      _ = try await server.validate(license.key, "f")
      #expect(try await lastSeen() == start)
      server.clock.advance(by: .minutes(10))
      _ = try await server.validate(license.key, "f")
      #expect(try await lastSeen() == server.clock.now())
    }
  }
}
