import Analytics
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ProductReportTests {
  private func question(_ query: String = "") throws -> ProductReportQuestion {
    let items = PercentCoding.queryItems("from=2026-11-20&to=2026-11-22&\(query)")
    return try ProductReportQuestion(items, zone: .utc)
  }

  private func report(_ bench: WebhookBench, _ query: String = "") async throws -> ProductReportStore.Answer {
    let question = try question(query)
    let window = try await question.window(now: bench.postbacks.clock.now(), in: bench.scope)
    return try await ProductReportStore().sales(question, window, in: .usd, of: bench.scope)
  }

  /// `name units/orders/revenue` of each row.
  private func lines(_ answer: ProductReportStore.Answer) -> [String] {
    answer.page.items.map { "\($0.name ?? "-") \($0.units)/\($0.orders)/\($0.revenue)" }
  }

  private func order(_ id: Int64, _ bench: WebhookBench, status: String = "paid", _ items: [JSONValue]) async throws
    -> JSONValue
  {
    let click = try await bench.postbacks.drainedClick()
    var order = bench.order(id, click: click, status: status).objectValue ?? [:]
    order["line_items"] = .array(items)
    return .object(order)
  }

  private func item(_ name: String, sku: String? = nil, id: Int64? = nil, _ price: String?, _ quantity: Int64)
    -> JSONValue
  {
    [
      "title": .string(name), "sku": JSONValue(sku), "product_id": JSONValue(id), "price": JSONValue(price),
      "quantity": .int(quantity),
    ]
  }

  private func add(_ name: String, sku: String, id: String? = nil, category: String? = nil, _ bench: WebhookBench)
    async throws
  {
    var draft = Product.Draft(name: name, sku: sku, currency: .usd)
    (draft.externalID, draft.category) = (id, category)
    _ = try await ProductStore().insert(draft, at: PostbackBench.start, of: bench.scope, in: bench.scope)
  }

  @Test func whatWasSoldIsMatchedBySKUThenIdThenName() async throws {
    let bench = try await WebhookBench()
    let sold = try await order(
      1, bench,
      [
        item("Old name", sku: "S-1", "10.00", 2), item("Shoes", id: 9, "5", 1), item("sHOE", "1.5", 2),
        item("Stranger", sku: "X", "3", 1), item("Unpriced", nil, 4),
      ])
    try await bench.send(.shopify, topic: "orders/paid", sold)
    // Bought first, listed later.
    try await add("Shoe", sku: "S-1", id: "9", category: "Feet", bench)
    let answer = try await report(bench)
    #expect(lines(answer) == ["Shoe 5/1/28.00", "Stranger 1/1/3.00", "Unpriced 4/1/0.00"])
    #expect(answer.page.items[0].averagePrice == Micros("5.60"))
    #expect(answer.page.items.map(\.share) == [903_226, 96_774, 0])
    #expect(answer.totals == .init(units: 10, orders: 1, revenue: Micros("31") ?? .zero, unpricedLines: 1, rows: 3))
    let categories = try await report(bench, "group_by=category")
    #expect(lines(categories) == ["Feet 5/1/28.00", "- 5/1/3.00"])
    #expect(lines(try await report(bench, "category=Feet")) == ["Shoe 5/1/28.00"])
    #expect(lines(try await report(bench, "campaign_id=999")) == [])
    #expect(lines(try await report(bench, "sort=name&limit=1")) == ["Shoe 5/1/28.00"])
    let next = try await report(bench, "sort=name&limit=1&cursor=1")
    #expect(lines(next) == ["Stranger 1/1/3.00"] && next.page.nextCursor == "2")
  }

  @Test func onlyApprovedOrdersCountAndAShopsLastWordStays() async throws {
    let bench = try await WebhookBench()
    let pending = try await order(1, bench, status: "pending", [item("Shoe", sku: "S", "10", 1)])
    try await bench.send(.shopify, topic: "orders/create", pending)
    #expect(lines(try await report(bench)) == [])
    var paid = pending.objectValue ?? [:]
    paid["financial_status"] = "paid"
    paid["updated_at"] = .string((PostbackBench.start + .minutes(3)).rfc3339)
    paid["line_items"] = [item("Shoe", sku: "S", "10", 3)]
    try await bench.send(.shopify, topic: "orders/paid", .object(paid))
    try await bench.send(.shopify, topic: "orders/paid", .object(paid))
    #expect(lines(try await report(bench)) == ["Shoe 3/1/30.00"])
    try await bench.send(.shopify, topic: "refunds/create", bench.refund(5, of: 1, "100.00"))
    #expect(lines(try await report(bench)) == [])
  }

  @Test func anArchivedProductKeepsItsName() async throws {
    let bench = try await WebhookBench()
    try await add("Shoe", sku: "S-1", bench)
    try await bench.send(
      .shopify, topic: "orders/paid", try await order(1, bench, [item("whatever", sku: "S-1", "10", 1)]))
    try await ProductStore().archive(1, at: PostbackBench.start, of: bench.scope, in: bench.scope)
    let archived = try await report(bench)
    #expect(lines(archived) == ["Shoe 1/1/10.00"] && archived.page.items[0].isArchived)
    try await add("Shoe 2", sku: "S-1", bench)
    #expect(lines(try await report(bench)) == ["Shoe 2 1/1/10.00"])
  }

  @Test func absurdAmountsDoNotBreakIt() async throws {
    let bench = try await WebhookBench()
    let items = (0..<100).map { item("P", sku: "S\($0 % 2)", "1000000000", 1_000_000) }
    try await bench.send(.shopify, topic: "orders/paid", try await order(1, bench, items + [item("P", "1", 1)]))
    let answer = try await report(bench)
    #expect(answer.totals.units == 100_000_000 && answer.totals.rows == 2)
  }

  @Test func thePixelsPurchasesTellTheirProducts() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      _ = try await admin.post("/admin/api/offers", json: ["name": "o", "url": "https://shop.example.org/"])
      _ = try await admin.post(
        "/admin/api/campaigns", json: ["name": "c", "slug": "c", "offer_id": 1, "cost_model": "none"])
      #expect(try await admin.post("/admin/api/products", json: ["name": "Running Shoes", "sku": "R"]).status == 201)
      let shopper = tracker.visitor
      #expect(try await shopper.get("/c/c").status == 302)
      let click = try #require(try await shopper.cookie("_tly_click"))
      let purchase: JSONValue = [
        "event": "purchase", "event_id": "e1", "click_id": .string(click),
        "data": [
          "order_id": "ORD-12345", "revenue": .number("89.99"), "currency": "USD",
          "products": [
            ["name": "Running Shoes", "price": .number("59.99"), "qty": 1],
            ["name": "Sports Socks", "sku": "SOCK", "price": "14.99", "qty": 2],
          ],
        ],
      ]
      // Sent twice, as a pixel does that heard no answer; 202 while the click is on its way to the database.
      for _ in 0..<2 { #expect([200, 202].contains(try await shopper.post("/api/pixel", json: purchase).status)) }
      var report: JSONValue = .null
      try await eventually("the report") {
        report = try await admin.get("/admin/api/products/report").json
        return report["items"]?.arrayValue?.isEmpty == false
      }
      let rows = report["items"]?.arrayValue ?? []
      #expect(rows.map { $0["name"] } == ["Running Shoes", "Sports Socks"])
      #expect(rows.map { $0["revenue"] } == ["59.99", "29.98"] && rows.map { $0["units"] } == [1, 2])
      #expect(rows.map { $0["product_id"] } == [1, .null])
      #expect(report["totals"]?["revenue"] == "89.97" && report["totals"]?["orders"] == 1)
      #expect(try await admin.get("/admin/api/products/report?sort=colour").status == 422)
      #expect(try await admin.get("/admin/api/products/report?from=2026-11-21&to=2026-11-20").status == 422)
      #expect(try await tracker.visitor.get("/admin/api/products/report").status == 401)
    }
  }
}
