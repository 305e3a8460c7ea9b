import ClickPath
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct DashboardPagesTests {
  @Test func aNewAccountIsShownTheWayAndMayPutItAway() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let new = try await browser.get("/admin").text
      #expect(new.contains("Your first campaign") && new.contains("href=\"/admin/sources/new\""))
      #expect(!new.contains("ty-figures"))
      #expect(try await browser.post("/admin/first-steps", [("show", "false")]).status == 303)
      let away = try await browser.get("/admin").text
      #expect(!away.contains("Your first campaign") && away.contains("Show the first steps again"))
      #expect(away.contains("ty-figures"))
      // It is put away for one person alone.
      try await world.addUser("viewer@example.com", .viewer)
      let viewer = try await world.signedIn(as: "viewer@example.com").get("/admin").text
      #expect(viewer.contains("Your first campaign") && !viewer.contains("href=\"/admin/sources/new\""))
      #expect(try await browser.post("/admin/first-steps", [("show", "true")]).status == 303)
      #expect(try await browser.get("/admin").text.contains("Your first campaign"))
    }
  }

  @Test func theFirstCampaignsLinkIsThereToCopy() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      _ = try await browser.post("/admin/offers", [("name", "Offer"), ("url", "https://shop.example/")])
      _ = try await browser.post("/admin/campaigns", [("name", "Push"), ("slug", "push"), ("offer_id", "1")])
      let page = try await browser.get("/admin").text
      #expect(page.contains("/c/push?") && page.contains("id=\"first-link\""))
      #expect(page.contains("href=\"/admin/campaigns/1/flows/new\""))
      #expect(page.contains("3 of 10 steps are done"))
    }
  }

  @Test func theOtherTabsSayWhatIsMissing() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let before = try await browser.get("/admin?tab=everflow").text
      #expect(before.contains("Everflow is not connected") && before.contains("href=\"/admin/networks/new\""))
      #expect(!before.contains("<form class=\"card"))
      _ = try await browser.post("/admin/networks", [("name", "My Everflow")])
      #expect(
        try await browser.get("/admin?tab=everflow").text.contains("<a href=\"/admin/networks/1\">My Everflow</a>"))
      #expect(try await browser.get("/admin?tab=kadam").text.contains("href=\"/admin/sources/new\""))
      #expect(try await browser.get("/admin?tab=nonsense&metric=nonsense&campaign_id=x").status == 200)
    }
  }

  @Test func theLiveCounterAnswersJSON() async throws {
    try await PagesWorld.with { world in
      let answer = try await world.signedIn().get("/admin/live?campaign_id=1")
      #expect(answer.status == 200 && answer.header("Content-Type")?.hasPrefix("application/json") == true)
      let pulse = try JSONValue.parse(answer.text.utf8)
      #expect(pulse["clicks"] == 0 && pulse["conversions"] == 0)
      #expect(pulse["text"] == "0 clicks and 0 conversions in the last minute")
    }
  }

  @Test func aLogKeepsSomebodysColumns() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      for (path, chosen) in [("/admin/clicks", ["city", "campaign"]), ("/admin/conversions", ["goal", "type"])] {
        let form = chosen.map { ("columns", $0) } + [("columns", "nonsense"), ("return_to", "\(path)?status=hold")]
        let saved = try await browser.post("\(path)/columns", form)
        #expect(saved.status == 303 && saved.header("Location") == "\(path)?status=hold")
        let page = try await browser.get(path).text
        let checked = page.matches(of: /value="([a-z_0-9]+)" checked/).map { String($0.1) }
        #expect(checked == chosen, "in the order chosen")
        let away = try await browser.post("\(path)/columns", [("standard", "true"), ("return_to", "//evil.example/")])
        #expect(away.header("Location") == path)
        #expect(try await browser.get(path).text.matches(of: /value="([a-z_0-9]+)" checked/).count > 5)
      }
    }
  }

  @Test func everyFilterOfTheLogsWorks() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      for path in ["/admin/clicks", "/admin/conversions"] {
        let page = try await browser.get(path).text
        let names = page.matches(of: /<label class="form-label" for="([a-z_0-9]+)">/).map { String($0.1) }
        #expect(Set(names).isSuperset(of: ["flow_id", "landing_id", "network_id", "region", "isp", "sub5", "tz"]))
        for name in names {
          let value =
            switch name {
            case "from", "to": "2026-11-21"
            case "tz": "Asia/Kolkata"
            case "status": path == "/admin/clicks" ? "ok" : "sale"
            case "unique": "true"
            case "ip": "203.0.113.7"
            case "review": "pending"
            case "scheme_status": "sale"
            case "match": "email"
            default: name.hasSuffix("_id") && name != "external_id" ? "1" : "x"
            }
          #expect(try await browser.get("\(path)?\(name)=\(value)").status == 200, "\(path)?\(name)=\(value)")
        }
        #expect(try await browser.get("\(path)?tz=Mars").status == 422)
      }
    }
  }

  @Test func aLogIsAFileToo() async throws {
    try await PagesWorld.with { world in
      let scope = try world.scope
      let now = world.tracker.clock.now()
      try await world.tracker.partitions.ensure(around: now, schema: scope.schema)
      var rows = CopyRows()
      for number in 0..<600 {
        var click = ClickEvent(
          id: ClickID(at: now - .seconds(Int64(number))), tenantID: scope.tenantID, status: .ok, campaignID: 1,
          ip: IPAddress(v4: 1), currency: .usd)
        click.country = number % 2 == 0 ? "US" : "DE"
        click.subs[1] = "=1+1"
        ClickColumns.append(click, to: &rows)
      }
      try await scope.withConnection { [rows] connection in
        _ = try await connection.copyIn(ClickColumns.target(scope.schema), rows: rows)
      }
      let browser = try await world.signedIn()
      let all = try await browser.get("/admin/clicks/export")
      #expect(all.header("Content-Disposition")?.contains("trackily-clicks-") == true)
      let lines = all.text.split(separator: "\r\n")
      #expect(lines.count == 601 && lines[0].hasPrefix("id,ts,status,campaign_id,"))
      #expect(lines[1].contains(",'=1+1,"))
      let german = try await browser.get("/admin/clicks/export?country=DE").text.split(separator: "\r\n")
      #expect(german.count == 301)
      let empty = try await browser.get("/admin/conversions/export?country=DE").text.split(separator: "\r\n")
      #expect(empty.count == 1 && empty[0].hasPrefix("id,click_id,"))
      #expect(try await browser.get("/admin/clicks/export?country=DE&nonsense=1").status == 422)
    }
  }
}
