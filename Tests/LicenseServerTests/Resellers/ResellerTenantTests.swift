import Core
import Database
import Security
import TestSupport
import Testing
import Web

@testable import LicenseServer

@Suite struct ResellerTenantTests {
  private func wanted(_ slug: String, on license: GivenLicense) -> JSONValue {
    [
      "slug": .string(slug), "name": "A tenant", "license_id": .int(license.id),
      "domains": ["\(slug).example.net"], "admin_email": "admin@example.net",
    ]
  }

  @Test func aResellerProvisionsOnALicenceItHasSold() async throws {
    try await withHosting { world in
      let server = world.server
      let reseller = try await server.reseller("acme", ["max_tenants": 2])
      let license = try await reseller.sell(to: try await reseller.customer("buyer@example.com"))
      let made = try await reseller.api.post("/reseller/api/tenants", json: wanted("shop", on: license))
      try #require(made.status == 202, "\(made.text)")
      #expect(made.json["customer_email"] == "buyer@example.com" && made.json["tracker"] == nil)
      let id = try #require(made.json["id"]?.intValue)
      #expect(try await world.settle(id).status == .active)
      #expect(world.trackers[0].tenants["shop"]?.licenseKey == license.key)

      let suspended = try await reseller.api.post("/reseller/api/tenants/\(id)/suspend", json: [:])
      #expect(suspended.status == 202, "\(suspended.text)")
      #expect(try await world.settle(id).status == .suspended)
      #expect(try await reseller.items("/tenants").count == 1)
      let browser = try await server.browser(of: reseller)
      let page = try await browser.client.get("/reseller/tenants/\(id)")
      #expect(page.status == 200 && page.text.contains("shop.example.net") && !page.text.contains("tracker 0"))
      let gone = try await reseller.api.send("DELETE", "/reseller/api/tenants/\(id)")
      #expect(gone.status == 202, "\(gone.text)")
      #expect(try await world.settle(id).status == .deleted)
    }
  }

  @Test func ofManyAtOnceAsManySucceedAsAreAgreed() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["max_tenants": 3])
      let customer = try await reseller.customer("buyer@example.com")
      var licenses: [GivenLicense] = []
      for _ in 0..<8 { licenses.append(try await reseller.sell(to: customer)) }
      let answers = try await withThrowingTaskGroup(of: TestHTTPAnswer.self) { tasks in
        for (number, license) in licenses.enumerated() {
          tasks.addTask {
            try await reseller.api.post("/reseller/api/tenants", json: wanted("t\(number)", on: license))
          }
        }
        return try await tasks.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.filter { $0.status == 202 }.count == 3)
      #expect(answers.filter { $0.status == 409 && $0.code == "entitlement_exceeded" }.count == 5)
      let lowered = try await server.vendor().patch("/api/resellers/\(reseller.id)", json: ["max_tenants": 2])
      #expect(lowered.status == 409, "\(lowered.text)")
    }
  }

  @Test func withoutAnAgreementOrWhileSuspendedNothingIsProvisioned() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme")
      let license = try await reseller.sell(to: try await reseller.customer("buyer@example.com"))
      let refused = try await reseller.api.post("/reseller/api/tenants", json: wanted("shop", on: license))
      #expect(refused.status == 409 && refused.code == "entitlement_exceeded", "\(refused.text)")
      let allowed = try await server.vendor().patch("/api/resellers/\(reseller.id)", json: ["max_tenants": 1])
      #expect(allowed.status == 200, "\(allowed.text)")
      try await server.suspend(reseller)
      let suspended = try await reseller.api.post("/reseller/api/tenants", json: wanted("shop", on: license))
      #expect(suspended.status == 403 && suspended.code == "reseller_suspended", "\(suspended.text)")
    }
  }

  @Test func anothersTenantAndLicenceAreNotThere() async throws {
    try await withServer { server in
      let own = try await server.reseller("own", ["max_tenants": 5])
      let other = try await server.reseller("other", ["max_tenants": 5])
      let license = try await other.sell(to: try await other.customer("secret@example.com"))
      let taken = try await own.api.post("/reseller/api/tenants", json: wanted("shop", on: license))
      #expect(taken.status == 404, "\(taken.text)")
      let made = try await other.api.post("/reseller/api/tenants", json: wanted("shop", on: license))
      let id = try #require(made.json["id"]?.intValue)
      for (method, path) in [
        ("GET", ""), ("POST", "/suspend"), ("POST", "/resume"), ("POST", "/export"), ("POST", "/turn-back"),
        ("DELETE", ""),
      ] {
        let answer = try await own.api.send(method, "/reseller/api/tenants/\(id)\(path)")
        #expect(answer.status == 404, "\(method) \(path): \(answer.text)")
      }
      #expect(try await own.items("/tenants").isEmpty)
    }
  }
}
