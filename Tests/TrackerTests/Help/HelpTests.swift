import Core
import TestSupport
import Testing
import Web

@testable import TenantTracker

@Suite struct HelpTests {
  private var topics: [HelpTopic] { HelpTopic.groups.flatMap(\.topics) }

  @Test func everyPageOfTheMenuHasATopicUnderItsOwnTitle() {
    for entry in MenuEntry.groups.flatMap(\.entries) where entry.path != HelpPages.path {
      #expect(HelpTopic.about(entry.path)?.title == entry.title, "\(entry.path)")
    }
    #expect(HelpTopic.groups.map(\.title) == MenuEntry.groups.map(\.title))
    #expect(Set(topics.map(\.id)).count == topics.count && Set(topics.map(\.path)).count == topics.count)
  }

  @Test func everyTopicSaysWhatThePageIsForAndHowToBegin() {
    for topic in topics {
      #expect(topic.purpose.hasSuffix(".") && !topic.steps.isEmpty, "\(topic.id)")
      #expect((topic.words.map(\.meaning) + topic.steps).allSatisfy { $0.hasSuffix(".") }, "\(topic.id)")
      #expect(topic.id.wholeMatch(of: /[a-z-]+/) != nil, "\(topic.id)")
    }
  }

  @Test func pagesLeadToTheirTopic() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let help = try await browser.get(HelpPages.path).text
      for topic in topics {
        #expect(help.contains("id=\"\(topic.id)\"") && help.contains("href=\"#\(topic.id)\""), "\(topic.id)")
        let page = try await browser.get(topic.path).text
        #expect(
          page.contains("href=\"\(topic.address)\" aria-label=\"Help: \(HTML.escaped(topic.title).text)\""),
          "\(topic.id)")
      }
    }
  }

  @Test func whoMayDoNothingMayReadItAndIsLedNowhere() async throws {
    try await PagesWorld.with { world in
      try await world.addUser("none@example.com", .custom, Permissions())
      let browser = try await world.signedIn(as: "none@example.com")
      let help = try await browser.get(HelpPages.path)
      #expect(help.status == 200 && help.text.contains("id=\"campaigns\""))
      #expect(!help.text.contains("href=\"/admin/campaigns\""))
      #expect(try await browser.get("/admin").text.contains("No section is open to you yet."))
      #expect(try await world.browser().get(HelpPages.path).status == 303)
    }
  }
}
