import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct PortalLicenseTests {
  @Test func aRotatedKeyOverlapsAsStated() async throws {
    try await withServer { server in
      let license = try await server.license("pro", ["customer_email": "a@example.com"])
      let browser = try await server.customer("a@example.com")
      let path = "/portal/licenses/\(license.id)"
      #expect(try await browser.submit("\(path)/rotate-key", [("overlap", "year")]).status == 422)
      let page = try await browser.submit("\(path)/rotate-key", [("overlap", "day")])
      let key = try #require(page.text.firstMatch(of: /[0-9a-f]{8}-[0-9a-f-]{27}/)).output
      #expect(page.status == 200 && String(key) != license.key && page.header("Cache-Control") == "no-store")
      #expect(try await server.validate(license.key)["code"] != "NOT_FOUND")
      server.clock.advance(by: .days(1))
      #expect(try await server.validate(license.key)["code"] == "NOT_FOUND")
      #expect(try await server.activate(String(key)).verdict == "true VALID")
    }
  }

  @Test func theInstallCommandHasTheKeyOnlyOnceItIsShown() async throws {
    try await withServer { server in
      let license = try await server.license("pro", ["customer_email": "a@example.com"])
      let browser = try await server.customer("a@example.com")
      let path = "/portal/licenses/\(license.id)"
      let hidden = try await browser.get(path).text
      #expect(hidden.contains("https://license.example.com/install.sh | bash -s -- YOUR-LICENCE-KEY"))
      #expect(!hidden.contains(license.key))
      #expect(try await browser.submit("\(path)/reveal").text.contains("bash -s -- \(license.key)"))
    }
  }

  @Test func downloadsSayWhenThereAreNone() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "a@example.com"])
      let browser = try await server.customer("a@example.com")
      #expect(try await browser.get("/portal/downloads").text.contains("No release has been published yet."))
      #expect(try await server.visitor.get("/portal/downloads").status == 303)
    }
  }
}
