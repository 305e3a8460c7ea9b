import TestSupport
import Testing

@testable import TenantTracker

/// 'Next page' leads on in what is shown: filtered, ordered and searched the same way.
@Suite struct ListPagesTests {
  @Test func theNextPageOfAListIsFilteredOrderedAndSearchedAlike() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      for name in ["Diet C", "Loan", "Diet A", "Diet B"] {
        let form = [
          ("name", name), ("url", "https://shop.example/"), ("status", name == "Diet B" ? "paused" : "active"),
        ]
        #expect(try await browser.post("/admin/offers", form).status == 303)
      }
      let first = try await browser.get("/admin/offers?q=diet&status=active&sort=name&limit=1").text
      #expect(first.contains(">Diet A<") && !first.contains(">Diet C<"))
      let link = try next(on: first)
      #expect(link.contains("q=diet") && link.contains("status=active") && link.contains("sort=name"))
      let second = try await browser.get(link).text
      #expect(second.contains(">Diet C<") && !second.contains(">Diet A<") && !second.contains(">Diet B<"))
      #expect(!second.contains("rel=\"next\""), "there are but two of them")
    }
  }

  @Test func theArchiveIsSearchedOn() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      for (id, name) in ["Diet A", "Loan", "Diet B"].enumerated() {
        _ = try await browser.post("/admin/offers", [("name", name), ("url", "https://shop.example/")])
        #expect(try await browser.post("/admin/offers/\(id + 1)/delete").status == 303)
      }
      let first = try await browser.get("/admin/offers/archived?q=diet&limit=1").text
      let link = try next(on: first)
      #expect(link.hasPrefix("/admin/offers/archived?q=diet&"))
      #expect(try await browser.get(link).text.contains(">Diet A<"))
    }
  }

  @Test func aSearchIsInWhatIsFilteredAndOrdered() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      for name in ["Diet A", "Diet B"] {
        let form = [("name", name), ("url", "https://shop.example/"), ("status", "active")]
        #expect(try await browser.post("/admin/offers", form).status == 303)
      }
      let first = try await browser.get("/admin/offers?q=diet&status=active&sort=name&limit=1").text
      for page in [first, try await browser.get(try next(on: first)).text] {
        let form = try #require(page.firstMatch(of: /<form class="ty-search".*?<\/form>/.dotMatchesNewlines())).output
        #expect(form.contains("name=\"sort\" value=\"name\"") && form.contains("name=\"limit\" value=\"1\""))
        #expect(form.contains("name=\"status\" value=\"active\""))
        #expect(form.matches(of: /name="q"/).count == 1 && !form.contains("cursor"))
      }
    }
  }

  @Test func aLogsColumnsAndFiltersKeepItsOrderAndLength() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      for (path, sort) in [("/admin/clicks", "ts"), ("/admin/conversions", "-id")] {
        let page = try await browser.get("\(path)?country=US&sort=\(sort)&limit=20").text
        let back = "name=\"return_to\" value=\"\(path)?country=US&amp;sort=\(sort)&amp;limit=20\""
        #expect(page.contains(back), "\(path)")
        let form = try #require(
          page.firstMatch(of: /<form class="ty-log-filters".*?<\/form>/.dotMatchesNewlines())
        ).output
        #expect(form.contains("name=\"sort\" value=\"\(sort)\"") && form.contains("name=\"limit\" value=\"20\""))
        let refused = try await browser.get("\(path)?sort=name&limit=20")
        #expect(refused.status == 422 && !refused.text.contains("name=\"sort\""), "there is no field to change it in")
      }
    }
  }

  private func next(on page: String) throws -> String {
    let link = try #require(page.firstMatch(of: /href="([^"]+)" rel="next"/))
    return String(link.1).replacing("&amp;", with: "&")
  }
}
