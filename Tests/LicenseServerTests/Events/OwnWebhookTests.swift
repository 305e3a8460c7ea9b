import Core
import Database
import TestSupport
import Testing
import Web

@testable import LicenseServer

@Suite struct OwnWebhookTests {
  private static let form = [("url", "https://hooks.example.com/in"), ("event_types", "license.suspended")]

  @Test func aCustomersEndpointIsToldOfItsOwnLicencesAlone() async throws {
    try await withServer { server in
      let own = try await server.license("pro", ["customer_email": "own@example.com"])
      let others = try await server.license("pro", ["customer_email": "other@example.com"])
      let owner = try await server.customer("own@example.com")
      let made = try await owner.submit("/portal/webhooks", Self.form)
      #expect(made.status == 200 && made.text.contains("whsec_"), "\(made.text)")
      #expect(try await owner.get("/portal/webhooks").text.contains("hooks.example.com"))
      try await server.change(others, "suspend")
      try await server.change(own, "suspend")
      let waiting = try await server.plane.database.query(
        """
        SELECT v.body::jsonb->'data'->'license'->>'id' AS license FROM license.webhook_deliveries d
        JOIN license.vendor_events v ON v.id = d.event_id
        """)
      #expect(try waiting.map { try $0.get("license", as: String?.self) } == ["\(own.id)"])
    }
  }

  @Test func anothersEndpointIsNotThere() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "own@example.com"])
      _ = try await server.license("pro", ["customer_email": "other@example.com"])
      let other = try await server.customer("other@example.com")
      _ = try await other.submit("/portal/webhooks", Self.form)
      let id: Int64 = try #require(try await server.plane.database.scalar("SELECT id FROM license.webhook_endpoints"))
      #expect(try await other.submit("/portal/webhooks/\(id)/test").status == 303)
      let delivery: Int64 = try #require(
        try await server.plane.database.scalar("SELECT id FROM license.webhook_deliveries"))

      let own = try await server.customer("own@example.com")
      #expect(!(try await own.get("/portal/webhooks").text.contains("hooks.example.com")))
      for path in ["/portal/webhooks/\(id)", "/portal/webhooks/deliveries/\(delivery)"] {
        #expect(try await other.get(path).status == 200)
        #expect(try await own.get(path).status == 404)
      }
      for verb in ["rotate-secret", "test", "disable", "enable", "delete"] {
        #expect(try await own.submit("/portal/webhooks/\(id)/\(verb)").status == 404, "\(verb)")
      }
      #expect(try await own.submit("/portal/webhooks/deliveries/\(delivery)/resend").status == 404)
    }
  }

  @Test func aResellersEndpointIsToldOfItsCustomers() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme")
      let browser = try await server.browser(of: reseller)
      let made = try await browser.submit(
        "/reseller/webhooks", from: "/reseller/webhooks/new", [("url", "https://hooks.example.com/in")])
      #expect(made.status == 200 && made.text.contains("whsec_"), "\(made.text)")
      _ = try await reseller.sell(to: try await reseller.customer("buyer@example.com"))
      _ = try await server.license("pro", ["customer_email": "direct@example.com"])
      let types = try await server.plane.database.query(
        """
        SELECT v.type FROM license.webhook_deliveries d JOIN license.vendor_events v ON v.id = d.event_id ORDER BY d.id
        """)
      let told = try types.map { try $0.get("type", as: String.self) }
      #expect(told == ["customer.created", "license.created"])
      let refused = try await browser.submit(
        "/reseller/webhooks", from: "/reseller/webhooks/new", [("url", "http://10.0.0.1/")])
      #expect(refused.status == 422, "\(refused.text)")
    }
  }
}
