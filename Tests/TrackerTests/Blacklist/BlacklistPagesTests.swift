import ClickPath
import Core
import Licensing
import TestSupport
import Testing
import Web

@testable import TenantTracker

@Suite struct BlacklistPagesTests {
  @Test func entriesAreAddedSearchedAndTakenOff() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      #expect(try await browser.get("/admin/blacklist").text.contains("Nobody is on the blacklist"))
      let added = try await browser.post(
        "/admin/blacklist", [("range", "203.0.113.9/24"), ("reason", "<scrapers>"), ("hours", "24")])
      #expect(added.status == 303)
      let list = try await browser.get("/admin/blacklist").text
      #expect(list.contains("203.0.113.0/24 is on the blacklist."))
      #expect(list.contains("&lt;scrapers&gt;") && list.contains("1 entry") && list.contains("By hand"))
      #expect(try await browser.get("/admin/blacklist?q=203.0.114.1").text.contains("Nothing found"))
      #expect(try await browser.post("/admin/blacklist/1/delete", []).status == 303)
      #expect(try await browser.get("/admin/blacklist").text.contains("Nobody is on the blacklist"))
    }
  }

  @Test func linesThatCannotBeReadComeBackNamed() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let text = "203.0.113.7\r\nnonsense <b>\r\n2001:db8::/129"
      let refused = try await browser.post("/admin/blacklist/bulk", [("text", text), ("reason", ""), ("hours", "")])
      #expect(refused.status == 422)
      #expect(refused.text.contains("Line 2: “nonsense &lt;b&gt;” must be an IP address"))
      #expect(refused.text.contains("Line 3: “2001:db8::/129”"))
      #expect(refused.text.contains("id=\"text-fault\""))
      let one = try await browser.post("/admin/blacklist", [("range", "0.0.0.0/0"), ("reason", ""), ("hours", "")])
      #expect(one.status == 422 && one.text.contains("Range is too wide"))
      let added = try await browser.post(
        "/admin/blacklist/bulk", [("text", "203.0.113.7\r\n2001:db8::/32 # scrapers"), ("reason", ""), ("hours", "")])
      #expect(added.status == 303)
      #expect(try await browser.get("/admin/blacklist").text.contains("2 entries were added."))
    }
  }

  @Test func longListsGoOnOnTheNextPage() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let lines = (0..<120).map { "198.51.100.\($0)" }.joined(separator: "\n")
      #expect(try await browser.post("/admin/blacklist/bulk", [("text", lines)]).status == 303)
      let first = try await browser.get("/admin/blacklist?q=198.51").text
      #expect(first.contains("120 entries") && first.contains("rel=\"next\""))
      #expect(first.contains("q=198.51&amp;cursor=") || first.contains("q=198.51&cursor="))
    }
  }

  @Test(arguments: [DocumentedPlan.starter, .pro]) func starterSeesWhoseTheScoreIs(_ plan: DocumentedPlan) async throws
  {
    try await PagesWorld.with(plan: plan) { world in
      let browser = try await world.signedIn()
      let page = try await browser.get("/admin/blacklist").text
      #expect(page.contains("the Pro plan has it") == (plan == .starter))
      #expect(page.contains("Hours an address stays") == (plan == .pro))
      let form = try await browser.get("/admin/campaigns/new").text
      #expect(form.contains("Clicks are not scored") == (plan == .starter))
      let saved = try await browser.post("/admin/blacklist/settings", [("auto_hours", "48")])
      #expect(saved.status == (plan == .pro ? 303 : 402))
    }
  }

  @Test func aReaderSeesTheListAndNoForms() async throws {
    try await PagesWorld.with { world in
      #expect(try await world.signedIn().post("/admin/blacklist", [("range", "203.0.113.7")]).status == 303)
      try await world.addUser("reader@example.com", .custom, Permissions([(.settings, .read)]))
      let reader = try await world.signedIn(as: "reader@example.com")
      let page = try await reader.get("/admin/blacklist").text
      #expect(page.contains("203.0.113.7") && !page.contains("Add entries") && !page.contains("Take 203.0.113.7 off"))
      #expect(try await reader.post("/admin/blacklist", [("range", "203.0.113.8")]).status == 403)
      #expect(try await reader.post("/admin/blacklist/1/delete", []).status == 403)
    }
  }

  @Test func aCampaignsGuardsAreSetInItsForm() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let plain = [("name", "Push"), ("slug", "push"), ("cost_model", "cpc"), ("cost", "0.05")]
      let guards = [
        ("bot_filter.enabled", "true"), ("bot_filter.redirect_url", "https://bots.example/"),
        ("frequency_cap.limit", "3"), ("frequency_cap.hours", "24"), ("frequency_cap.key", "visitor"),
        ("frequency_cap.redirect_url", ""),
      ]
      #expect(try await browser.post("/admin/campaigns", plain + guards).status == 303)
      let made = try #require(try await CampaignStore().find(1, of: world.scope)).draft
      #expect(made.botFilter.isEnabled && made.botFilter.redirectURL == "https://bots.example/")
      #expect(made.frequencyCap?.limit == 3 && made.frequencyCap?.hours == 24 && made.frequencyCap?.key == .visitor)
      let page = try await browser.get("/admin/campaigns/1").text
      #expect(page.contains("value=\"https://bots.example/\"") && page.contains("name=\"frequency_cap.limit\""))
      let faulty = try await browser.post(
        "/admin/campaigns/1",
        plain + [
          ("bot_filter.redirect_url", "nowhere"), ("frequency_cap.limit", "0"), ("frequency_cap.hours", ""),
          ("frequency_cap.key", "address"), ("frequency_cap.redirect_url", ""),
        ])
      #expect(faulty.status == 422)
      for field in ["bot_filter-redirect_url", "frequency_cap-limit", "frequency_cap-hours"] {
        #expect(faulty.text.contains("id=\"\(field)-fault\""), "\(field)")
      }
      let emptied = try await browser.post(
        "/admin/campaigns/1",
        plain + [
          ("bot_filter.redirect_url", ""), ("frequency_cap.limit", ""), ("frequency_cap.hours", ""),
          ("frequency_cap.key", "address"), ("frequency_cap.redirect_url", ""),
        ])
      #expect(emptied.status == 303)
      let after = try #require(try await CampaignStore().find(1, of: world.scope)).draft
      #expect(!after.botFilter.isEnabled && after.botFilter.redirectURL == nil && after.frequencyCap == nil)
    }
  }
}
