import Core
import Security
import TestSupport
import Testing
import Web

@testable import LicenseServer

@Suite struct ResellerSaleTests {
  @Test func ofManySalesAtOnceExactlyAsManySucceedAsAreAgreed() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["max_licenses": 4, "max_instances": 100])
      let customer = try await reseller.customer("c@example.com")
      let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
        for _ in 0..<12 {
          let own = TestReseller(
            id: reseller.id, email: "", api: server.client(token: try await server.key(of: reseller)))
          tasks.addTask { try await own.trySelling(to: customer).status }
        }
        return try await tasks.reduce(into: [Int]()) { $0.append($1) }
      }
      #expect(statuses.count { $0 == 201 } == 4 && statuses.count { $0 == 409 } == 8, "\(statuses)")
      #expect(try await reseller.items("/licenses").count == 4)
      #expect(try await reseller.items("/charges").count == 4)
      let refused = try await reseller.trySelling(to: customer)
      #expect(refused.code == "entitlement_exceeded")
      #expect(refused.json["errors"]?.arrayValue?.first?["field"] == "max_licenses")
    }
  }

  @Test func whatItsCustomersHaveIsAlwaysWithinTheAgreement() async throws {
    try await withServer { server in
      let reseller = try await server.reseller(
        "acme", ["plans": ["starter", "pro"], "max_licenses": 3, "max_instances": 5])
      let customer = try await reseller.customer("c@example.com")
      #expect(try await reseller.trySelling(to: customer, "enterprise").code == "entitlement_exceeded")
      #expect(try await reseller.trySelling(to: customer, "pro", ["max_instances": 6]).code == "entitlement_exceeded")
      _ = try await reseller.sell(to: customer, "pro", ["max_instances": 4])
      #expect(try await reseller.trySelling(to: customer, "pro", ["max_instances": 2]).status == 409)
      let path = "/api/resellers/\(reseller.id)"
      let vendor = try await server.vendor()
      for less: JSONValue in [["max_instances": 3], ["max_licenses": 0], ["plans": ["starter"]]] {
        let answer = try await vendor.patch(path, json: less)
        #expect(answer.status == 409 && answer.code == "entitlement_exceeded", "\(answer.text)")
      }
      #expect(try await vendor.patch(path, json: ["max_instances": 4, "plans": ["pro"]]).status == 200)
      #expect(try await vendor.get("\(path)/use").json == ["plans": ["pro"], "licenses": 1, "instances": 4])
    }
  }

  @Test func theEntitlementOfAPartIsASubset() {
    let whole = ResellerEntitlement(plans: ["starter", "pro"], licenses: 3, instances: 5)
    #expect(whole.covers(whole) && whole.covers(ResellerEntitlement(plans: [], licenses: 0, instances: 0)))
    #expect(!whole.covers(ResellerEntitlement(plans: ["enterprise"], licenses: 1, instances: 1)))
    #expect(!whole.covers(ResellerEntitlement(plans: ["pro"], licenses: 4, instances: 1)))
    #expect(!whole.covers(ResellerEntitlement(plans: ["pro"], licenses: 1, instances: 6)))
    #expect(whole.excess(of: ResellerEntitlement(plans: ["x"], licenses: 9, instances: 9)).count == 3)
  }

  @Test func aSoldLicenceWorksAndItsOwnerFindsItInThePortal() async throws {
    try await withServer { server in
      let reseller = try await server.reseller()
      let customer = try await reseller.customer("c@example.com")
      let license = try await reseller.sell(to: customer)
      #expect(try await server.activate(license.key).verdict == "true VALID")
      try await server.doJobs()
      // It renews by itself: nobody is told that it ends.
      #expect(server.mails(to: "c@example.com").count == 1)
      #expect(server.mails(to: "c@example.com").contains { $0.subject.contains("Pro licence is ready") })
      let browser = try await server.customer("c@example.com")
      #expect(try await browser.get("/portal").text.contains(license.key.suffix(4)))
    }
  }

  @Test(
    arguments: [
      (["kind": "percentage", "percent_off": "33.33"] as JSONValue, "52.67"),
      (["kind": "fixed", "prices": [["interval": "month", "amount": "12.50"]]], "12.50"),
      (["kind": "price_list", "prices": [["plan": "pro", "interval": "month", "amount": "40.00"]]], "40.00"),
    ] as [(JSONValue, String)])
  func wholesaleIsWhatWasAgreedToTheCent(_ pricing: JSONValue, _ wholesale: String) async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["wholesale": pricing])
      let offers = try await reseller.items("/prices")
      let offer = try #require(offers.first { $0["plan"] == "pro" && $0["interval"] == "month" })
      #expect(offer["wholesale"] == .string(wholesale) && offer["retail"] == .null)
      let customer = try await reseller.customer("c@example.com")
      _ = try await reseller.sell(to: customer, "pro", ["retail": "79.99"])
      let charge = try #require(try await reseller.items("/charges").first)
      #expect(charge["wholesale"] == .string(wholesale) && charge["retail"] == "79.99")
    }
  }

  @Test func withoutARetailPriceNothingIsSoldAndASetOneIsUsed() async throws {
    try await withServer { server in
      let reseller = try await server.reseller()
      let customer = try await reseller.customer("c@example.com")
      let refused = try await reseller.trySelling(to: customer, "pro", ["retail": nil])
      #expect(refused.status == 422 && refused.json["errors"]?.arrayValue?.first?["field"] == "retail")
      let set = try await reseller.api.send(
        "PUT", "/reseller/api/prices",
        json: ["prices": [["plan": "pro", "interval": "month", "retail": "65.00"]]])
      #expect(set.status == 200)
      _ = try await reseller.sell(to: customer, "pro", ["retail": nil])
      #expect(try await reseller.items("/charges").first?["margin"] == "9.70")
    }
  }

  @Test func agreementsThatMakeNoSenseAreRefused() async throws {
    try await withServer { server in
      let good: JSONObject = [
        "name": "x", "email": "x@example.com", "currency": "USD", "plans": ["pro"], "max_licenses": 1,
        "wholesale": ["kind": "percentage", "percent_off": "30"],
      ]
      let wrong: [(String, JSONValue, String)] = [
        ("wholesale", ["kind": "percentage"], "wholesale.percent_off"),
        ("wholesale", ["kind": "percentage", "percent_off": "100.5"], "wholesale.percent_off"),
        ("wholesale", ["kind": "percentage", "percent_off": "3.333"], "wholesale.percent_off"),
        ("wholesale", ["kind": "fixed"], "wholesale.prices"),
        (
          "wholesale", ["kind": "price_list", "prices": [["interval": "month", "amount": "1"]]],
          "wholesale.prices[0].plan"
        ),
        ("wholesale", ["kind": "gift"], "wholesale.kind"), ("plans", ["gold"], "plan"), ("plans", [], "plans"),
        ("max_licenses", -1, "max_licenses"), ("portal_domain", "not a host", "portal_domain"),
        ("password", "short", "password"), ("grace_days", 0, "grace_days"),
      ]
      let vendor = try await server.vendor()
      for (field, value, fault) in wrong {
        var request = good
        request[field] = value
        let answer = try await vendor.post("/api/resellers", json: .object(request))
        #expect(answer.status == 422, "\(field): \(answer.text)")
        #expect(answer.json["errors"]?.arrayValue?.first?["field"] == .string(fault), "\(answer.text)")
      }
      let answer = try await vendor.post("/api/resellers", json: .object(good))
      #expect(answer.status == 201)
      #expect(answer.json["invitation_url"]?.stringValue?.contains("/reseller/invitation/tly_invite_") == true)
      #expect(try await vendor.post("/api/resellers", json: .object(good)).status == 409)
    }
  }

  @Test func staffGiveNoPlanThatItsResellerMayNotSell() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["plans": ["starter", "pro"]])
      let license = try await reseller.sell(to: try await reseller.customer("c@example.com"), "starter")
      let path = "/api/licenses/\(license.id)/change-plan"
      for query in ["", "?dry_run=true"] {
        let refused = try await server.vendor().post(path + query, json: ["plan": "enterprise"])
        #expect(refused.status == 409 && refused.code == "entitlement_exceeded", "\(refused.text)")
      }
      #expect(try await server.vendor().post(path, json: ["plan": "pro"]).status == 200)
    }
  }
}

extension RunningServer {
  func key(of reseller: TestReseller) async throws -> String {
    try await ResellerSessionStore(plane.database).makeKey("more", .write, of: reseller.id, at: clock.now()).token.text
  }
}
