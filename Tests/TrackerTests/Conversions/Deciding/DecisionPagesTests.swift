import ClickPath
import Conversions
import Core
import Database
import Licensing
import TestSupport
import Testing
import Web

@testable import TenantTracker

@Suite struct DecisionPagesTests {
  private func plant(
    _ count: Int, _ status: ConversionStatus, review: ReviewState? = nil, in world: PagesWorld
  ) async throws -> [ConversionID] {
    let scope = try world.scope
    let now = world.tracker.clock.now()
    let ids = (0..<count).map { ConversionID(at: now + .milliseconds(Int64($0))) }
    for id in ids {
      try await scope.execute(
        """
        INSERT INTO \(scope.schema).conversions
          (id, click_id, click_ts, type, status, scheme_status, review, original_status, payout_micros, currency, match,
           campaign_id, created_at, updated_at)
        VALUES (\(id), \(id), \(now), 'sale', \(status.rawValue), \(SchemeStatus(only: status)?.rawValue),
          \(review?.rawValue), '<Approved>', 2000000, 'USD', 'ip', 7, \(id.timestamp), \(now))
        """)
    }
    return ids
  }

  @Test func aConversionShowsWhatItWasOf() async throws {
    try await PagesWorld.with { world in
      let admin = try await world.signedIn()
      let id = try await plant(1, .sale, in: world)[0]
      #expect(try await !admin.get("/admin/conversions/\(id)").text.contains("Price of one"))
      let scope = try world.scope
      try await scope.execute(
        """
        INSERT INTO \(scope.schema).conversion_products
          (conversion_id, position, sku, name, price_micros, currency, quantity)
        VALUES (\(id), 0, 'S-42', 'Trail <shoe>', 59990000, 'EUR', 2), (\(id), 1, NULL, 'Gift', NULL, 'USD', 1)
        """)
      let page = try await admin.get("/admin/conversions/\(id)").text
      #expect(page.contains("<th scope=\"row\">Trail &lt;shoe&gt;</th><td>S-42</td><td class=\"num\">2</td>"))
      #expect(page.contains("59.99") && page.contains("<th scope=\"row\">Gift</th>"))
    }
  }

  @Test func allThatFitReachesNoFurtherThanTheAddressDoes() async throws {
    try await PagesWorld.with { world in
      let admin = try await world.signedIn()
      let ids = try await plant(3, .sale, in: world)
      // The API's filter by click has no field on the page.
      let page = try await admin.get("/admin/conversions?click_id=\(ids[1])&limit=1").text
      #expect(page.contains("\(ids[1])") && !page.contains("\(ids[0])"))
      #expect(page.contains("aria-label=\"Remove: click_id: \(ids[1])\""))
      #expect(page.contains("<input type=\"hidden\" name=\"click_id\" value=\"\(ids[1])\">"))
      #expect(page.contains("<input type=\"hidden\" name=\"filter.click_id\" value=\"\(ids[1])\">"))
      #expect(page.contains("/admin/conversions/export?click_id=\(ids[1])\""))
    }
  }

  @Test func theListOffersChangesToWhoMayMakeThem() async throws {
    try await PagesWorld.with { world in
      let admin = try await world.signedIn()
      let blank = try await admin.get("/admin/conversions").text
      #expect(blank.contains("No conversions yet") && !blank.contains("data-bulk"))
      let ids = try await plant(3, .sale, in: world)
      let list = try await admin.get("/admin/conversions").text
      #expect(list.contains("value=\"\(ids[0])\" form=\"bulk\"") && list.contains(">Cart</option>"))
      #expect(list.contains("href=\"/admin/conversions/\(ids[0])\" data-modal"))
      #expect(list.contains("&lt;Approved&gt;") && !list.contains("<Approved>"))
      try await world.addUser("viewer@example.com", .viewer)
      let viewer = try await world.signedIn(as: "viewer@example.com")
      let read = try await viewer.get("/admin/conversions").text
      #expect(!read.contains("data-bulk") && !read.contains("data-select") && read.contains("data-modal"))
      #expect(try await !viewer.get("/admin/conversions/\(ids[0])").text.contains("Change status"))
      let changed = try await admin.post(
        "/admin/conversions/status",
        [
          ("ids", ids[0].description), ("ids", ids[1].description), ("status", "refunded"), ("note", "Returned"),
          ("return_to", "/admin/conversions?status=sale"),
        ])
      #expect(changed.status == 303 && changed.location == "/admin/conversions?status=sale")
      #expect(try await admin.get("/admin/conversions").text.contains("2 changed."))
      #expect(try await admin.get("/admin/conversions?scheme_status=refunded").text.contains("\(ids[1])"))
      let detail = try await admin.get("/admin/conversions/\(ids[0])").text
      #expect(detail.contains("Returned") && detail.contains("a weaker proof than an id"))
      #expect(detail.contains(">Chargeback</option>") && !detail.contains(">Sale</option>"))
    }
  }

  @Test func whatCannotBeDoneIsSaid() async throws {
    try await PagesWorld.with { world in
      let admin = try await world.signedIn()
      let ids = try await plant(2, .rejected, in: world)
      let none = try await admin.post("/admin/conversions/status", [("status", "sale")])
      #expect(none.status == 303 && none.location == "/admin/conversions")
      #expect(try await admin.get("/admin/conversions").text.contains("Select a conversion first."))
      let refused = try await admin.post(
        "/admin/conversions/status", [("ids", ids[0].description), ("status", "sale"), ("return_to", "//evil.example")])
      let report = try #require(refused.location)
      #expect(report.hasPrefix("/admin/conversions/changes/"))
      #expect(try await admin.get(report).text.contains("cannot become “Sale”"))
      let one = try await admin.post("/admin/conversions/\(ids[1])/status", [("status", "sale"), ("note", "")])
      #expect(one.status == 409 && one.text.contains("cannot become “Sale”"))
    }
  }

  @Test func starterSeesTheStatusesAlone() async throws {
    try await PagesWorld.with(plan: .starter) { world in
      let admin = try await world.signedIn()
      let ids = try await plant(1, .sale, in: world)
      let list = try await admin.get("/admin/conversions").text
      #expect(!list.contains("Cart") && !list.contains("ty-badge-icon"))
      let detail = try await admin.get("/admin/conversions/\(ids[0])").text
      #expect(detail.contains("plan has it") && detail.contains("value=\"rejected\"") && !detail.contains("refunded"))
      let answer = try await admin.post("/admin/conversions/\(ids[0])/status", [("status", "refunded"), ("note", "")])
      #expect(answer.status == 402)
    }
  }

  @Test func theQueueIsCountedInTheMenuAndWorkedOff() async throws {
    try await PagesWorld.with { world in
      let admin = try await world.signedIn()
      let blank = try await admin.get("/admin/conversions/reviews").text
      #expect(blank.contains("Nothing waits for approval") && !blank.contains("ty-count"))
      #expect(blank.contains("No rule: every approved conversion counts at once."))
      let ids = try await plant(3, .hold, review: .pending, in: world)
      #expect(
        try await admin.get("/admin/campaigns").text.contains("<span class=\"visually-hidden\">, </span>3</span>"))
      let nameless = try await admin.post(
        "/admin/conversions/reviews",
        [
          ("ids", ids[0].description), ("decision", "reject"), ("reason", ""),
          ("return_to", "/admin/conversions/reviews"),
        ])
      #expect(nameless.location == "/admin/conversions/reviews")
      #expect(try await admin.get("/admin/conversions/reviews").text.contains("Reason is required."))
      let rejected = try await admin.post(
        "/admin/conversions/reviews", [("ids", ids[0].description), ("decision", "reject"), ("reason", "Fraud")])
      #expect(rejected.status == 303)
      let rest = try await admin.post(
        "/admin/conversions/reviews", [("all", "true"), ("decision", "approve"), ("reason", "")])
      #expect(rest.status == 303)
      let done = try await admin.get("/admin/conversions/reviews").text
      #expect(done.contains("2 changed.") && done.contains("Nothing waits for approval"))
      let scope = try world.scope
      let store = ConversionStore()
      #expect(try await store.find(ids[0], of: scope)?.status == .rejected)
      #expect(try await store.find(ids[1], of: scope)?.status == .sale)
    }
  }

  @Test func rulesAreAddedAndTakenAway() async throws {
    try await PagesWorld.with { world in
      let admin = try await world.signedIn()
      _ = try await admin.post("/admin/offers", [("name", "McAfee"), ("url", "https://shop.example/")])
      let form = [("place", "offer:1"), ("type", "Up-Sell"), ("approval", "manual")]
      #expect(try await admin.post("/admin/approval-rules", form).status == 303)
      let page = try await admin.get("/admin/conversions/reviews").text
      #expect(page.contains("Offer McAfee") && page.contains("<td>Upsell</td>") && page.contains("Waits for approval"))
      #expect(try await admin.post("/admin/approval-rules", form).status == 303)
      #expect(try await admin.get("/admin/conversions/reviews").text.contains("There is a rule for this already."))
      #expect(try await admin.post("/admin/approval-rules/1/delete").status == 303)
      #expect(try await admin.get("/admin/conversions/reviews").text.contains("No rule"))
    }
  }
}
