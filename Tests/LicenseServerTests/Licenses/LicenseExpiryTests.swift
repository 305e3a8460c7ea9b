import Core
import Security
import TestSupport
import Testing

@testable import LicenseServer

/// What is told of ends that are near, and noted of those that have come.
@Suite struct LicenseExpiryTests {
  private static let email = "customer@example.com"

  private func subjects(_ server: RunningServer) -> [String] {
    server.mails(to: Self.email).map(\.subject)
  }

  @Test func aCustomerIsRemindedThirtySevenAndOneDayBeforeEachOnce() async throws {
    try await withServer { server in
      let license = try await server.license(
        "pro", ["expires_at": JSONValue(server.clock.now() + .days(40))])
      var told: [Int: [String]] = [:]
      for day in 0...41 {
        for _ in 0..<2 { try await server.doJobs() }
        let new = Array(subjects(server).dropFirst(told.values.joined().count))
        if !new.isEmpty { told[40 - day] = new }
        server.clock.advance(by: .days(1))
      }
      #expect(
        told == [
          30: ["Your Trackily Pro licence ends in 30 days"], 7: ["Your Trackily Pro licence ends in 7 days"],
          1: ["Your Trackily Pro licence ends tomorrow"],
        ])
      let history = try await server.vendor().get("/api/licenses/\(license.id)/history").json["items"]?.arrayValue
      let kinds = history?.reversed().compactMap { $0["kind"]?.stringValue }
      #expect(kinds == ["issued", "expiry_reminded", "expiry_reminded", "expiry_reminded", "expired"])
    }
  }

  @Test func aLateLicenceIsToldOnceAndARenewedOneAnew() async throws {
    try await withServer { server in
      let license = try await server.license("pro", ["expires_at": JSONValue(server.clock.now() + .days(5))])
      for _ in 0..<3 { try await server.doJobs() }
      #expect(subjects(server) == ["Your Trackily Pro licence ends in 5 days"])
      try await server.change(license, "renew", ["interval": "month"])
      server.clock.advance(by: .hours(2))
      try await server.doJobs()
      #expect(subjects(server).count == 1)
      server.clock.advance(by: .days(6))
      try await server.doJobs()
      #expect(subjects(server).count == 2 && subjects(server).last?.contains("in 29 days") == true)
    }
  }

  @Test func whatIsSuspendedEndlessOrLongOverIsNotReminded() async throws {
    try await withServer { server in
      let suspended = try await server.license("pro", ["expires_at": JSONValue(server.clock.now() + .days(5))])
      try await server.change(suspended, "suspend")
      _ = try await server.license()
      let old = try await server.license("pro", ["expires_at": "2020-01-01T00:00:00Z"])
      try await server.doJobs()
      #expect(subjects(server).isEmpty)
      let history = try await server.vendor().get("/api/licenses/\(old.id)/history").json["items"]?.arrayValue
      #expect(history?.count == 1)
    }
  }

  @Test func silenceIsNotedAndSoIsItsEnd() async throws {
    try await withServer { server in
      let license = try await server.license()
      _ = try await server.activate(license.key)
      server.clock.advance(by: .hours(47))
      try await server.doJobs()
      #expect(try await server.vendor().get("/api/instances?lost=true").json["items"] == [])
      server.clock.advance(by: .hours(2))
      for _ in 0..<2 { try await server.doJobs() }
      let lost = try await server.vendor().get("/api/instances?lost=true").json["items"]?.arrayValue
      #expect(lost?.count == 1 && lost?.first?["customer_email"]?.stringValue == Self.email)
      _ = try await server.heartbeat(license.key, sequence: 1)
      let history = try await server.vendor().get("/api/licenses/\(license.id)/history").json["items"]?.arrayValue
      let kinds = history?.reversed().compactMap { $0["kind"]?.stringValue }
      #expect(kinds == ["issued", "activated", "heartbeat_lost", "heartbeat_back"])
      #expect(try await server.vendor().get("/api/instances?lost=true").json["items"] == [])
    }
  }
}
