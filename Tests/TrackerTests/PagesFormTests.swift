import ClickPath
import Core
import Licensing
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct PagesFormTests {
  @Test func aFormMakesAThingAndSaysSoOnce() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let made = try await browser.post(
        "/admin/offers",
        [
          ("name", "Offer <1>"), ("url", "https://shop.example/?c={click_id}"), ("payout", "12,50"),
          ("currency", "eur"),
          ("payout_country", "us"), ("payout_amount", "40"), ("payout_country", ""), ("payout_amount", ""),
          ("cap_daily", "10"), ("cap_total", ""), ("network_id", ""), ("notes", ""),
        ])
      #expect(made.status == 303 && made.header("Location") == "/admin/offers")
      let list = try await browser.get("/admin/offers")
      #expect(list.text.contains("Offer &lt;1&gt; was added."))
      #expect(list.text.contains("€12.50"))
      #expect(try await !browser.get("/admin/offers").text.contains("was added"))

      let offer = try #require(try await OfferStore().find(1, of: world.scope))
      #expect(offer.draft.payouts == [Offer.GeoPayout(country: "US", payout: Micros(rawValue: 40_000_000))])
      #expect(offer.draft.capDaily == 10 && offer.draft.capTotal == nil)
      let log = try await world.tracker.audit.page(PageRequest(), of: world.scope)
      let entry = try #require(log.items.first { $0["action"]?.stringValue == "offer.create" })
      #expect(entry["actor"]?.stringValue == PagesWorld.email)
      #expect(entry["after"]?["payouts"]?.arrayValue?.first?["country"] == "us")
    }
  }

  @Test func whatIsWrongComesBackBesideItsField() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let answer = try await browser.post(
        "/admin/offers",
        [
          ("name", "\"><script>alert(1)</script>"), ("url", "nonsense"), ("payout", "1"), ("currency", "USD"),
          ("payout_country", "USA"), ("payout_amount", "x"),
        ])
      #expect(answer.status == 422)
      #expect(answer.text.contains("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\""))
      #expect(!answer.text.contains("<script>alert"))
      #expect(answer.text.contains("role=\"alert\"") && answer.text.contains("<a href=\"#url\">URL must be"))
      #expect(answer.text.contains("aria-describedby=\"url-fault url-hint\""))
      #expect(answer.text.contains("id=\"payouts-0--country-fault\"") && answer.text.contains("value=\"USA\""))
      #expect(try await OfferStore().page(PageRequest(), of: world.scope).items.isEmpty)
    }
  }

  @Test func aTakenNameIsToldInTheForm() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let fields = [("name", "Push"), ("slug", "push"), ("cost_model", "cpc"), ("cost", "0.05")]
      #expect(try await browser.post("/admin/campaigns", fields).header("Location") == "/admin/campaigns/1")
      let second = try await browser.post("/admin/campaigns", fields)
      #expect(second.status == 409)
      #expect(second.text.contains("There is one with this slug already.") && second.text.contains("value=\"push\""))
    }
  }

  @Test func aFormOfAnotherSiteIsRefused() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let fields = [("name", "Src")]
      #expect(try await browser.client.post("/admin/sources", form: fields).status == 403)
      let token = try await browser.token()
      for header in [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example"), ("Origin", "null")] {
        let answer = try await browser.client.post(
          "/admin/sources", form: fields + [("_csrf", token)], headers: [header])
        #expect(answer.status == 403, "\(header)")
      }
      let login = [("email", PagesWorld.email), ("password", PagesWorld.password)]
      let forced = try await world.browser().client.post(
        "/admin/login", form: login, headers: [("Sec-Fetch-Site", "cross-site")])
      #expect(forced.status == 403)
      #expect(try await TrafficSourceStore().page(PageRequest(), of: world.scope).items.isEmpty)
    }
  }

  @Test func whatIsUsedStays() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      _ = try await browser.post("/admin/sources", [("name", "Kadam")])
      _ = try await browser.post("/admin/campaigns", [("name", "Push"), ("slug", "push"), ("source_id", "1")])
      let kept = try await browser.post("/admin/sources/1/delete")
      #expect(kept.status == 409 && kept.text.contains("Still used by Push."))
      #expect(try await browser.post("/admin/campaigns/1/delete").status == 303)
      #expect(try await browser.post("/admin/sources/1/delete").header("Location") == "/admin/sources")
      #expect(try await browser.get("/admin/sources/1").status == 404)
    }
  }

  @Test func flowsAreEditedWithFiltersAndWeights() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      for name in ["A", "B"] {
        _ = try await browser.post("/admin/offers", [("name", name), ("url", "https://shop.example/\(name)")])
      }
      _ = try await browser.post("/admin/campaigns", [("name", "Push"), ("slug", "push")])
      let fields = [
        ("name", "US"), ("type", "regular"), ("weight", "100"), ("active", "true"), ("filter_field", "country"),
        ("filter_op", "in"), ("filter_values", "US, ca"), ("filter_zone", ""), ("filter_field", ""),
        ("filter_op", "equals"),
        ("filter_values", ""), ("filter_zone", ""), ("offers_id", "1"), ("offers_weight", "30"), ("offers_id", "2"),
        ("offers_weight", "60"), ("offers_id", ""), ("offers_weight", "100"),
      ]
      let balanced = try await browser.post("/admin/campaigns/1/flows", fields + [("balance", "offers")])
      #expect(balanced.status == 200)
      #expect(balanced.text.matches(of: /data-share>50\.0%/).count == 2, "balanced, and nothing stored")
      #expect(try await FlowStore().all(ofCampaign: 1, of: world.scope).isEmpty)

      #expect(
        try await browser.post("/admin/campaigns/1/flows", fields).header("Location") == "/admin/campaigns/1#flow-1")
      let flow = try #require(try await FlowStore().all(ofCampaign: 1, of: world.scope).first)
      #expect(flow.draft.filters.map(\.values) == [["US", "ca"]])
      #expect(flow.draft.offers.map(\.weight) == [30, 60])
      let page = try await browser.get("/admin/campaigns/1")
      #expect(page.text.contains("Country is one of US or ca"))
      #expect(page.text.contains("<span class=\"ty-share\">33.3%</span>"))

      let wrong = try await browser.post("/admin/flows/1", fields.map { $0.0 == "filter_values" ? ($0.0, "USA") : $0 })
      #expect(wrong.status == 422 && wrong.text.contains("“USA” is no two-letter country code."))
      #expect(try await browser.post("/admin/flows/1/active", [("active", "false")]).status == 303)
      #expect(try await FlowStore().find(1, of: world.scope)?.draft.isActive == false)
      let all = [("name", "All"), ("type", "forced"), ("active", "true")]
      #expect(try await browser.post("/admin/campaigns/1/flows", all).status == 303)
      #expect(try await browser.get("/admin/campaigns/1").text.contains("is forced and has no filters"))
    }
  }

  @Test func aLandingTakesMuchHTML() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let html = String(repeating: "<p>ünïcödé & more</p>\n", count: 20_000)
      let made = try await browser.post("/admin/landings", [("name", "Long"), ("kind", "local"), ("html", html)])
      #expect(made.status == 303)
      #expect(try await LandingStore().find(1, of: world.scope)?.draft.content.html == html)
      let both = [("name", "Page"), ("kind", "url"), ("html", ""), ("url", "https://pages.example/")]
      #expect(try await browser.post("/admin/landings", both).status == 303, "without scripts both fields are sent")
    }
  }

  @Test func noSeatIsToldWithThePlan() async throws {
    try await PagesWorld.with(plan: .starter) { world in
      let browser = try await world.signedIn()
      let answer = try await browser.post(
        "/admin/users", [("email", "second@example.com"), ("role", "viewer"), ("password", PagesWorld.password)])
      #expect(answer.status == 402)
      #expect(
        answer.text.contains("The Starter plan has 1 user.") && answer.text.contains("value=\"second@example.com\""))
    }
  }
}
