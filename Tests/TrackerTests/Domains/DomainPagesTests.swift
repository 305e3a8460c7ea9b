import Core
import Foundation
import TestSupport
import Testing
import Web

@testable import TenantTracker

@Suite struct DomainPagesTests {
  @Test func domainsStandUnderTheirGroupsAndSayWhatToSet() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      for (host, group) in [("b.example.com", "Push"), ("a.example.com", "Push"), ("c.example.com", "")] {
        #expect(try await browser.post("/admin/domains", [("host", host), ("group_name", group)]).status == 303)
      }
      let list = try await browser.get("/admin/domains").text
      let order = ["colgroup\">Push<", ">a.example.com<", ">b.example.com<", "colgroup\">No group<", ">c.example.com<"]
      let places = order.map { list.range(of: $0)?.lowerBound }
      #expect(!places.contains(nil) && places.compactMap { $0 } == places.compactMap { $0 }.sorted(), "\(list)")
      let push = try await browser.get("/admin/domains?group_name=Push&q=b.").text
      #expect(push.contains(">b.example.com<") && !push.contains(">a.example.com<"))
      #expect(try await browser.get("/admin/domains?q=nothing").text.contains("Nothing found"))
    }
  }

  @Test func whatTheBareHostAnswersIsSetOnTheDomainsPage() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      #expect(try await browser.post("/admin/domains", [("host", "a.example.com")]).status == 303)
      let path = "/admin/domains/1"
      let refused = try await browser.post(path, [("root", "redirect"), ("root_url", "nowhere"), ("robots", "custom")])
      #expect(refused.status == 422)
      #expect(refused.text.contains("root_url-fault") && refused.text.contains("robots_text-fault"))
      #expect(refused.text.contains("value=\"nowhere\""))
      let saved = try await browser.post(
        path,
        [
          ("group_name", "Push"), ("root", "redirect"), ("root_url", "https://www.example.com/"), ("robots", "custom"),
          ("robots_text", "User-agent: *\r\nDisallow: /c/"), ("root_campaign_id", ""),
        ])
      #expect(saved.status == 303)
      let page = try await browser.get(path).text
      #expect(page.contains("value=\"https://www.example.com/\"") && page.contains("User-agent: *\nDisallow: /c/"))
    }
  }

  @Test func whoMayOnlyReadChangesNothing() async throws {
    try await PagesWorld.with { world in
      #expect(try await world.signedIn().post("/admin/domains", [("host", "a.example.com")]).status == 303)
      try await world.addUser("reader@example.com", .custom, Permissions([(.domains, .read)]))
      let reader = try await world.signedIn(as: "reader@example.com")
      let page = try await reader.get("/admin/domains/1").text
      #expect(!page.contains("Check now") && page.contains("<fieldset disabled>"))
      #expect(try await reader.post("/admin/domains/1", [("root", "not_found")]).status == 403)
    }
  }
}
