import Billing
import Core
import Licensing
import Testing

@testable import LicenseServer

@Suite struct LicenseValueTests {
  @Test func keysAreRandomUUIDsAndHashedAsPeopleTypeThem() {
    let key = LicenseKey.make()
    #expect(key.text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
    #expect(LicenseKey.hash(of: " \(key.text.uppercased())\n") == key.hash)
    #expect(LicenseKey.make().hash != key.hash)
    #expect(!LicenseKey.masked(lastFour: key.lastFour).contains(key.text.dropLast(4)))
  }

  @Test func overridesReplaceTheLimitAndAddFeatures() throws {
    var reader = try FieldReader([
      "overrides": ["limits": ["users": 9], "features": ["white_label", "automizer", "white_label"]]
    ])
    let overrides = try #require(try LicenseOverrides.read("overrides", from: &reader))
    try reader.finish()
    let license = try sampleLicense(overrides: overrides)
    #expect(license.entitlements.userLimit == 9)
    #expect(license.entitlements.features == ["anti_fraud", "automizer", "white_label"])
    #expect(LicenseOverrides(stored: overrides.json) == overrides)
  }

  @Test func nullUsersIsUnlimitedAndAbsentIsThePlans() throws {
    var reader = try FieldReader(["overrides": ["limits": ["users": nil]]])
    let unlimited = try #require(try LicenseOverrides.read("overrides", from: &reader))
    #expect(try sampleLicense(overrides: unlimited).entitlements.userLimit == nil)
    #expect(try sampleLicense(overrides: LicenseOverrides(stored: unlimited.json)).entitlements.userLimit == nil)
    #expect(try sampleLicense().entitlements.userLimit == 5)
  }

  @Test func overridesThatMeanNothingAreFaults() throws {
    var reader = try FieldReader(["overrides": ["features": ["flying"], "limits": ["users": 0], "date": "x"]])
    _ = try LicenseOverrides.read("overrides", from: &reader)
    #expect(Set(reader.faults.map(\.field)) == ["overrides.features", "overrides.limits.users", "overrides.date"])
  }

  @Test func aChangeOfPlanSaysWhatItGivesTakesAndWhereTooMuchIsInUse() throws {
    let license = try sampleLicense()
    let starter = Plan(id: 1, slug: "starter", name: "Starter", rank: 1, features: [], limits: ["users": 1])
    let change = PlanChange(
      of: license, to: starter,
      instances: [
        sampleInstance(.active, id: 1, users: 4), sampleInstance(.active, id: 2, users: 1),
        sampleInstance(.deactivated, id: 3, users: 9),
      ])
    #expect(change.excess == [.init(limit: "users", allowed: 1, used: 4, instance: 1)])
    #expect(change.refusal.status == 409)
    let json = change.json(at: sampleNow)
    #expect(json["features_lost"] == ["anti_fraud", "automizer"] && json["applied"] == false)
  }

  @Test func aBanIsNotLiftedByADeactivation() {
    let states: [Instance.State] = [.active, .deactivated, .banned]
    #expect(states.map { InstanceAct.deactivate.result(from: $0) } == [.deactivated, .deactivated, .banned])
    #expect(states.map { InstanceAct.ban.result(from: $0) } == [.banned, .banned, .banned])
    #expect(states.map { InstanceAct.unban.result(from: $0) } == [.active, .deactivated, .deactivated])
  }
}
