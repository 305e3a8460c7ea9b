import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct GeoIPPagesTests {
  @Test func thePageShowsHowTheDatabasesStandAndTakesAKeyItNeverShows() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      #expect(try await browser.get("/admin/settings").text.contains("href=\"/admin/settings/geoip\""))
      let fresh = try await browser.get("/admin/settings/geoip")
      #expect(fresh.status == 200)
      #expect(fresh.text.contains("Missing") && fresh.text.contains("GeoLite2-City"))
      #expect(fresh.text.contains("<button class=\"btn btn-primary\" disabled"), "nothing to download with")

      let saved = try await browser.post(
        "/admin/settings/geoip", [("license_key", "s3cret-Licence-Key"), ("account_id", "77")])
      #expect(saved.status == 303)
      let page = try await browser.get("/admin/settings/geoip").text
      #expect(page.contains("ends in -Key") && page.contains("value=\"77\"") && !page.contains("s3cret-Licence-Key"))

      // An empty field keeps the key.
      _ = try await browser.post("/admin/settings/geoip", [("license_key", ""), ("account_id", "")])
      let kept = try await GeoIPStore().account(of: world.scope)
      #expect(kept.key(world.tracker.secrets) == "s3cret-Licence-Key" && kept.accountID == nil)
      #expect(kept.sealedKey?.contains("s3cret") == false)
      _ = try await browser.post("/admin/settings/geoip", [("remove_key", "true")])
      #expect(try await GeoIPStore().account(of: world.scope).sealedKey == nil)
    }
  }

  @Test func whatIsWrongComesBackWithThePage() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let wrong = try await browser.post(
        "/admin/settings/geoip", [("license_key", "with blanks"), ("account_id", "x")])
      #expect(wrong.status == 422 && wrong.text.contains("role=\"alert\"") && !wrong.text.contains("with blanks"))
      let early = try await browser.post("/admin/settings/geoip/download")
      #expect(early.status == 422 && early.text.contains("enter the MaxMind licence key first"))
      let test = try await browser.get("/admin/settings/geoip?ip=nonsense%22%3E")
      #expect(test.text.contains("must be an IPv4 or IPv6 address") && test.text.contains("nonsense&quot;&gt;"))
      #expect(try await browser.get("/admin/settings/geoip?ip=198.18.0.1").text.contains("AS number"))
    }
  }

  @Test func aRunningDownloadAsksForItselfAgain() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      _ = try await browser.post("/admin/settings/geoip", [("license_key", "k"), ("account_id", "")])
      // No service runs here: the order stays where it is.
      let started = try await browser.post("/admin/settings/geoip/download")
      #expect(started.status == 303)
      #expect(world.parts.geoip.progress.state == .running)
      let part = try await browser.get("/admin/settings/geoip/download")
      #expect(part.text.hasPrefix("<section") && part.text.contains("data-poll=\"/admin/settings/geoip/download\""))
      #expect(part.text.contains("<progress") && part.header("Cache-Control") == "no-store")
      #expect(try await browser.post("/admin/settings/geoip/download").status == 409)
      #expect(try await browser.get("/admin/settings/geoip").text.contains("<progress"))
    }
  }

  @Test func anotherTenantSeesButChangesNothing() async throws {
    try await PagesWorld.with { world in
      let other = try await world.signedIn(host: PagesWorld.otherHost)
      let page = try await other.get("/admin/settings/geoip").text
      #expect(page.contains("belong to the whole installation") && !page.contains("name=\"license_key\""))
      #expect(try await other.post("/admin/settings/geoip", [("license_key", "k")]).status == 403)
      #expect(try await other.post("/admin/settings/geoip/download").status == 403)
    }
  }
}
