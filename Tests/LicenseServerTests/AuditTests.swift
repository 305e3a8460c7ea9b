import Core
import Database
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct AuditTests {
  @Test func everyActOfStaffIsWrittenDownWithBeforeAndAfter() async throws {
    try await withServer { server in
      let (license, vendor) = (try await server.license(), try await server.vendor())
      let instance = try #require(try await server.activate(license.key)["instance"]?["id"]?.intValue)
      let path = "/api/licenses/\(license.id)"
      for verb in ["suspend", "reinstate", "rotate-key"] { _ = try await vendor.post("\(path)/\(verb)", json: [:]) }
      _ = try await vendor.post("\(path)/renew", json: ["expires_at": "2030-01-01T00:00:00Z"])
      _ = try await vendor.post("\(path)/change-plan", json: ["plan": "enterprise"])
      _ = try await vendor.patch(path, json: ["max_instances": 4])
      for act in ["ban", "unban"] { _ = try await vendor.post("\(path)/instances/\(instance)/\(act)", json: [:]) }
      _ = try await vendor.post("\(path)/revoke", json: [:])
      _ = try await vendor.patch("/api/settings", json: ["minimum_version": "1.0"])
      _ = try await vendor.post("/api/customers", json: ["email": "c@example.com", "name": "C"])
      _ = try await vendor.patch("/api/customers/1", json: ["name": "D"])
      _ = try await vendor.post(
        "/api/staff", json: ["email": "s@example.com", "role": "viewer", "password": "another correct horse"])
      _ = try await vendor.patch("/api/staff/2", json: ["name": "S"])

      let log = try await vendor.get("/api/audit-log?limit=100").json["items"]?.arrayValue ?? []
      #expect(
        Set(log.compactMap { $0["action"]?.stringValue }) == [
          "license.create", "license.suspend", "license.reinstate", "license.rotate_key", "license.renew",
          "license.change_plan", "license.update", "license.revoke", "instance.ban", "instance.unban",
          "settings.change", "customer.create", "customer.change", "staff.create", "staff.change", "staff.sign_in",
        ])
      for entry in log {
        #expect(entry["actor"] == "staff vendor@example.com" && entry["address"] == "127.0.0.1")
        if entry["action"] == "staff.sign_in" { continue }
        #expect(entry["after"] != .null && entry["before"] != entry["after"])
      }
      let verified = try await vendor.get("/api/audit-log/verify").json
      #expect(verified["intact"] == true && verified["entries"]?.intValue == Int64(log.count))
    }
  }

  @Test func whatIsChangedInTheLogShows() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      for _ in 0..<4 { _ = try await server.license() }
      let database = server.plane.database
      try await database.execute("UPDATE license.audit_log SET actor = 'staff somebody@else.example' WHERE seq = 3")
      let changed = try await vendor.get("/api/audit-log/verify").json
      #expect(changed["intact"] == false)
      #expect(changed["first_fault"] == ["seq": 3, "kind": "content_changed"])
      try await database.execute("DELETE FROM license.audit_log WHERE seq = 2")
      let removed = try await vendor.get("/api/audit-log/verify").json
      #expect(removed["first_fault"] == ["seq": 2, "kind": "missing"])
    }
  }

  @Test func theChainHasNoForksWhenManyActAtOnce() async throws {
    try await withServer { server in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for turn in 0..<20 {
          tasks.addTask { _ = try await server.license("pro", ["customer_email": .string("c\(turn)@example.com")]) }
        }
        try await tasks.waitForAll()
      }
      let verdict = try await AuditStore(server.plane.database).verify()
      #expect(verdict.entries == 40 && verdict.isIntact)
    }
  }

  @Test func aNotedHeadShowsWhatIsCutOffTheEnd() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      for _ in 0..<3 { _ = try await server.license() }
      let head = try #require(try await vendor.get("/api/audit-log/verify").json["head"])
      let noted = "\(try #require(head["seq"]?.intValue)):\(try #require(head["hash"]?.stringValue))"
      let path = "/api/audit-log/verify?noted=\(noted)"
      _ = try await server.license()
      #expect(try await vendor.get(path).json["intact"] == true)
      let last = try #require(head["seq"]?.intValue)
      try await server.plane.database.execute("DELETE FROM license.audit_log WHERE seq >= \(last)")
      #expect(try await vendor.get("/api/audit-log/verify").json["intact"] == true)
      let cut = try await vendor.get(path).json
      #expect(cut["intact"] == false && cut["first_fault"] == ["seq": .int(last), "kind": "missing"])
      #expect(try await vendor.get("/api/audit-log/verify?noted=7").status == 422)
    }
  }

  @Test func entriesAreFoundByActorActionSubjectAndDay() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let license = try await server.license()
      server.clock.advance(by: .days(2))
      let later = try await server.vendor()
      _ = try await later.post("/api/licenses/\(license.id)/suspend", json: [:])
      let count: (String) async throws -> Int? = {
        try await later.get("/api/audit-log?\($0)").json["items"]?.arrayValue?.count
      }
      #expect(try await count("subject=license:\(license.id)") == 2)
      #expect(try await count("action=license.") == 2)
      #expect(try await count("action=license.suspend&actor=VENDOR@") == 1)
      #expect(try await count("actor=nobody") == 0)
      #expect(try await count("action=license.&to=2026-11-21") == 1)
      #expect(try await count("action=license.&from=2026-11-23") == 1)
      #expect(try await count("action=license.&from=2026-11-23T10:00:00.001Z") == 0)
      #expect(try await vendor.get("/api/audit-log?from=yesterday").status == 422)
    }
  }

  @Test func theLogIsExportedWholeAndHarmlessToSpreadsheets() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      for name in ["=HYPERLINK(\"x\")", "plain"] {
        _ = try await vendor.post(
          "/api/customers",
          json: ["email": .string("\(name == "plain" ? "p" : "f")@example.com"), "name": .string(name)])
      }
      try await server.plane.database.execute(
        "UPDATE license.audit_log SET subject = '=cmd' WHERE action = 'customer.create' AND subject = 'customer:1'")
      let answer = try await vendor.get("/api/audit-log/export?action=customer.create")
      #expect(answer.status == 200 && answer.header("Content-Type")?.hasPrefix("text/csv") == true)
      let lines = answer.text.split(separator: "\r\n")
      #expect(lines.count == 3 && lines[0] == "seq,at,actor,action,subject,address,before,after")
      #expect(lines[1].contains(",'=cmd,") && lines[2].contains(",customer:2,"))
      #expect(lines[1].contains("\"{\"\"id\"\":1,"))
    }
  }
}
