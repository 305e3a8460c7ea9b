import Billing
import Core
import Licensing
import Testing

@testable import LicenseServer

/// A licence made up for rules that need no database.
func sampleLicense(
  standing: LicenseGrant.Standing = .active, expiresAt: Timestamp? = nil, overdueUntil: Timestamp? = nil,
  maxInstances: Int = 1, allowance: Int = 3, overrides: LicenseOverrides = .none
) throws -> License {
  let plan = Plan(
    id: 2, slug: "pro", name: "Pro", rank: 2, features: ["anti_fraud", "automizer"], limits: ["users": 5])
  let grant = LicenseGrant(
    id: 1, plan: plan, standing: standing, expiresAt: expiresAt, overdueUntil: overdueUntil,
    maxInstances: maxInstances, transferAllowance: allowance, overrides: overrides, sequence: 0)
  return License(
    grant: grant, customerID: 1, customerEmail: try #require(EmailAddress("a@example.com")), subscriptionID: nil,
    keyLastFour: "0000", activeInstances: 0, createdAt: sampleNow, updatedAt: sampleNow)
}

func sampleInstance(
  _ state: Instance.State, id: Int64 = 1, version: String = "1.0.0", users: Int64? = nil
) -> Instance {
  Instance(
    id: id, licenseID: 1, domainHash: nil, hostname: "h", version: version, state: state, slotHeldUntil: nil,
    issuedSequence: 0, acknowledgedSequence: 0, cloneWatch: CloneWatch(), usage: .init(users: users),
    firstSeenAt: sampleNow, lastSeenAt: sampleNow)
}

let sampleNow = Timestamp(seconds: 1_795_255_200)

@Suite struct LicenseVerdictTests {
  /// Everything that can be wrong at once, in the documented order: taking the first away shows the next.
  @Test func theCodesComeInTheDocumentedOrder() throws {
    let past = sampleNow - .hours(1)
    let future = sampleNow + .hours(1)
    let old = sampleInstance(.active, version: "0.9")
    let table: [(LicenseCode, LicenseGrant.Standing, Timestamp?, Timestamp?, Instance?, Int)] = [
      (.banned, .revoked, past, nil, sampleInstance(.banned), 1),
      (.revoked, .revoked, past, nil, old, 1),
      (.suspended, .suspended, past, nil, old, 1),
      (.expired, .active, past, nil, old, 1),
      (.overdue, .active, past, future, old, 1),
      (.tooManyInstances, .active, future, nil, old, 1),
      (.versionTooOld, .active, nil, nil, old, 0),
      (.valid, .active, nil, nil, sampleInstance(.active), 0),
    ]
    for (code, standing, expiresAt, overdueUntil, instance, elders) in table {
      let license = try sampleLicense(
        standing: standing, expiresAt: expiresAt, overdueUntil: overdueUntil)
      let rules = LicenseRules(grant: license.grant, minimumVersion: ReleaseVersion("1.0"), now: sampleNow)
      #expect(rules.verdict(on: instance, .init(active: elders + 1, elders: elders)).code == code)
    }
  }

  @Test func aStrangerIsToldApartByWhetherAnybodyIsThere() throws {
    let rules = LicenseRules(grant: try sampleLicense().grant, minimumVersion: nil, now: sampleNow)
    #expect(rules.verdict(on: nil, .init(active: 0, elders: 0)).code == .notActivated)
    #expect(rules.verdict(on: sampleInstance(.deactivated), .init(active: 0, elders: 0)).code == .notActivated)
    #expect(rules.verdict(on: nil, .init(active: 1, elders: 0)).code == .fingerprintMismatch)
  }

  @Test func anUnpaidLicenceIsValidForItsOwnInstancesOnly() throws {
    let license = try sampleLicense(expiresAt: sampleNow - .hours(1), overdueUntil: sampleNow + .hours(1))
    let rules = LicenseRules(grant: license.grant, minimumVersion: nil, now: sampleNow)
    let own = rules.verdict(on: sampleInstance(.active), .init(active: 1, elders: 0))
    let stranger = rules.verdict(on: nil, .init(active: 1, elders: 0))
    #expect(own.code == .overdue && own.isValid)
    #expect(stranger.code == .overdue && !stranger.isValid)
  }

  @Test func graceEndsToTheSecond() throws {
    let license = try sampleLicense(expiresAt: sampleNow, overdueUntil: sampleNow + .days(14))
    #expect(license.status(at: sampleNow - .microseconds(1)) == .active)
    #expect(license.status(at: sampleNow) == .overdue)
    #expect(license.status(at: sampleNow + .days(14) - .microseconds(1)) == .overdue)
    #expect(license.status(at: sampleNow + .days(14)) == .expired)
  }

  @Test func ofTooManyInstancesTheOldestGoOn() throws {
    let rules = LicenseRules(grant: try sampleLicense(maxInstances: 2).grant, minimumVersion: nil, now: sampleNow)
    let codes = (0..<3).map { rules.verdict(on: sampleInstance(.active), .init(active: 3, elders: $0)).code }
    #expect(codes == [.valid, .valid, .tooManyInstances])
  }

  @Test(arguments: [
    ("1.4.0", "1.4", true), ("1.4.1", "1.4.0", true), ("1.3.9", "1.4", false), ("v2.0", "1.99.99", true),
    ("1.10.0", "1.9.0", true), ("1.4.0-beta.2", "1.4.0", true), ("nightly", "1.0", false), ("0", "1.0", false),
  ])
  func versionsCompareByTheirNumbers(version: String, minimum: String, isNewEnough: Bool) throws {
    let rules = LicenseRules(
      grant: try sampleLicense().grant, minimumVersion: ReleaseVersion(minimum), now: sampleNow)
    let verdict = rules.verdict(on: sampleInstance(.active), .init(active: 1, elders: 0), version: version)
    #expect(verdict.code == (isNewEnough ? .valid : .versionTooOld))
  }
}
