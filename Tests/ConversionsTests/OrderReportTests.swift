import Conversions
import Core
import Testing

@Suite struct OrderReportTests {
  private typealias E = ShopEvents

  @Test func aShopifyOrderTellsWhoseItIs() throws {
    let report = try #require(E.report(E.shopify("orders/create", E.shopifyOrder("paid", minute: 0))))
    #expect(report.keys == ["820982911946154508"])
    #expect(report.email == "Jon@Example.com")
    #expect(report.facts.clickIDs == [E.click])
    #expect(report.facts.address == IPAddress("203.0.113.9"))
  }

  @Test func theAddressACustomerCameInOnHasTheClick() throws {
    var order = try #require(E.shopifyOrder("paid", minute: 0).objectValue)
    order["note_attributes"] = []
    order["landing_site"] = .string("/products/shoe?utm_source=x&_tly_click=\(E.click)#top")
    #expect(E.report(E.shopify("orders/create", .object(order)))?.facts.clickIDs == [E.click])
    let meta: JSONValue = [
      "id": 1, "status": "completed", "currency": "EUR", "total": "9",
      "meta_data": [
        [
          "key": "_wc_order_attribution_session_entry",
          "value": .string("https://shop.example/?_tly_click=\(E.click)&x=1"),
        ], ["key": "other", "value": ["a": 1]],
      ],
    ]
    let woo = WooCommerceReport.read(meta.utf8, topic: nil, source: nil, at: E.time(0))
    #expect(E.report(woo)?.facts.clickIDs == [E.click])
  }

  @Test func withoutATopicTheBodySaysWhatItIs() {
    let order = ShopifyReport.read(E.shopifyOrder("paid", minute: 0).utf8, topic: nil, at: E.time(0))
    #expect(E.facts([order]).conversions.map(\.status) == [.sale])
    let refund = ShopifyReport.read(E.shopifyRefund(1, "5.00").utf8, topic: nil, at: E.time(0))
    #expect(E.facts([order, refund]).conversions.map(\.payout.amount.description) == ["95.00"])
    let bare: JSONValue = ["id": 5, "total_price": .number("12.5"), "currency": "usd"]
    #expect(E.facts([.init(bare)]).conversions.isEmpty == false)
  }

  @Test func aRefundInTheCustomersCurrencyIsTheSamePartOfTheOrder() throws {
    var order = try #require(E.shopifyOrder("paid", minute: 0).objectValue)
    order["total_price_set"] = [
      "shop_money": ["amount": "100.00", "currency_code": "USD"],
      "presentment_money": ["amount": "80.00", "currency_code": "EUR"],
    ]
    var refund = try #require(E.shopifyRefund(1, "20.00").objectValue)
    refund["transactions"] = [["id": 3, "kind": "refund", "status": "success", "amount": "20.00", "currency": "EUR"]]
    let facts = E.facts([
      E.shopify("orders/paid", .object(order)), E.shopify("refunds/create", .object(refund)),
    ])
    #expect(facts.conversions.map(\.payout.amount.description) == ["75.00"])
  }

  @Test func aRefundThatFailedMovesNothing() throws {
    var refund = try #require(E.shopifyRefund(1, "20.00").objectValue)
    refund["transactions"] = [
      ["id": 3, "kind": "refund", "status": "failure", "amount": "20.00"],
      ["id": 4, "kind": "void", "status": "success", "amount": "20.00"],
    ]
    let facts = E.facts([
      E.shopify("orders/paid", E.shopifyOrder("paid", minute: 0)), E.shopify("refunds/create", .object(refund)),
    ])
    #expect(facts.conversions.map(\.payout.amount.description) == ["100.00"])
  }

  @Test(arguments: [
    ("JPY", 4_990, "4990.00"), ("jpy", 1, "1.00"), ("USD", 4_990, "49.90"), ("KWD", 49_900, "49.90"),
    ("ISK", 500_000, "5000.00"), ("UGX", 500_000, "5000.00"), ("KRW", 15_000, "15000.00"), ("usd", 0, "0.00"),
  ])
  func stripesSmallestUnit(_ currency: String, _ count: Int64, _ amount: String) throws {
    var session = try #require(E.session.objectValue)
    session["currency"] = .string(currency)
    session["amount_total"] = .int(count)
    let facts = E.facts([E.stripe("checkout.session.completed", .object(session))])
    #expect(facts.conversions.map(\.payout.amount.description) == [amount])
  }

  @Test func aPaymentThatTakesDaysIsHeldUntilItIsMade() throws {
    var session = try #require(E.session.objectValue)
    session["payment_status"] = "unpaid"
    let begun = E.stripe("checkout.session.completed", .object(session))
    #expect(E.facts([begun]).conversions.map(\.status) == [.hold])
    let made = E.stripe("checkout.session.async_payment_succeeded", minute: 1, E.session)
    #expect(E.facts([begun, made]).conversions.map(\.status) == [.sale])
    let failed = E.stripe("checkout.session.async_payment_failed", minute: 1, .object(session))
    #expect(E.facts([failed, begun]).conversions.map(\.status) == [.rejected])
  }

  @Test func whatIsNotAboutAConversionIsIgnored() {
    for reading in [
      E.shopify("products/update", [:]), E.stripe("customer.created", ["id": "cus_1"]),
      E.stripe("checkout.session.completed", ["id": "cs_1", "mode": "setup"]),
      E.stripe("invoice.paid", ["id": "in_1", "currency": "usd", "amount_paid": 100]),
      WooCommerceReport.read(Array("{}".utf8), topic: "product.updated", source: nil, at: E.time(0)),
      E.woo("checkout-draft", minute: 0),
    ] {
      guard case .ignored = reading else {
        Issue.record("\(reading)")
        continue
      }
    }
  }

  @Test func whatCannotBeReadIsNamed() {
    for (reading, name) in [
      (E.shopify("orders/create", ["total_price": "5", "currency": "USD"]), "id"),
      (E.shopify("orders/create", ["id": 1, "total_price": "five", "currency": "USD"]), "total_price"),
      (E.shopify("orders/create", ["id": 1, "total_price": "5", "currency": "dollars"]), "currency"),
      (E.stripe("checkout.session.completed", ["id": "cs_1", "currency": "usd", "amount_total": "5"]), "amount_total"),
      (StripeReport.read(Array("{\"type\": \"invoice.paid\"}".utf8)), "data.object"),
    ] {
      guard case .refused(.badParameter(let found, _)) = reading else {
        Issue.record("\(reading)")
        continue
      }
      #expect(found == name)
    }
    for body in ["", "[]", "nonsense", "{\"id\":"] {
      let reading = ShopifyReport.read(Array(body.utf8), topic: "orders/create", at: E.time(0))
      guard case .refused(.badBody) = reading else {
        Issue.record("\(body): \(reading)")
        continue
      }
    }
  }

  @Test func wooCommercesPingIsKnown() {
    func hit(_ body: String) -> PostbackHit {
      PostbackHit(
        id: ConversionID(at: arrival), channel: .woocommerce, method: .post, query: "",
        contentType: "application/x-www-form-urlencoded", body: Array(body.utf8))
    }
    #expect(WooCommerceReport.isPing(hit("webhook_id=7")))
    #expect(!WooCommerceReport.isPing(hit("{\"id\": 7}")))
  }
}

extension OrderReading {
  fileprivate init(_ order: JSONValue) { self = ShopifyReport.read(order.utf8, topic: nil, at: ShopEvents.time(0)) }
}
