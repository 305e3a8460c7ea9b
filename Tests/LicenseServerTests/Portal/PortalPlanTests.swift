import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct PortalPlanTests {
  /// A customer whose order of `plan` is paid, and the licence that came of it.
  private func buyer(_ server: RunningServer, _ plan: String) async throws -> (browser: TestHTTPClient, license: Int64)
  {
    let invoice = try await server.order("buyer@example.com", plan: plan)
    let paid = try await server.vendor().post("/api/invoices/\(invoice)/mark-paid", json: ["reference": "wire 1"])
    let license = try #require(paid.json["license"]?["id"]?.intValue, "\(paid.text)")
    return (try await server.customer("buyer@example.com"), license)
  }

  private func plan(of license: Int64, _ server: RunningServer) async throws -> String? {
    try await server.vendor().get("/api/licenses/\(license)").json["plan"]?.stringValue
  }

  @Test func anUpgradeIsWhatThePreviewSaidAndActsAtOnce() async throws {
    try await withServer { server in
      let (browser, license) = try await buyer(server, "starter")
      let path = "/portal/licenses/\(license)/plan"
      let preview = try await browser.get("\(path)?change=pro.month").text
      for part in ["Starter → Pro", "at once", "79.00 USD for the time until 2026-12-21", "-19.00 USD", "60.00 USD"] {
        #expect(preview.contains(part), "\(part)")
      }
      #expect(preview.contains("1 → 5") && preview.contains("You get"))
      #expect(try await plan(of: license, server) == "starter")
      let shown = try #require(preview.firstMatch(of: /name="shown" value="([0-9]+)"/)).output.1
      let form = [("change", "pro.month"), ("shown", String(shown))]
      let cheaper = try await browser.submit(path, [("change", "pro.month"), ("shown", "1000")])
      #expect(cheaper.status == 409 && cheaper.text.contains("60.00 USD"))
      let changed = try await browser.submit(path, form)
      #expect(changed.status == 303 && changed.header("Location")?.hasPrefix("/portal/invoices/") == true)
      #expect(try await plan(of: license, server) == "pro")
      let invoice = try await browser.get(try #require(changed.header("Location"))).text
      #expect(invoice.contains("60.00 USD") && invoice.contains("From your credit"))
      let log = try await server.vendor().get("/api/audit-log?action=subscription.change_plan").json
      #expect(log["items"]?.arrayValue?.first?["actor"] == "customer buyer@example.com")
    }
  }

  @Test func aDowngradeWaitsForThePeriodsEndAndCanBeTakenBack() async throws {
    try await withServer { server in
      let (browser, license) = try await buyer(server, "pro")
      let path = "/portal/licenses/\(license)"
      let preview = try await browser.get("\(path)/plan?change=starter.month").text
      #expect(preview.contains("at the end of the period") && preview.contains("You lose"))
      #expect(try await browser.submit("\(path)/plan", [("change", "starter.month")]).status == 303)
      #expect(try await plan(of: license, server) == "pro")
      #expect(try await browser.get("\(path)/plan").text.contains("Starter at 19.00 USD a month from"))
      #expect(try await browser.submit("\(path)/resume").status == 303)
      #expect(try await browser.get("\(path)/plan").text.contains("at 79.00 USD a month"))
    }
  }

  @Test func aDowngradeBelowWhatIsInUseIsRefusedAndSaysWhat() async throws {
    try await withServer { server in
      let (browser, license) = try await buyer(server, "pro")
      let key = try #require(
        try await browser.submit("/portal/licenses/\(license)/reveal").text.firstMatch(of: /[0-9a-f]{8}-[0-9a-f-]{27}/))
      let activated = try await server.activate(String(key.output))
      _ = try await server.heartbeat(String(key.output), sequence: activated.sequence, users: 4)
      let path = "/portal/licenses/\(license)/plan"
      let preview = try await browser.get("\(path)?change=starter.month").text
      #expect(preview.contains("4 users are in use") && !preview.contains("Change to Starter"))
      let refused = try await browser.submit(path, [("change", "starter.month")])
      #expect(refused.status == 409 && refused.text.contains("4 users are in use"))
    }
  }

  @Test func aCancelledSubscriptionRunsOutAndCanGoOn() async throws {
    try await withServer { server in
      let (browser, license) = try await buyer(server, "pro")
      let path = "/portal/licenses/\(license)"
      #expect(try await browser.submit("\(path)/cancel").status == 303)
      #expect(try await browser.get("\(path)/plan").text.contains("ends "))
      #expect(try await browser.submit("\(path)/resume").status == 303)
      #expect(try await browser.get("\(path)/plan").text.contains("renews "))
    }
  }

  @Test func choicesThatAreNoneAndLicencesOfOthersAreRefused() async throws {
    try await withServer { server in
      let (browser, license) = try await buyer(server, "pro")
      let given = try await server.license("pro", ["customer_email": "buyer@example.com"])
      let others = try await server.license("pro", ["customer_email": "other@example.com"])
      #expect(try await browser.get("/portal/licenses/\(license)/plan?change=gold.month").status == 422)
      #expect(try await browser.get("/portal/licenses/\(license)/plan?change=pro.month").status == 422)
      #expect(try await browser.submit("/portal/licenses/\(license)/plan", [("change", "pro")]).status == 422)
      #expect(try await browser.get("/portal/licenses/\(given.id)/plan").text.contains("without a subscription"))
      #expect(try await browser.submit("/portal/licenses/\(given.id)/cancel").status == 404)
      for verb in ["plan", "cancel", "resume"] {
        let path = "/portal/licenses/\(others.id)/\(verb)"
        #expect(try await browser.submit(path, [("change", "pro.month")]).status == 404)
      }
      #expect(try await browser.get("/portal/licenses/\(others.id)/plan").status == 404)
    }
  }
}
