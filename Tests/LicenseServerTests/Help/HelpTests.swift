import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct HelpTests {
  private static let menus: [(manual: HelpManual, pages: [(title: String, path: String)])] = [
    (.staff, MenuEntry.all.map { ($0.title, $0.path) }),
    (.portal, PortalMenuEntry.all.map { ($0.title, $0.path) }),
    (.reseller, ResellerMenuEntry.all.map { ($0.title, $0.path) }),
  ]

  @Test func everyPageOfAMenuHasATopicUnderItsOwnTitle() {
    for (manual, pages) in Self.menus {
      let others = pages.filter { $0.path != manual.path }
      #expect(others.count == pages.count - 1, "the menu of \(manual.path) leads to its help")
      #expect(manual.topics.map(\.path) == others.map(\.path))
      #expect(manual.topics.map(\.title) == others.map(\.title))
      #expect(Set(manual.topics.map(\.id)).count == manual.topics.count)
    }
  }

  @Test func everyTopicSaysWhatSurprisesAndWhereToGoOn() {
    for (manual, _) in Self.menus {
      for topic in manual.topics {
        let sentences = [topic.purpose] + topic.surprises + topic.ways.map(\.reason)
        #expect(sentences.allSatisfy { $0.hasSuffix(".") }, "\(manual.path) \(topic.id)")
        #expect((2...4).contains(topic.surprises.count) && !topic.ways.isEmpty, "\(manual.path) \(topic.id)")
        #expect(topic.id.wholeMatch(of: /[a-z-]+/) != nil, "\(topic.id)")
        for way in topic.ways {
          #expect(way.path != topic.path && manual.topic(about: way.path) != nil, "\(topic.id) to \(way.path)")
        }
      }
    }
  }

  @Test func pagesLeadToTheirTopic() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "a@example.com"])
      let reseller = try await server.reseller()
      let browsers: [(HelpManual, TestHTTPClient)] = [
        (.staff, try await server.staffBrowser().client), (.portal, try await server.customer("a@example.com")),
        (.reseller, try await server.browser(of: reseller).client),
      ]
      for (manual, browser) in browsers {
        let help = try await browser.get(manual.path).text
        #expect(!help.contains("ty-page-help"))
        for topic in manual.topics {
          #expect(help.contains("id=\"\(topic.id)\"") && help.contains("href=\"#\(topic.id)\""), "\(topic.id)")
          let page = try await browser.get(topic.path).text
          let link = "href=\"\(manual.address(of: topic))\" aria-label=\"Help: \(topic.title)\""
          #expect(page.contains(link), "\(topic.path)")
        }
      }
      #expect(try await browsers[0].1.get("/admin/search").text.contains("href=\"/admin/help\" aria-label=\"Help\""))
    }
  }

  @Test func whoMayReadLittleIsLedToLittle() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "a@example.com"])
      let owner = try await server.customer("a@example.com")
      let viewer = try await server.colleague("b@example.com", as: .viewer, invitedBy: owner)
      let help = try await viewer.get("/portal/help")
      #expect(help.status == 200 && help.text.contains("id=\"invoices\""))
      #expect(!help.text.contains("href=\"/portal/invoices\""))
      #expect(try await server.visitor.get("/portal/help").status == 303)
    }
  }
}
