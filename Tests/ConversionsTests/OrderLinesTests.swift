import Conversions
import Core
import Testing

@Suite struct OrderLinesTests {
  private typealias E = ShopEvents

  private func lines(_ reading: OrderReading) throws -> [PurchasedProduct] {
    try #require(E.facts([reading]).conversions.first).products
  }

  @Test func aShopifyOrderTellsWhatItIsOf() throws {
    var order = try #require(E.shopifyOrder("paid", minute: 0).objectValue)
    order["line_items"] = [
      ["title": "Shoe", "name": "Shoe - 42", "sku": "S-42", "product_id": 77, "price": "59.99", "quantity": 2],
      ["title": " ", "sku": "", "price": "1"], ["title": "Gift", "price": "a lot", "quantity": 1],
      ["title": "Nothing", "quantity": 0],
    ]
    let found = try lines(E.shopify("orders/paid", .object(order)))
    let currency = try #require(order["currency"]?.stringValue.flatMap { Currency($0) })
    #expect(
      found == [
        PurchasedProduct(
          sku: "S-42", externalID: "77", name: "Shoe", price: Micros("59.99"), currency: currency, quantity: 2),
        PurchasedProduct(name: "Gift", currency: currency),
      ])
  }

  @Test func aWooCommerceOrderTellsWhatItIsOf() throws {
    let order: JSONValue = [
      "id": 1, "status": "completed", "currency": "EUR", "total": "9",
      "line_items": [
        [
          "name": "Hat - red", "parent_name": "Hat", "sku": "H-1", "product_id": 9, "price": .number("4.5"),
          "quantity": 2,
        ]
      ],
    ]
    let found = try lines(WooCommerceReport.read(order.utf8, topic: nil, source: nil, at: E.time(0)))
    #expect(
      found == [
        PurchasedProduct(sku: "H-1", externalID: "9", name: "Hat", price: Micros("4.5"), currency: .eur, quantity: 2)
      ])
  }

  @Test func aStripeSessionTellsItOnlyWhereItsLinesAreInTheEvent() throws {
    #expect(try lines(E.stripe("checkout.session.completed", E.session)).isEmpty)
    var session = try #require(E.session.objectValue)
    session["line_items"] = [
      "object": "list",
      "data": [
        [
          "description": "Course", "quantity": 2,
          "price": ["product": "prod_1", "unit_amount": 1_999, "currency": "eur"],
        ],
        [
          "quantity": 1,
          "price": ["product": ["id": "prod_2", "name": "Book"], "unit_amount": 500, "currency": "jpy"],
        ],
        ["description": "Free", "price": ["product": "prod_3", "unit_amount": .null]], ["quantity": 1],
      ],
    ]
    let currency = try #require(session["currency"]?.stringValue.flatMap { Currency($0) })
    #expect(
      try lines(E.stripe("checkout.session.completed", .object(session))) == [
        PurchasedProduct(
          externalID: "prod_1", name: "Course", price: Micros("19.99"), currency: .eur, quantity: 2),
        PurchasedProduct(externalID: "prod_2", name: "Book", price: Micros("500"), currency: Currency("JPY")),
        PurchasedProduct(externalID: "prod_3", name: "Free", currency: currency),
      ])
  }

  @Test func theLatestStatementSaysWhatItIsOfWhateverComesFirst() throws {
    func order(_ minute: Int, _ sku: String) throws -> OrderReading {
      var order = try #require(E.shopifyOrder("paid", minute: minute).objectValue)
      order["line_items"] = [["title": "A", "sku": .string(sku), "quantity": 1]]
      return E.shopify("orders/updated", .object(order))
    }
    let (early, late) = (try order(0, "a"), try order(5, "b"))
    for readings in [[early, late], [late, early], [late, early, late]] {
      #expect(E.facts(readings).conversions.first?.products.map(\.sku) == ["b"])
    }
    // Two that say something else at the same time: always the same one.
    let other = try order(5, "c")
    #expect(E.facts([late, other]) == E.facts([other, late]))
  }

  @Test func longOrdersAreCut() throws {
    var order = try #require(E.shopifyOrder("paid", minute: 0).objectValue)
    order["line_items"] = .array((0..<150).map { ["title": .string("P\($0)"), "quantity": 1] })
    #expect(try lines(E.shopify("orders/paid", .object(order))).count == PurchasedProduct.limit)
  }

  @Test func whatIsNoLineIsNone() {
    #expect(PurchasedProduct() == nil)
    #expect(PurchasedProduct(name: "  ") == nil)
    #expect(PurchasedProduct(name: "A", quantity: 0) == nil)
    #expect(PurchasedProduct(name: "A", quantity: PurchasedProduct.greatestQuantity + 1) == nil)
    #expect(PurchasedProduct(sku: "S")?.name == "S")
    #expect(PurchasedProduct(name: "A", price: Micros("-1"))?.price == nil)
    #expect(PurchasedProduct(name: "A\0B")?.name == "AB")
    #expect(PurchasedProduct(name: String(repeating: "x", count: 400))?.name.unicodeScalars.count == 255)
  }
}
