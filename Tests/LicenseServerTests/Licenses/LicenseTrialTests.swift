import Billing
import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct LicenseTrialTests {
  private func trial(_ server: RunningServer, _ email: String, _ more: JSONObject = [:]) async throws -> TestHTTPAnswer
  {
    var body: JSONObject = ["plan": "pro", "customer_email": .string(email), "trial_days": 14]
    for member in more.members { body[member.key] = member.value }
    return try await server.vendor().post("/api/licenses", json: .object(body))
  }

  @Test func aTrialEndsByItself() async throws {
    try await withServer { server in
      let answer = try await trial(server, "ada@lovelace.example")
      #expect(answer.status == 201, "\(answer.text)")
      #expect(answer.json["expires_at"]?.stringValue == (server.clock.now() + .days(14)).rfc3339)
      #expect(answer.json["trial"]?["converted_at"] == .null)
      let key = answer.json["key"]?.stringValue ?? ""
      #expect(try await server.activate(key).verdict == "true VALID")
      server.clock.advance(by: .days(14))
      #expect(try await server.validate(key, "f").verdict == "false EXPIRED")
      try await server.doJobs()
      let id = try #require(answer.json["id"]?.intValue)
      let history = try await server.vendor().get("/api/licenses/\(id)/history").json
      let kinds = history["items"]?.arrayValue?.compactMap { $0["kind"]?.stringValue } ?? []
      #expect(Array(kinds.reversed()) == ["issued", "trial_started", "activated", "trial_ended"])
    }
  }

  @Test func thereIsOneForAnAddressAndItsDomainUnlessStaffSaySo() async throws {
    try await withServer { server in
      #expect(try await trial(server, "ada@lovelace.example").status == 201)
      for email in ["ada@lovelace.example", "ada+again@lovelace.example", "bob@lovelace.example"] {
        let refused = try await trial(server, email)
        #expect(refused.status == 409 && refused.text.contains("has had a trial"), "\(email)")
      }
      #expect(try await trial(server, "bob@lovelace.example", ["allow_another_trial": true]).status == 201)
      // A provider's domain says nothing about who somebody is.
      #expect(try await trial(server, "ada@gmail.com").status == 201)
      #expect(try await trial(server, "bob@gmail.com").status == 201)
      #expect(try await trial(server, "ada+2@gmail.com").status == 409)
      #expect(try await trial(server, "c@d.example", ["expires_at": "2027-01-01T00:00:00Z"]).status == 422)
      #expect(try await trial(server, "c@d.example", ["trial_days": 91]).status == 422)
      #expect(try await server.vendor().get("/api/licenses?trial=true").json["total"] == 4)
    }
  }

  @Test func ofTwoTrialsAtOnceOneIsGiven() async throws {
    try await withServer { server in
      let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
        for number in 0..<8 { tasks.addTask { try await trial(server, "u\(number)@lovelace.example").status } }
        return try await tasks.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      }
      #expect(statuses == [201: 1, 409: 7])
      #expect(try await server.vendor().get("/api/licenses").json["total"] == 1)
    }
  }

  @Test func paidForItGoesOnWithItsKeyAndInstances() async throws {
    try await withServer { server in
      let answer = try await trial(server, "ada@lovelace.example")
      let (id, key) = (answer.json["id"]?.intValue ?? 0, answer.json["key"]?.stringValue ?? "")
      _ = try await server.activate(key)
      let invoice = try await server.order("ada@lovelace.example")
      let paid = try await server.vendor().post("/api/invoices/\(invoice)/mark-paid", json: ["reference": "t-1"])
      #expect(paid.status == 200, "\(paid.text)")
      let license = try await server.vendor().get("/api/licenses/\(id)").json
      #expect(license["trial"]?["converted_at"] != .null && license["subscription_id"] != .null)
      #expect(try await server.vendor().get("/api/licenses").json["total"] == 1)
      server.clock.advance(by: .days(20))
      #expect(try await server.validate(key, "f").verdict == "true VALID")
    }
  }
}
