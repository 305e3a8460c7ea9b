import Core
import Licensing
import TestSupport
import Testing

@testable import LicenseServer

/// Lease files for trackers without a line to the server.
@Suite struct OfflineActivationTests {
  private func request(
    _ server: RunningServer, _ key: String, _ fingerprint: String = "far-away"
  ) -> OfflineRequest {
    OfflineRequest(
      licenseKey: key, instance: .init(fingerprint: fingerprint, hostname: "vault.example", version: "1.0.0"),
      at: server.clock.now())
  }

  private func handIn(
    _ request: JSONValue, _ license: GivenLicense, days: Int64 = 90, _ server: RunningServer
  ) async throws -> TestHTTPAnswer {
    try await server.vendor().post(
      "/api/licenses/\(license.id)/offline-lease", json: ["request": request, "days": .int(days)])
  }

  @Test func aRequestFileBecomesALeaseFileOnce() async throws {
    try await withServer { server in
      let license = try await server.license()
      let request = request(server, license.key)
      #expect(!request.json.text.contains(license.key))
      let answer = try await handIn(request.json, license, server)
      #expect(answer.status == 201, "\(answer.text)")
      let file = try OfflineLeaseFile(reading: try #require(answer.json["lease_file"]))
      let claims = try LeaseVerifier(keys: server.keys.published).lease(file.lease, fingerprint: "far-away").claims
      #expect(claims.expiresAt == server.clock.now() + .days(90) && claims.isOffline)
      #expect(claims.licenseID == "\(license.id)" && claims.entitlements.plan == "pro")
      let again = try await handIn(request.json, license, server)
      #expect(again.status == 409 && again.text.contains("answered before"))
      let history = try await server.vendor().get("/api/licenses/\(license.id)/history").json["items"]?.arrayValue
      #expect(
        history?.reversed().compactMap { $0["kind"]?.stringValue } == ["issued", "activated", "offline_lease_issued"])
      let instance = try await server.vendor().get("/api/licenses/\(license.id)/instances").json["items"]?.arrayValue
      #expect(instance?.first?["offline_until"]?.stringValue == claims.expiresAt.rfc3339)
      #expect(try await server.activate(license.key, "another").verdict == "false TOO_MANY_INSTANCES")
    }
  }

  @Test func changedForeignAndMalformedFilesAreRefused() async throws {
    try await withServer { server in
      let (license, other) = (try await server.license(), try await server.license())
      let good = request(server, license.key).json
      var edited = good.objectValue ?? [:]
      edited["instance"] = ["fingerprint": "another", "hostname": "vault.example", "version": "1.0.0"]
      var redated = good.objectValue ?? [:]
      redated["created_at"] = "2026-01-01T00:00:00Z"
      var madeUp = good.objectValue ?? [:]
      madeUp["request_id"] = .string(String(repeating: "0", count: 32))
      for file in [JSONValue.object(edited), .object(redated), .object(madeUp), [:], ["format": "x"]] {
        #expect(try await handIn(file, license, server).status == 422, "\(file.text.prefix(60))")
      }
      #expect(try await handIn(good, other, server).status == 422)
      #expect(try await handIn(request(server, "no key").json, license, server).status == 422)
      for days: Int64 in [0, 29, 366] { #expect(try await handIn(good, license, days: days, server).status == 422) }
      #expect(try await handIn(good, license, server).status == 201)
    }
  }

  @Test func itCountsAsAnActivationAndItsPlaceIsTakenUntilItsEnd() async throws {
    try await withServer { server in
      let license = try await server.license()
      _ = try await server.activate(license.key, "online")
      let refused = try await handIn(request(server, license.key).json, license, server)
      #expect(refused.status == 409 && refused.code == "license_refused")
      _ = try await server.deactivate(license.key, "online")
      let first = try await handIn(request(server, license.key).json, license, days: 30, server)
      #expect(first.status == 201)
      // Given back over the network, the file still works: another tracker has to wait for its end.
      _ = try await server.deactivate(license.key, "far-away")
      #expect(try await server.activate(license.key, "online").verdict == "false TOO_MANY_INSTANCES")
      // The same one may come back.
      #expect(try await handIn(request(server, license.key).json, license, days: 30, server).status == 201)
      _ = try await server.deactivate(license.key, "far-away")
      server.clock.advance(by: .days(31))
      #expect(try await server.activate(license.key, "online").verdict == "true VALID")
    }
  }

  @Test func staffFreeThePlaceAtOnce() async throws {
    try await withServer { server in
      let license = try await server.license()
      let issued = try await handIn(request(server, license.key).json, license, server).json
      let instance = issued["instance_id"]?.intValue ?? 0
      let act = "/api/licenses/\(license.id)/instances/\(instance)/deactivate"
      #expect(try await server.vendor().post(act, json: [:]).json["offline_until"] == .null)
      #expect(try await server.activate(license.key, "online").verdict == "true VALID")
    }
  }

  @Test func aLeaseFileEndsWithItsLicenceAndARefusedLicenceGetsNone() async throws {
    try await withServer { server in
      let end = server.clock.now() + .days(40)
      let license = try await server.license("pro", ["expires_at": JSONValue(end)])
      let issued = try await handIn(request(server, license.key).json, license, days: 365, server)
      #expect(issued.json["lease_file"]?["expires_at"]?.stringValue == end.rfc3339)
      try await server.change(license, "suspend")
      let refused = try await handIn(request(server, license.key).json, license, server)
      #expect(refused.status == 409 && refused.json["license_code"] == "SUSPENDED")
    }
  }

  @Test func aHeartbeatOfOneThatHasAFileDoesNotShortenItsTime() async throws {
    try await withServer { server in
      let license = try await server.license()
      _ = try await handIn(request(server, license.key).json, license, days: 365, server)
      server.clock.advance(by: .days(10))
      try await server.doJobs()
      #expect(try await server.vendor().get("/api/instances?lost=true").json["items"] == [])
      let beat = try await server.heartbeat(license.key, "far-away", sequence: 1)
      let token = beat["lease"]?.stringValue ?? ""
      let claims = try LeaseVerifier(keys: server.keys.published).lease(token, fingerprint: "far-away").claims
      #expect(claims.expiresAt - server.clock.now() == .days(355))
    }
  }

  @Test func theFormerKeyWritesRequestsWhileItOverlaps() async throws {
    try await withServer { server in
      let license = try await server.license()
      let early = request(server, license.key)
      try await server.change(license, "rotate-key", ["overlap_hours": 24])
      #expect(try await handIn(early.json, license, server).status == 201)
      server.clock.advance(by: .hours(24))
      #expect(try await handIn(request(server, license.key).json, license, server).status == 422)
    }
  }
}
