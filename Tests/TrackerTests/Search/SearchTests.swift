import Core
import Database
import TestSupport
import Testing
import Web

@testable import TenantTracker

@Suite struct SearchTests {
  private func fill(_ admin: TestHTTPClient) async throws {
    let things: [(String, JSONValue)] = [
      ("sources", ["name": "Push House"]), ("networks", ["name": "Big Push Network"]),
      ("offers", ["name": "Diet 100%", "url": "https://push.example/diet", "currency": "USD"]),
      ("landings", ["name": "Quiz", "kind": "url", "url": "https://quiz.example/"]),
      ("campaigns", ["name": "Brazil", "slug": "push-br", "offer_id": 1]),
      ("campaigns", ["name": "Push Germany", "slug": "de"]),
      ("campaigns/2/flows", ["name": "Mobile push", "type": "default", "weight": 100]),
    ]
    for (path, body) in things {
      let answer = try await admin.post("/admin/api/\(path)", json: body)
      try #require(answer.status == 201, "\(path): \(answer.text)")
    }
  }

  private func hits(_ query: String, by client: TestHTTPClient) async throws -> [String] {
    let answer = try await client.get("/admin/api/search?\(query)")
    try #require(answer.status == 200, "\(answer.text)")
    return (answer.json["items"]?.arrayValue ?? []).map {
      "\($0["type"]?.stringValue ?? "") \($0["title"]?.stringValue ?? "")"
    }
  }

  @Test func namesAreFoundInEverySectionThoseThatBeginWithItFirst() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      try await fill(admin)
      #expect(
        try await hits("q=push", by: admin) == [
          "campaign Push Germany", "campaign Brazil", "flow Mobile push", "offer Diet 100%", "source Push House",
          "network Big Push Network",
        ])
      #expect(try await hits("q=100%25", by: admin) == ["offer Diet 100%"], "what is typed is no pattern")
      for query in ["q=p", ""] { #expect(try await hits(query, by: admin).isEmpty) }
      #expect(try await hits("q=push&limit=1", by: admin).filter { $0.hasPrefix("campaign") }.count == 1)
      let found = try await admin.get("/admin/api/search?q=quiz").json["items"]?.arrayValue
      #expect(found?.first?["path"] == "/admin/landings/1" && found?.first?["detail"] == "https://quiz.example/")
    }
  }

  @Test func whatIsArchivedIsNotFound() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      try await fill(admin)
      #expect(try await admin.delete("/admin/api/campaigns/2").status == 204)
      #expect(try await !hits("q=push", by: admin).contains { $0.contains("Germany") || $0.contains("Mobile") })
    }
  }

  @Test func onlySectionsThatMayBeReadAreSearched() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      try await fill(admin)
      try await tracker.addUser("offers@example.com", .custom, ["offers": "read"], by: admin)
      let buyer = try await tracker.signedIn("offers@example.com")
      #expect(try await hits("q=push", by: buyer) == ["offer Diet 100%"])
    }
  }

  @Test func conversionsAreFoundByTheirTransactionIDAndTheirOwn() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let (scope, now) = (try tracker.scope, tracker.clock.now())
      let id = UUIDv7(at: now)
      try await scope.execute(
        """
        INSERT INTO \(scope.schema).conversions
          (id, click_id, click_ts, type, status, txid, payout_micros, currency, match, campaign_id, created_at, updated_at)
        VALUES (\(id), \(id), \(now), 'sale', 'sale', 'ORDER-77', 2000000, 'USD', 'ip', 7, \(now), \(now))
        """)
      for query in ["ORDER-77", id.description] {
        let items = try await admin.get("/admin/api/search?q=\(query)").json["items"]?.arrayValue
        #expect(items?.first?["path"] == .string("/admin/conversions/\(id)"), "\(query)")
      }
      #expect(try await hits("q=ORDER-7", by: admin).isEmpty)
      try await tracker.addUser("offers@example.com", .custom, ["offers": "read"], by: admin)
      #expect(try await hits("q=ORDER-77", by: tracker.signedIn("offers@example.com")).isEmpty)
    }
  }

  @Test func whatCannotBeMeantIsSaid() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      for query in ["q=push&limit=21", "q=push&limit=0", "q=push&kind=offer", "q=a%00b"] {
        #expect(try await admin.get("/admin/api/search?\(query)").status == 422, "\(query)")
      }
    }
  }

  @Test func thePageAndThePaletteShowTheSame() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      _ = try await browser.post("/admin/offers", [("name", "Diet <b>"), ("url", "https://shop.example/")])
      let page = try await browser.get("/admin/search?q=diet").text
      #expect(page.contains("href=\"/admin/offers/1\"") && page.contains("Diet &lt;b&gt;"))
      let json = try await browser.get("/admin/search/suggestions?q=diet")
      #expect(json.header("Content-Type")?.hasPrefix("application/json") == true)
      #expect(json.text.contains("\"path\":\"/admin/offers/1\""))
      #expect(try await browser.get("/admin/search?q=nothing").text.contains("Nothing found"))
      #expect(try await browser.get("/admin/search").text.contains("What are you looking for?"))
    }
  }
}
