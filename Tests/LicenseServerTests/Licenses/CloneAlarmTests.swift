import Core
import Security
import TestSupport
import Testing

@testable import LicenseServer

/// Two copies of one instance: shown, mailed once, acknowledged; never a reason to take something away.
@Suite struct CloneAlarmTests {
  /// Two copies of the instance take turns.
  private func alternate(_ server: RunningServer, _ license: GivenLicense, times: Int = 3) async throws {
    var (here, there): (Int64, Int64) = (1, 1)
    for _ in 0..<times {
      here = try await server.heartbeat(license.key, sequence: here).sequence
      there = try await server.heartbeat(license.key, sequence: there).sequence
    }
  }

  @Test func anAlarmIsRaisedToldAndMailedOnce() async throws {
    try await withServer { server in
      let (vendor, license) = (try await server.vendor(), try await server.license())
      _ = try await server.activate(license.key)
      try await alternate(server, license)
      let alarms = try await vendor.get("/api/clone-alarms?open=true").json["items"]?.arrayValue ?? []
      #expect(alarms.count == 1 && alarms.first?["license_id"] == .int(license.id))
      #expect(alarms.first?["hostname"] == "tracker-1" && alarms.first?["acknowledged_at"] == .null)
      try await server.doJobs()
      let mails = server.mails(to: RunningServer.vendorEmail)
      #expect(mails.count == 1 && mails.first?.subject.contains("tracker-1") == true)
      #expect(try await vendor.get("/api/licenses?clone_suspected=true").json["total"] == 1)
      let history = try await vendor.get("/api/licenses/\(license.id)/history?kind=clone_suspected").json
      #expect(history["items"]?.arrayValue?.count == 1)
      #expect(try await server.validate(license.key, "f").verdict == "true VALID")
    }
  }

  @Test func anAcknowledgedAlarmIsAtRestUntilTheNextOne() async throws {
    try await withServer { server in
      let (vendor, license) = (try await server.vendor(), try await server.license())
      _ = try await server.activate(license.key)
      try await alternate(server, license)
      let alarm = try await vendor.get("/api/clone-alarms").json["items"]?.arrayValue?.first
      let path = "/api/clone-alarms/\(alarm?["id"]?.intValue ?? 0)/acknowledge"
      for _ in 0..<2 {
        let answer = try await vendor.post(path, json: [:])
        #expect(answer.json["acknowledged_by"]?.stringValue == "staff \(RunningServer.vendorEmail)", "\(answer.text)")
      }
      #expect(try await vendor.get("/api/licenses/\(license.id)").json["clone_suspected"] == false)
      #expect(try await vendor.get("/api/clone-alarms?open=true").json["items"]?.arrayValue?.isEmpty == true)
      let last = try await vendor.get("/api/licenses/\(license.id)/instances").json
      #expect(last["items"]?.arrayValue?.first?["clone_suspected"] == false)
      try await alternate(server, license)
      #expect(try await vendor.get("/api/clone-alarms?open=true").json["items"]?.arrayValue?.count == 1)
      #expect(try await vendor.get("/api/clone-alarms").json["items"]?.arrayValue?.count == 2)
      #expect(try await vendor.post("/api/clone-alarms/999999/acknowledge", json: [:]).status == 404)
    }
  }

  @Test func theSettingSaysWhoIsMailed() async throws {
    try await withServer { server in
      let (vendor, license) = (try await server.vendor(), try await server.license())
      let settings = try await vendor.patch("/api/settings", json: ["alarm_email": "Watch@Example.com"])
      #expect(settings.json["alarm_email"] == "watch@example.com" && settings.json["minimum_version"] == .null)
      #expect(try await vendor.patch("/api/settings", json: ["alarm_email": "nobody"]).status == 422)
      _ = try await server.activate(license.key)
      try await alternate(server, license)
      try await server.doJobs()
      #expect(server.mails(to: "watch@example.com").count == 1)
      #expect(server.mails(to: RunningServer.vendorEmail).isEmpty)
    }
  }
}
