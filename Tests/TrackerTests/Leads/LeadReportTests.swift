import Core
import Testing

@testable import TenantTracker

@Suite struct LeadReportTests {
  private static let click = "019b8e1d-7c00-7000-8000-000000000001"

  private func report(_ fields: JSONObject, cookie: ClickID? = nil) throws -> LeadReport {
    try LeadReport(fields, cookie: cookie)
  }

  private func faults(_ fields: JSONObject) -> [String] {
    do {
      _ = try report(fields)
      return []
    } catch {
      return (error as? Problem)?.errors.map(\.field) ?? ["no problem"]
    }
  }

  @Test func contactDataIsHashedAsAdPlatformsWantIt() throws {
    let found = try report([
      "click_id": .string(Self.click), "name": " Jane Doe ", "email": " Jane@Example.com", "phone": "0049 (30) 123-456",
      "age": 42, "newsletter": true, "comment": "Call me",
    ])
    #expect(found.email?.hex == "8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d")
    #expect(found.phone == ContactHash(phone: "4930123456"))
    #expect(found.phone == ContactHash(phone: "+49 30 123 456"))
    #expect(found.name == ContactHash(name: "jane doe"))
    #expect(found.fields == ["age": 42, "newsletter": true, "comment": "Call me"])
    let text = JSONValue.object(found.json).text
    #expect(!text.lowercased().contains("jane"))
    #expect(!text.contains("123"))
    #expect(LeadReport(hashed: found.json) == found)
  }

  @Test func oneWayToReachSomebodyIsEnough() throws {
    #expect(try report(["click_id": .string(Self.click), "phone": "030 123456"]).email == nil)
    #expect(try report(["subid": .string(Self.click), "email": "a@b.example", "phone": ""]).phone == nil)
    #expect(faults(["click_id": .string(Self.click), "name": "Jane"]) == ["email"])
  }

  @Test func everyFaultIsNamed() {
    let fields: JSONObject = ["email": "nobody", "phone": "call me", "deep": ["a": 1]]
    #expect(Set(faults(fields)) == ["email", "phone", "deep", "click_id"])
    var many: JSONObject = ["click_id": .string(Self.click), "email": "a@b.example"]
    for number in 0..<21 { many["f\(number)"] = "x" }
    #expect(faults(many) == ["fields"])
    #expect(
      faults([
        "click_id": .string(Self.click), "email": "a@b.example", "long": .string(String(repeating: "x", count: 501)),
      ]) == ["long"])
  }

  @Test func theBrowsersOwnClickCountsWhereTheFormNamesNone() throws {
    let cookie = try #require(ClickID(Self.click))
    #expect(try report(["email": "a@b.example"], cookie: cookie).click == cookie)
    let other = ClickID(at: cookie.timestamp)
    #expect(
      try report(["email": "a@b.example", "click_id": .string(other.description)], cookie: cookie).click == other)
    #expect { try report(["email": "a@b.example", "click_id": "x"], cookie: cookie) } throws: {
      ($0 as? Problem)?.status == 404
    }
  }

  @Test func whatFillsInEverythingIsNoPerson() {
    #expect(LeadReport.isTrapped(["email": "a@b.example", "_gotcha": "http://spam.example"]))
    #expect(!LeadReport.isTrapped(["email": "a@b.example", "_gotcha": ""]))
    #expect(!LeadReport.isTrapped(["email": "a@b.example"]))
  }
}
