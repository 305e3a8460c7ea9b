import Core
import TestSupport
import Testing

@testable import Licensing
@testable import TenantTracker

/// A tracker without a line to the licence server: request files out, lease files in.
@Suite struct LicenseOfflineTests {
  private static let key = "0b0e1c9e-52d6-4f0c-9f0a-2f7d5c7f1a11"

  /// The licence server's side, as far as it is needed.
  private struct Desk {
    let ring: SigningKeyRing
    let clock: TestClock

    init(clock: TestClock) throws {
      self.clock = clock
      ring = try #require(SigningKeyRing([SigningKey.generate(at: clock.now())]))
    }

    var keys: JWKS { ring.publicKeys(at: clock.now()) }

    func answer(
      _ request: OfflineRequest, sequence: Int64 = 1, days: Int64 = 90, license: String = "17",
      from begin: Timestamp? = nil
    ) throws -> OfflineLeaseFile {
      #expect(request.isAuthentic(licenseKey: LicenseOfflineTests.key))
      let claims = LeaseClaims(
        licenseID: license, id: request.id, sequence: sequence, issuedAt: begin ?? clock.now(), lifetime: .days(days),
        fingerprint: request.instance.fingerprint, status: .active, entitlements: Entitlements(DocumentedPlan.pro))
      return OfflineLeaseFile(
        lease: try LeaseSigner(ring).sign(claims), plan: "pro", keyLastFour: "1a11", expiresAt: claims.expiresAt)
    }
  }

  /// A tracker whose licence server is nowhere.
  private func alone(_ body: (RunningTracker, LicenseKeeper, Desk) async throws -> Void) async throws {
    let clock = TestClock()
    try await withTracker(["LICENSE_SERVER_URL": "http://127.0.0.1:1"], clock: clock, isLicensed: false) { tracker in
      try await body(tracker, tracker.tracker.licenses, try Desk(clock: clock))
    }
  }

  private func refusal(_ work: () async throws -> LicenseStanding) async -> String? {
    do {
      _ = try await work()
      return nil
    } catch {
      return (error as? Problem)?.detail
    }
  }

  @Test func aLeaseFileWorksUntilItsEndWithoutNetwork() async throws {
    try await alone { tracker, keeper, desk in
      let scope = try tracker.scope
      let file = try desk.answer(try await keeper.offlineRequest(key: Self.key, for: scope))
      #expect(await refusal { try await keeper.importLease(file, keys: nil, for: scope) }?.contains("--keys") == true)
      let standing = try await keeper.importLease(file, keys: desk.keys, for: scope)
      #expect(standing.entitlements.plan == "pro" && standing.banner == nil && standing.warnings.isEmpty)
      tracker.clock.advance(by: .days(70))
      #expect(try await keeper.standing(of: scope).banner == nil)
      tracker.clock.advance(by: .days(19))
      let late = try await keeper.standing(of: scope)
      #expect(late.entitlements.plan == "pro" && late.banner == .offlineLeaseEnds(file.expiresAt))
      tracker.clock.advance(by: .days(16))
      #expect(try await keeper.standing(of: scope).entitlements.plan == "starter")
      // The next file needs no keys: they are known now.
      let next = try desk.answer(try await keeper.offlineRequest(key: Self.key, for: scope), sequence: 2)
      #expect(try await keeper.importLease(next, keys: nil, for: scope).entitlements.plan == "pro")
    }
  }

  @Test func filesThatWerePlayedAgainEditedOrMadeForAnotherAreRefused() async throws {
    try await alone { tracker, keeper, desk in
      let scope = try tracker.scope
      let request = try await keeper.offlineRequest(key: Self.key, for: scope)
      let older = try desk.answer(request, sequence: 1)
      let file = try desk.answer(request, sequence: 2)
      let parts = file.lease.split(separator: ".")
      let payload = try JSONValue.parse(try #require([UInt8](base64url: parts[1])))
      var edited = try #require(payload.objectValue)
      edited["plan"] = "enterprise"
      let token = "\(parts[0]).\(JSONValue.object(edited).utf8.base64url).\(parts[2])"
      let foreign = OfflineRequest(licenseKey: Self.key, instance: .init(fingerprint: "x"), at: desk.clock.now())
      let stranger = try Desk(clock: desk.clock)
      let now = desk.clock.now()
      let refused: [(String, OfflineLeaseFile)] = [
        ("edited", OfflineLeaseFile(lease: token, plan: "pro", keyLastFour: "1a11", expiresAt: file.expiresAt)),
        ("another's", try desk.answer(foreign)), ("unknown key", try stranger.answer(request)),
        ("over", try desk.answer(request, days: 30, from: now - .days(31))),
        ("to come", try desk.answer(request, from: now + .days(1))),
      ]
      for (why, file) in refused {
        #expect(await refusal { try await keeper.importLease(file, keys: desk.keys, for: scope) } != nil, "\(why)")
      }
      #expect(try await keeper.standing(of: scope).phase == .unlicensed)
      _ = try await keeper.importLease(file, keys: desk.keys, for: scope)
      for again in [file, older] {
        #expect(await refusal { try await keeper.importLease(again, keys: nil, for: scope) }?.contains("older") == true)
      }
      #expect(try await keeper.standing(of: scope).entitlements.plan == "pro")
    }
  }

  @Test func aRequestChangesNothingThatIsInForce() async throws {
    try await alone { tracker, keeper, desk in
      let scope = try tracker.scope
      let request = try await keeper.offlineRequest(key: Self.key, for: scope)
      #expect(try await keeper.record(of: scope).keyLastFour == "1a11")
      #expect(try await keeper.standing(of: scope).phase == .unlicensed)
      _ = try await keeper.importLease(try desk.answer(request), keys: desk.keys, for: scope)
      _ = try await keeper.offlineRequest(key: "another key", for: scope)
      #expect(try await keeper.record(of: scope).keyLastFour == "1a11")
      #expect(try OfflineRequest(reading: request.json) == request)
      #expect(
        !OfflineRequest(licenseKey: "x", instance: request.instance, at: desk.clock.now()).isAuthentic(
          licenseKey: Self.key))
    }
  }
}
