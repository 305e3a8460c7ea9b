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

  private func next(on page: String) throws -> String {
    let link = try #require(page.firstMatch(of: /href="([^"]+)" rel="next"/))
    return String(link.1).replacing("&amp;", with: "&")
  }
}
