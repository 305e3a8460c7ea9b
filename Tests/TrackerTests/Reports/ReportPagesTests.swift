import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ReportPagesTests {
  @Test func theAddressHoldsAllAndAFormBecomesOne() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let page = try await browser.get("/admin/reports?group_by=country,os&period=7d&compare=previous&wait=1")
      #expect(page.status == 200 && page.text.contains("No traffic in these days"))
      let form = try await browser.get(
        "/admin/reports?edit=1&group_by=country&group_by=os&group_by=&tz=UTC&compare=&f=sub1&op=filter&v=a,%22b,c%22")
      #expect(form.status == 303)
      #expect(
        form.header("Location")
          == "/admin/reports?group_by=country%2Cos&period=7d&filter%5Bsub1%5D=a&filter%5Bsub1%5D=b%2Cc")
      for wrong in ["group_by=colour", "tz=Mars/Base", "tz=Nowhere/Town", "sort=luck", "filter[campaign]=x"] {
        let answer = try await browser.get("/admin/reports?\(wrong)")
        #expect(answer.status == 422 && answer.text.contains("Group by"), "\(wrong): \(answer.status)")
      }
    }
  }

  @Test func whatIsCountedClickByClickComesAfterThePage() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let page = try await browser.get("/admin/reports?group_by=country&period=7d").text
      #expect(page.contains("data-report-load=\"/admin/reports/table?group_by=country&amp;period=7d\""))
      #expect(page.contains("href=\"/admin/reports?group_by=country&amp;period=7d&amp;wait=1\""))
      let table = try await browser.get("/admin/reports/table?group_by=country&period=7d")
      #expect(table.text.hasPrefix("<div id=\"report\">") && table.text.contains("No traffic in these days"))
      #expect(try await browser.get("/admin/reports/table?sort=luck").status == 422)
    }
  }

  @Test func aFilterTakesNames() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      for name in ["Push", "Twice", "twice"] {
        _ = try await browser.post("/admin/offers", [("name", name), ("url", "https://shop.example/")])
      }
      let add = { (value: String) in
        try await browser.get("/admin/reports?edit=1&group_by=country&f=offer&op=filter&v=\(value)")
      }
      let found = try await add("push,(none)")
      #expect(found.header("Location")?.hasSuffix("&filter%5Boffer%5D=1&filter%5Boffer%5D=%28none%29") == true)
      let unknown = try await add("Gone")
      #expect(unknown.status == 422 && unknown.text.contains("names no offer: Gone"))
      #expect(unknown.text.contains("value=\"Gone\""))
      #expect(try await add("TWICE").status == 422)
      let values = try await browser.get("/admin/reports/values?of=offer")
      #expect(values.json["items"]?.arrayValue?.count == 3)
      #expect(try await browser.get("/admin/reports/values?of=hour").status == 422)
    }
  }

  @Test func columnsAreChosenAndKept() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let chosen = [("query", "group_by=os"), ("metrics", "roas"), ("metrics", "clicks")]
      let applied = try await browser.post("/admin/reports/columns", chosen + [("step", "apply")])
      #expect(applied.header("Location") == "/admin/reports?group_by=os&metrics=roas%2Cclicks")
      let kept = try await browser.post(
        "/admin/reports/columns", chosen + [("step", "save"), ("name", "Mine"), ("standard", "true")])
      #expect(kept.status == 303)
      let page = try await browser.get("/admin/reports?group_by=os")
      #expect(page.text.contains("aria-current=\"true\">Mine</a>"))
      let none = try await browser.post("/admin/reports/columns", [("query", "group_by=os"), ("step", "apply")])
      #expect(none.header("Location") == "/admin/reports?group_by=os")
      #expect(try await browser.get("/admin/reports/saved").text.contains("Begins with it"))
    }
  }

  @Test func aKeptReportOpensAndGoes() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let query = "group_by=os&period=30d&filter%5Bcountry%5D=US"
      _ = try await browser.post(
        "/admin/reports/saved", [("query", query), ("name", "US"), ("standard", "true"), ("shared", "true")])
      #expect(try await browser.get("/admin/reports").header("Location") == "/admin/reports?\(query)")
      try await world.addUser("viewer@example.com", .viewer)
      let viewer = try await world.signedIn(as: "viewer@example.com")
      #expect(try await viewer.get("/admin/reports").status == 200)
      #expect(try await viewer.get("/admin/reports/saved").text.contains(">US</a>"))
      _ = try await viewer.post("/admin/reports/saved/1", [("step", "delete")])
      #expect(try await browser.get("/admin/reports/saved").text.contains(">US</a>"))
      _ = try await browser.post("/admin/reports/saved/1", [("step", "delete")])
      #expect(try await browser.get("/admin/reports").status == 200)
    }
  }

  @Test func anExportOfNothingHasItsHeadAndTotals() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let csv = try await browser.get("/admin/reports/export?group_by=os&metrics=clicks,roi&format=csv")
      #expect(csv.status == 200 && csv.text == "OS,Clicks,ROI %\r\nTotal,0,\r\n", "\(csv.text)")
      #expect(csv.header("Content-Disposition")?.contains("trackily-report-os-") == true)
      let json = try await browser.get("/admin/reports/export?group_by=os&format=json")
      #expect(json.json["rows"] == [] && json.json["totals"]?["clicks"] == 0)
      #expect(try await browser.get("/admin/reports/export?format=xls").status == 422)
    }
  }
}
