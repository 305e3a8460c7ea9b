import ClickPath
import Core
import Testing

@testable import TenantTracker

@Suite struct PixelReportTests {
  private static let click = "019b8e1d-7c00-7000-8000-000000000001"

  private func report(_ fields: JSONObject) throws -> PixelReport {
    var object = fields
    if object["click_id"] == nil { object["click_id"] = .string(Self.click) }
    return try PixelReport(object)
  }

  @Test func thePixelsOwnFormIsRead() throws {
    let found = try report([
      "event": "purchase", "event_id": "e1", "age": 1500,
      "data": [
        "order_id": "ORD-1", "revenue": .number("89.99"), "currency": "usd", "email": " Jane@Example.com ",
        "products": [["name": "Running Shoes", "price": .number("59.99"), "qty": 1], "Socks", 7, ["price": 1]],
      ],
    ])
    #expect(found.kind == "purchase")
    #expect(found.isConversion)
    #expect(found.eventID == "e1")
    #expect(found.orderID == "ORD-1")
    #expect(found.value?.description == "89.99")
    #expect(found.currency == .usd)
    #expect(found.products.map(\.name) == ["Running Shoes", "Socks", "7"])
    #expect(found.products.first?.quantity == 1)
    // printf %s jane@example.com | sha256sum
    #expect(found.email?.hex == "8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d")
    #expect(found.age == .milliseconds(1_500))
  }

  @Test func whatGoesIntoTheJournalNamesNobodyAndIsReadBack() throws {
    let found = try report([
      "event": "lead", "event_id": "e2", "data": ["email": "jane@example.com", "phone": "+49 30 1234", "note": "hi"],
    ])
    let text = JSONValue.object(found.json).text
    #expect(!text.contains("jane"))
    #expect(!text.contains("1234"))
    #expect(!text.contains("hi"))
    #expect(try PixelReport(found.json) == found)
  }

  @Test(arguments: [
    ("pageview", "pageview", false), ("Page View", "pageview", false), ("add-to-cart", "add_to_cart", false),
    ("InitiateCheckout", "checkout", false), ("checkout", "checkout", false), ("Purchase", "purchase", true),
    ("order", "purchase", true), ("sale", "purchase", true), ("lead", "lead", true), ("newsletter", "newsletter", true),
    ("upsell", "upsell", true),
  ])
  func wordsForEvents(_ word: String, _ kind: String, _ isConversion: Bool) throws {
    let found = try report(["event": .string(word)])
    #expect(found.kind == kind)
    #expect(found.isConversion == isConversion)
  }

  @Test func anAmountThatCannotBeReadStopsOnlyAConversion() throws {
    #expect(try report(["event": "add_to_cart", "price": "a few"]).value == nil)
    #expect(try report(["event": "checkout", "cart_total": "-1"]).value == nil)
    for text in ["NaN", "89.99 EUR", "-1", "1000000001", "1e400"] {
      #expect(throws: Problem.self) { try report(["event": "purchase", "revenue": .string(text)]) }
    }
    #expect(try report(["event": "purchase", "revenue": "10,50"]).value?.description == "10.50")
    #expect(try report(["event": "purchase"]).value == nil)
  }

  @Test func whatHasNoEventOrNoClickOfOursIsRefused() {
    let refusals: [(JSONObject, Int)] = [
      (["click_id": .string(Self.click)], 422), (["event": "", "click_id": .string(Self.click)], 422),
      (["event": .string(String(repeating: "x", count: 65)), "click_id": .string(Self.click)], 422),
      (["event": "pageview"], 422), (["event": "pageview", "click_id": "abc"], 404),
      // A random UUID: it has no time of its own.
      (["event": "pageview", "click_id": "6f8c3f0e-4f6b-4d0b-9a3c-0e6f0f1b2c3d"], 404),
    ]
    for (object, status) in refusals {
      #expect { try PixelReport(object) } throws: { ($0 as? Problem)?.status == status }
    }
  }

  @Test func everythingHasABound() throws {
    let long = String(repeating: "o", count: 5_000)
    let other = long + "x"
    let products = JSONValue.array((0..<80).map { ["name": .string("\(long)\($0)")] })
    let found = try report([
      "event": "purchase", "event_id": .string(long), "order_id": .string(long), "age": .int(Int64.max),
      "products": products,
    ])
    #expect(found.eventID?.count == 64)
    #expect(found.orderID?.count == 64)
    #expect(try report(["event": "purchase", "order_id": .string(other)]).orderID != found.orderID)
    #expect(found.products.count == 50)
    #expect(found.products.allSatisfy { $0.name.count == 200 })
    #expect(found.age == PixelReport.greatestAge)
    #expect(try report(["event": "pageview", "age": -5]).age == .zero)
    #expect(try report(["event": "a\0b", "order_id": "x\0y"]).orderID == "xy")
  }

  @Test func anEventThatWaitedIsWhenItWas() throws {
    let click = try #require(ClickID(Self.click))
    let now = click.timestamp + .hours(5)
    let waited = try report(["event": "pageview", "age": 3_600_000])
    #expect(ShopEvent(waited, tenantID: 1, hit: click, from: nil, at: now).at == now - .hours(1))
    let impossible = try report(["event": "pageview", "age": .int(Int64(6 * 3_600_000))])
    #expect(ShopEvent(impossible, tenantID: 1, hit: click, from: nil, at: now).at == click.timestamp)
  }
}
