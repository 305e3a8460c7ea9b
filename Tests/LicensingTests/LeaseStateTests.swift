import Core
import TestSupport
import Testing

@testable import Licensing

@Suite struct LeaseStateTests {
  private let vendor: Vendor
  private let clock = TestClock(Vendor.start)
  private var now: Timestamp { clock.now() }

  init() throws { vendor = try Vendor() }

  private func activated(plan: DocumentedPlan = .pro) throws -> LeaseState {
    var state = LeaseState()
    #expect(state.accept(try vendor.lease(plan: plan), from: .network, at: now) == .accepted)
    return state
  }

  @Test func withoutALicenceItIsStarter() {
    let standing = LeaseState().standing(at: now)
    #expect(standing.phase == .unlicensed && standing.status == "unlicensed")
    #expect(standing.entitlements == .starter && standing.code == nil && standing.banner == nil)
  }

  @Test func aLeaseGivesItsPlan() throws {
    let standing = try activated().standing(at: now)
    #expect(standing.phase == .current && standing.status == "active" && standing.code == .valid)
    #expect(standing.entitlements == Entitlements(.pro) && standing.banner == nil && standing.warnings.isEmpty)
    #expect(standing.graceUntil == now + .days(21))
  }

  @Test func weeksOfHeartbeatsKeepItQuiet() throws {
    var state = try activated()
    for beat in 2...200 {
      clock.advance(by: .hours(6))
      #expect(state.accept(try vendor.lease(sequence: Int64(beat), at: now), from: .network, at: now) == .accepted)
      state.tick(at: now)
      let standing = state.standing(at: now)
      #expect(standing.phase == .current && standing.banner == nil && standing.warnings.isEmpty)
    }
  }

  /// Day by day with the licence server gone: a banner from day 1, grace from day 7, Starter from day 21.
  @Test func anAbsentServerTakesRightsAwayAfterTheGraceOnly() throws {
    let state = try activated()
    for hour in 0..<(30 * 24) {
      let time = Vendor.start + .hours(Int64(hour))
      let standing = state.standing(at: time)
      switch hour {
      case ..<24:
        #expect(standing.phase == .current && standing.banner == nil)
      case ..<(7 * 24):
        #expect(standing.phase == .current)
        #expect(standing.banner == .serverUnreachable(since: Vendor.start, rightsUntil: Vendor.start + .days(21)))
      case ..<(21 * 24):
        #expect(standing.phase == .grace && standing.banner == .grace(until: Vendor.start + .days(21)))
        #expect(standing.entitlements == Entitlements(.pro) && standing.status == "grace")
      default:
        #expect(standing.phase == .lapsed && standing.entitlements == .starter && standing.status == "lapsed")
        #expect(standing.banner == .lapsed(since: Vendor.start + .days(21)))
      }
    }
  }

  @Test func oneHeartbeatBringsEverythingBack() throws {
    var state = try activated()
    clock.advance(by: .days(40))
    #expect(state.standing(at: now).phase == .lapsed)
    #expect(state.accept(try vendor.lease(sequence: 2, at: now), from: .network, at: now) == .accepted)
    #expect(state.standing(at: now).entitlements == Entitlements(.pro))
  }

  @Test(arguments: [
    (LicenseCode.suspended, LicenseStatus?.some(.suspended), "suspended"), (.expired, .expired, "expired"),
    (.revoked, .revoked, "revoked"), (.banned, .banned, "banned"), (.notFound, nil, "not_found"),
    (.notActivated, .active, "not_activated"), (.tooManyInstances, .active, "too_many_instances"),
  ])
  func aSignedRefusalTakesRightsAtOnce(code: LicenseCode, status: LicenseStatus?, word: String) throws {
    var state = try activated()
    clock.advance(by: .hours(6))
    #expect(state.accept(try vendor.decision(code, status: status, at: now), at: now) == .accepted)
    let standing = state.standing(at: now)
    #expect(standing.phase == .refused && standing.entitlements == .starter && standing.code == code)
    #expect(standing.status == word && standing.banner == .refused(code))
  }

  @Test func reinstatingBringsRightsBackWithTheNextLease() throws {
    var state = try activated()
    clock.advance(by: .hours(6))
    _ = state.accept(try vendor.decision(.suspended, status: .suspended, at: now), at: now)
    clock.advance(by: .hours(6))
    #expect(state.accept(try vendor.lease(sequence: 2, at: now), from: .network, at: now) == .accepted)
    #expect(state.standing(at: now).phase == .current)
  }

  @Test func overdueIsStillValid() throws {
    var state = try activated()
    clock.advance(by: .hours(6))
    _ = state.accept(try vendor.lease(sequence: 2, at: now, status: .overdue), from: .network, at: now)
    let standing = state.standing(at: now)
    #expect(standing.code == .overdue && standing.status == "overdue" && standing.banner == .overdue)
    #expect(standing.entitlements == Entitlements(.pro))
  }

  @Test func oldLeasesAndDecisionsChangeNothing() throws {
    var state = try activated()
    let oldRefusal = try vendor.decision(.suspended, at: now)
    let oldLease = try vendor.lease(sequence: 2, at: now + .hours(1))
    clock.advance(by: .hours(6))
    _ = state.accept(try vendor.lease(sequence: 3, at: now), from: .network, at: now)
    #expect(state.accept(oldRefusal, at: now) == .outdated)
    #expect(state.accept(oldLease, from: .file, at: now) == .outdated)
    #expect(state.standing(at: now).phase == .current)
    clock.advance(by: .hours(6))
    _ = state.accept(try vendor.decision(.suspended, at: now), at: now)
    #expect(state.accept(try vendor.lease(sequence: 9, at: now - .hours(1)), from: .file, at: now) == .outdated)
    #expect(state.standing(at: now).phase == .refused)
  }

  @Test func anotherLicenceReplacesTheFirst() throws {
    var state = try activated()
    clock.advance(by: .hours(1))
    let other = try vendor.lease(sequence: 1, at: now, plan: .enterprise, licenseID: "77")
    #expect(state.accept(other, from: .network, at: now, licenseExpiresAt: now + .days(365)) == .accepted)
    let standing = state.standing(at: now)
    #expect(standing.entitlements == Entitlements(.enterprise) && standing.expiresAt == now + .days(365))
  }

  @Test func anOfflineLeaseIsQuietUntilItsEndIsNear() throws {
    var state = LeaseState()
    _ = state.accept(try vendor.lease(lifetime: .days(90)), from: .file, at: now)
    clock.advance(by: .days(75))
    #expect(state.standing(at: now).banner == nil && state.standing(at: now).phase == .current)
    clock.advance(by: .days(5))
    #expect(state.standing(at: now).banner == .offlineLeaseEnds(Vendor.start + .days(90)))
    clock.advance(by: .days(12))
    #expect(state.standing(at: now).phase == .grace)
    clock.advance(by: .days(13))
    #expect(state.standing(at: now).phase == .lapsed)
  }

  @Test func everyStandingHasSomethingToSay() throws {
    for code in LicenseCode.allCases { #expect(!LicenseStanding.Banner.refused(code).message.isEmpty) }
    let until = LicenseStanding.Banner.grace(until: Vendor.start).message
    #expect(until.contains("2026-11-21"))
    let warning = LicenseStanding.Warning.clockMovedBack(by: .hours(3))
    #expect(warning.code == "CLOCK_MOVED_BACK" && warning.message.contains("3 hours"))
  }
}

@Suite struct LeaseClockTests {
  private let vendor: Vendor
  private let clock = TestClock(Vendor.start)
  private var now: Timestamp { clock.now() }

  init() throws { vendor = try Vendor() }

  @Test func settingTheClockBackFreezesTheGraceAndWarns() throws {
    var state = LeaseState()
    _ = state.accept(try vendor.lease(), from: .network, at: now)
    clock.advance(by: .days(20))
    state.tick(at: now)
    clock.advance(by: .zero - .days(15))
    for _ in 0..<10 {
      state.tick(at: now)
      let standing = state.standing(at: now)
      #expect(standing.phase == .grace)
      #expect(standing.warnings.map(\.code) == ["CLOCK_MOVED_BACK"])
      clock.advance(by: .days(1))
    }
    clock.advance(by: .days(6))
    state.tick(at: now)
    #expect(state.standing(at: now).phase == .lapsed && state.standing(at: now).warnings.isEmpty)
  }

  @Test func tenMinutesAreForgiven() throws {
    var state = LeaseState()
    _ = state.accept(try vendor.lease(), from: .network, at: now)
    state.tick(at: now)
    #expect(state.standing(at: now - .minutes(10)).warnings.isEmpty)
    #expect(!state.standing(at: now - .minutes(11)).warnings.isEmpty)
  }

  /// A machine whose clock is a year ahead gets a fresh lease: rights are counted on the server's clock.
  @Test(arguments: [365, -365, 1, -1])
  func aWrongClockTakesNoRights(daysOff: Int64) throws {
    var state = LeaseState()
    let local = now + .days(daysOff)
    _ = state.accept(try vendor.lease(), from: .network, at: local)
    #expect(state.standing(at: local + .days(6)).phase == .current)
    #expect(state.standing(at: local + .days(8)).phase == .grace)
    #expect(state.standing(at: local + .days(22)).phase == .lapsed)
    #expect(state.standing(at: local).warnings.map(\.code) == ["CLOCK_WRONG"])
  }

  @Test func aClockThatOnceWasFarAheadIsForgivenByTheNextHeartbeat() throws {
    var state = LeaseState()
    _ = state.accept(try vendor.lease(), from: .network, at: now)
    state.tick(at: now + .days(400))
    #expect(state.standing(at: now).phase == .lapsed)
    clock.advance(by: .hours(6))
    _ = state.accept(try vendor.lease(sequence: 2, at: now), from: .network, at: now)
    #expect(state.standing(at: now).phase == .current && state.standing(at: now).warnings.isEmpty)
  }
}

@Suite struct CloneWatchTests {
  @Test func oneMoveIsNoClone() {
    var watch = CloneWatch()
    for domain in ["a", "a", "b", "b", "b", "b", "b", "c", "c"] { watch.observe(domainHash: domain) }
    #expect(!watch.isSuspected)
  }

  @Test func twoAlternationsOfTheDomainAreSuspicious() {
    var watch = CloneWatch()
    for domain in ["a", "b", "a"] { watch.observe(domainHash: domain) }
    #expect(watch.isSuspected && watch.alternations == 2)
    for _ in 0..<4 { watch.observe(domainHash: "a") }
    #expect(!watch.isSuspected)
  }

  @Test func twoNumbersOutOfTurnAreSuspicious() {
    var watch = CloneWatch()
    watch.observe(isInTurn: false, domainHash: nil)
    watch.observe(domainHash: nil)
    #expect(!watch.isSuspected)
    watch.observe(isInTurn: false, domainHash: nil)
    #expect(watch.isSuspected)
    #expect(CloneWatch(json: watch.json) == watch)
  }

  @Test func aSuspicionWarnsAndTakesNothing() throws {
    let vendor = try Vendor()
    var state = LeaseState()
    _ = state.accept(try vendor.lease(), from: .network, at: Vendor.start)
    state.noteCloneSuspicion()
    let standing = state.standing(at: Vendor.start)
    #expect(standing.warnings == [.cloneSuspected] && standing.entitlements == Entitlements(.pro))
  }
}

@Suite struct LeaseStorageTests {
  private let vendor: Vendor

  init() throws { vendor = try Vendor() }

  @Test func theStateSurvivesItsStorage() throws {
    var state = LeaseState()
    _ = state.accept(
      try vendor.lease(), from: .network, at: Vendor.start + .days(3), licenseExpiresAt: Vendor.start + .days(30),
      domainHash: "d")
    _ = state.accept(try vendor.decision(.suspended, at: Vendor.start + .hours(1)), at: Vendor.start + .days(3))
    let text = state.json.text
    let restored = LeaseState(
      json: try JSONValue.parse(text), verifier: vendor.verifier, fingerprint: Vendor.fingerprint)
    #expect(restored == state)
  }

  @Test func editingTheDatabaseGivesNoRights() throws {
    var state = LeaseState()
    _ = state.accept(try vendor.lease(plan: .starter), from: .network, at: Vendor.start)
    var json = try #require(state.json.objectValue)
    let token = try #require(json["lease"]?.stringValue)
    let parts = token.split(separator: ".")
    let upgraded = vendor.claims(plan: .enterprise).json.utf8.base64url
    json["lease"] = .string("\(parts[0]).\(upgraded).\(parts[2])")
    let edited = LeaseState(json: .object(json), verifier: vendor.verifier, fingerprint: Vendor.fingerprint)
    #expect(edited.lease == nil && edited.standing(at: Vendor.start).phase == .unlicensed)
    let moved = LeaseState(json: state.json, verifier: vendor.verifier, fingerprint: "another instance")
    #expect(moved.lease == nil)
  }

  @Test(arguments: [[:], .null, [], ["lease": 7, "clones": "x", "max_seen_time": "never"]] as [JSONValue])
  func nonsenseIsNoLicence(json: JSONValue) {
    #expect(LeaseState(json: json, verifier: vendor.verifier, fingerprint: "f") == LeaseState())
  }
}
