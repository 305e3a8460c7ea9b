import Core
import TestSupport
import Testing
import Web

@testable import TenantTracker

/// What was deleted stays in an archive, and comes back as it was.
@Suite struct ArchiveTests {
  private static let bodies: [(path: String, body: JSONValue)] = [
    ("campaigns", ["name": "Push", "slug": "push"]),
    ("offers", ["name": "Diet", "url": "https://shop.example/", "currency": "USD"]),
    ("landings", ["name": "Quiz", "kind": "url", "url": "https://quiz.example/"]), ("sources", ["name": "Kadam"]),
    ("networks", ["name": "House"]),
  ]

  @Test func everyKindComesBackAsItWas() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      for (path, body) in Self.bodies {
        let made = try await admin.post("/admin/api/\(path)", json: body).json
        let one = "/admin/api/\(path)/\(made["id"]?.intValue ?? 0)"
        #expect(try await admin.post("\(one)/restore", json: [:]).status == 404, "\(path) is not archived")
        #expect(try await admin.delete(one).status == 204)
        #expect(try await admin.get(one).status == 404)
        let back = try await admin.post("\(one)/restore", json: [:])
        #expect(back.status == 200 && back.json["name"] == made["name"], "\(path): \(back.text)")
        #expect(try await admin.get(one).status == 200)
      }
      let log = try await admin.get("/admin/api/audit-log").text
      for key in ["campaign", "offer", "landing", "source", "network"] { #expect(log.contains("\(key).restore")) }
    }
  }

  @Test func aCampaignWaitsForWhatItNeedsAndForItsSlug() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      for (path, body) in Self.bodies where path != "campaigns" {
        _ = try await admin.post("/admin/api/\(path)", json: body)
      }
      let campaign: JSONValue = ["name": "Push", "slug": "push", "offer_id": 1, "source_id": 1]
      #expect(try await admin.post("/admin/api/campaigns", json: campaign).status == 201)
      for path in ["campaigns/1", "offers/1", "sources/1"] {
        #expect(try await admin.delete("/admin/api/\(path)").status == 204, "\(path)")
      }
      let early = try await admin.post("/admin/api/campaigns/1/restore", json: [:])
      #expect(early.status == 409 && early.text.contains("Diet, Kadam"))
      for path in ["offers/1", "sources/1"] {
        #expect(try await admin.post("/admin/api/\(path)/restore", json: [:]).status == 200, "\(path)")
      }
      #expect(try await admin.post("/admin/api/campaigns", json: ["name": "New", "slug": "push"]).status == 201)
      #expect(try await admin.post("/admin/api/campaigns/1/restore", json: [:]).status == 409, "the slug is taken")
      #expect(try await admin.patch("/admin/api/campaigns/2", json: ["slug": "other"]).status == 200)
      #expect(try await admin.post("/admin/api/campaigns/1/restore", json: [:]).status == 200)
    }
  }

  @Test func severalAreArchivedTogetherAndWhatIsInUseStays() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      for name in ["A", "B", "C"] {
        _ = try await browser.post("/admin/offers", [("name", name), ("url", "https://shop.example/")])
      }
      _ = try await browser.post("/admin/campaigns", [("name", "Push"), ("slug", "push"), ("offer_id", "2")])
      #expect(try await browser.get("/admin/offers").text.contains("value=\"3\" form=\"bulk\" data-select"))
      let ids = [("ids", "1"), ("ids", "2"), ("ids", "3"), ("ids", "99"), ("ids", "x")]
      #expect(try await browser.post("/admin/offers/archive", ids).header("Location") == "/admin/offers")
      let list = try await browser.get("/admin/offers").text
      #expect(list.contains("2 offers were archived. 2 were not: Still used by Push."))
      #expect(list.contains("action=\"/admin/offers/restore?ids=1%2C3\""))
      #expect(try await browser.post("/admin/offers/restore?ids=1%2C3").status == 303)
      #expect(try await browser.get("/admin/offers").text.contains("2 offers were restored."))
      #expect(try await browser.post("/admin/offers/archive", []).status == 303)
      try await world.addUser("viewer@example.com", .viewer)
      #expect(try await !world.signedIn(as: "viewer@example.com").get("/admin/offers").text.contains("data-select"))
    }
  }

  @Test func archivingOnThePageOffersToUndoIt() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      _ = try await browser.post("/admin/networks", [("name", "House <1>")])
      #expect(try await browser.get("/admin/networks/archived").text.contains("Nothing is archived"))
      #expect(try await browser.post("/admin/networks/1/delete").header("Location") == "/admin/networks")
      let list = try await browser.get("/admin/networks").text
      #expect(list.contains("House &lt;1&gt; was archived.") && list.contains("action=\"/admin/networks/1/restore\""))
      #expect(try await browser.get("/admin/networks/archived?q=hou").text.contains("House &lt;1&gt;"))
      #expect(try await browser.post("/admin/networks/1/restore").header("Location") == "/admin/networks/1")
      #expect(try await browser.get("/admin/networks/1").status == 200)
    }
  }
}
