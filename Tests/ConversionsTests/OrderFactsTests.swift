import Conversions
import Core
import Testing

/// Reports of one order, as shops send them.
enum ShopEvents {
  static let click = ClickID(at: Timestamp(seconds: 1_795_255_200))

  static func time(_ minute: Int) -> Timestamp { Timestamp(seconds: 1_795_258_800 + Int64(minute) * 60) }

  static func shopify(_ topic: String, _ body: JSONValue, minute: Int = 0) -> OrderReading {
    ShopifyReport.read(body.utf8, topic: topic, at: time(minute))
  }

  static func shopifyOrder(_ status: String, minute: Int, cancelled: Bool = false) -> JSONValue {
    [
      "id": 820982911946154508, "email": "Jon@Example.com ", "total_price": "100.00", "currency": "USD",
      "financial_status": .string(status), "updated_at": .string(time(minute).rfc3339), "browser_ip": "203.0.113.9",
      "cancelled_at": cancelled ? .string(time(minute).rfc3339) : nil,
      "note_attributes": [["name": "_tly_click", "value": JSONValue(click)]],
    ]
  }

  static func shopifyRefund(_ id: Int64, _ amount: String) -> JSONValue {
    [
      "id": .int(id), "order_id": 820982911946154508,
      "transactions": [
        ["id": .int(id + 1), "kind": "refund", "status": "success", "amount": .string(amount), "currency": "USD"]
      ],
    ]
  }

  static func woo(_ status: String, minute: Int, refunds: [String] = []) -> OrderReading {
    let body: JSONValue = [
      "id": 727, "status": .string(status), "currency": "EUR", "total": "29.35",
      "date_modified_gmt": .string(String(time(minute).rfc3339.prefix(19))),
      "billing": ["email": "john@example.com"], "customer_ip_address": "203.0.113.9",
      "meta_data": [["id": 1, "key": "_tly_click", "value": JSONValue(click)]],
      "refunds": .array(
        refunds.enumerated().map { ["id": .int(800 + $0.offset), "total": .string("-\($0.element)")] }),
    ]
    return WooCommerceReport.read(
      body.utf8, topic: "order.updated", source: "https://shop.example", at: time(minute))
  }

  static func stripe(_ type: String, minute: Int = 0, _ object: JSONValue) -> OrderReading {
    let event: JSONValue = [
      "id": "evt_1", "object": "event", "type": .string(type), "created": .int(time(minute).seconds),
      "data": ["object": object],
    ]
    return StripeReport.read(event.utf8)
  }

  static let session: JSONValue = [
    "id": "cs_1", "object": "checkout.session", "mode": "payment", "payment_status": "paid", "amount_total": 4_990,
    "currency": "usd", "client_reference_id": JSONValue(click), "payment_intent": "pi_1",
    "customer_details": ["email": "jenny@example.com"],
  ]

  static let subscription: JSONValue = [
    "id": "cs_2", "object": "checkout.session", "mode": "subscription", "payment_status": "paid",
    "amount_total": 2_000, "currency": "usd", "client_reference_id": JSONValue(click), "subscription": "sub_1",
    "invoice": "in_1",
  ]

  static func invoice(_ id: String, _ reason: String, paying payment: String? = nil, isNewAPI: Bool = false)
    -> JSONValue
  {
    var invoice: JSONObject = [
      "id": .string(id), "object": "invoice", "billing_reason": .string(reason), "amount_paid": 2_000,
      "currency": "usd",
    ]
    if isNewAPI {
      invoice["parent"] = ["type": "subscription_details", "subscription_details": ["subscription": "sub_1"]]
    } else {
      invoice["subscription"] = "sub_1"
      if let payment { invoice["payment_intent"] = .string(payment) }
    }
    return .object(invoice)
  }

  static func refunded(_ amount: Int64, of payment: String, isAll: Bool) -> JSONValue {
    [
      "id": .string("ch_\(payment)"), "object": "charge", "amount": 4_990, "amount_refunded": .int(amount),
      "refunded": .bool(isAll), "currency": "usd", "payment_intent": .string(payment),
    ]
  }

  static func dispute(_ status: String, of payment: String, _ amount: Int64 = 4_990) -> JSONValue {
    [
      "id": .string("du_\(payment)"), "object": "dispute", "status": .string(status), "amount": .int(amount),
      "currency": "usd", "charge": .string("ch_\(payment)"), "payment_intent": .string(payment),
    ]
  }

  static func report(_ reading: OrderReading) -> OrderReport? {
    if case .order(let report) = reading { report } else { nil }
  }

  static func facts(_ readings: [OrderReading]) -> OrderFacts {
    readings.compactMap { report($0) }.reduce(into: OrderFacts()) { $0.add($1.facts) }
  }
}

@Suite struct OrderFactsTests {
  private typealias E = ShopEvents

  private static func outcome(_ readings: [OrderReading]) -> [String] {
    E.facts(readings).conversions.map {
      "\($0.type.rawValue) \($0.status.rawValue) \($0.payout.amount) \($0.word ?? "-")"
    }
  }

  @Test(arguments: [
    (["paid"], ["sale sale 100.00 paid"]), (["pending"], ["sale hold 100.00 pending"]),
    (["pending", "paid"], ["sale sale 100.00 paid"]), (["paid", "cancelled"], ["sale rejected 100.00 cancelled"]),
    (["pending", "cancelled"], ["sale rejected 100.00 cancelled"]), (["voided"], ["sale rejected 100.00 cancelled"]),
    (["paid", "-10"], ["sale sale 90.00 partially_refunded"]),
    (["paid", "-10", "-90"], ["sale rejected 100.00 refunded"]), (["-10"], []), (["-100"], []),
    (["paid", "-250"], ["sale rejected 100.00 refunded"]),
    (["paid", "cancelled", "-100"], ["sale rejected 100.00 refunded"]),
  ])
  func shopifysOrder(_ steps: [String], _ expected: [String]) {
    let readings = steps.enumerated().map { minute, step -> OrderReading in
      if step.hasPrefix("-") {
        return E.shopify("refunds/create", E.shopifyRefund(Int64(900 + minute * 10), String(step.dropFirst())))
      }
      let isCancelled = step == "cancelled"
      return E.shopify(
        isCancelled ? "orders/cancelled" : "orders/create",
        E.shopifyOrder(isCancelled ? "paid" : step, minute: minute, cancelled: isCancelled))
    }
    #expect(Self.outcome(readings) == expected)
  }

  @Test(arguments: [
    (["pending"], ["sale hold 29.35 pending"]), (["processing"], ["sale hold 29.35 processing"]),
    (["on-hold", "processing", "completed"], ["sale sale 29.35 completed"]),
    (["completed", "refunded"], ["sale rejected 29.35 refunded"]), (["failed"], ["sale hold 29.35 failed"]),
    // A customer tries again.
    (["pending", "failed", "processing", "completed"], ["sale sale 29.35 completed"]),
    (["completed", "failed"], ["sale rejected 29.35 failed"]),
    (["processing", "failed"], ["sale rejected 29.35 failed"]),
    (["pending", "cancelled"], ["sale rejected 29.35 cancelled"]),
  ])
  func wooCommercesOrder(_ words: [String], _ expected: [String]) {
    #expect(Self.outcome(words.enumerated().map { E.woo($0.element, minute: $0.offset) }) == expected)
  }

  @Test func aPartOfAWooCommerceOrderIsRefunded() {
    #expect(
      Self.outcome([E.woo("completed", minute: 0), E.woo("completed", minute: 1, refunds: ["9.35"])])
        == ["sale sale 20.00 partially_refunded"])
  }

  @Test func aSubscriptionIsOneSaleAndItsRebills() {
    let readings = [
      E.stripe("invoice.paid", minute: 2, E.invoice("in_3", "subscription_cycle", paying: "pi_3")),
      E.stripe("charge.refunded", minute: 3, E.refunded(500, of: "pi_3", isAll: false)),
      E.stripe("invoice.paid", minute: 1, E.invoice("in_2", "subscription_cycle", isNewAPI: true)),
      E.stripe("invoice.paid", E.invoice("in_1", "subscription_create", paying: "pi_1")),
      E.stripe("checkout.session.completed", E.subscription),
    ]
    #expect(
      Self.outcome(readings) == [
        "sale sale 20.00 paid", "rebill sale 20.00 paid", "rebill sale 15.00 partially_refunded",
      ])
    let conversions = E.facts(readings).conversions
    #expect(conversions.map(\.transactionID) == ["sub_1", "in_2", "in_3"])
    #expect(conversions.map(\.parentTransactionID) == [nil, "sub_1", "sub_1"])
    #expect(E.facts(Array(readings.prefix(3))).conversions.isEmpty)
  }

  @Test func aDisputeTakesTheMoneyUntilItIsDecided() {
    let sale = E.stripe("checkout.session.completed", E.session)
    let created = E.stripe("charge.dispute.created", minute: 1, E.dispute("needs_response", of: "pi_1"))
    #expect(Self.outcome([sale, created]) == ["sale sale 0.00 disputed"])
    let won = E.stripe("charge.dispute.closed", minute: 2, E.dispute("won", of: "pi_1"))
    #expect(Self.outcome([sale, created, won]) == ["sale sale 49.90 paid"])
    let lost = E.stripe("charge.dispute.closed", minute: 2, E.dispute("lost", of: "pi_1"))
    #expect(Self.outcome([sale, created, lost]) == ["sale rejected 49.90 chargeback"])
    let inquiry = E.stripe("charge.dispute.created", E.dispute("warning_needs_response", of: "pi_1"))
    #expect(Self.outcome([sale, inquiry]) == ["sale sale 49.90 paid"])
  }

  @Test func thePaymentOfAnInvoiceIsFoundInNewerVersionsOfTheAPI() {
    let readings = [
      E.stripe("checkout.session.completed", E.subscription),
      E.stripe("charge.refunded", E.refunded(2_000, of: "pi_9", isAll: true)),
      E.stripe("invoice.paid", minute: 5, E.invoice("in_9", "subscription_cycle", isNewAPI: true)),
      E.stripe(
        "invoice_payment.paid",
        ["id": "inpay_1", "invoice": "in_9", "payment": ["type": "payment_intent", "payment_intent": "pi_9"]]),
    ]
    #expect(Self.outcome(readings) == ["sale sale 20.00 paid", "rebill rejected 20.00 refunded"])
  }

  @Test func anySequenceWithRepetitionsEndsTheSame() throws {
    var generator = SeededGenerator(seed: 7)
    let orders: [[OrderReading]] = [
      [
        E.shopify("orders/create", E.shopifyOrder("pending", minute: 0)),
        E.shopify("orders/paid", E.shopifyOrder("paid", minute: 1)),
        E.shopify("refunds/create", E.shopifyRefund(7, "30.00")), E.shopify("refunds/create", E.shopifyRefund(9, "5")),
        E.shopify("orders/cancelled", E.shopifyOrder("partially_refunded", minute: 3, cancelled: true)),
      ],
      ["pending", "failed", "processing", "completed", "failed", "completed", "refunded"].enumerated().map {
        E.woo($0.element, minute: $0.offset)
      },
      [
        E.stripe("checkout.session.completed", E.subscription),
        E.stripe("invoice.paid", E.invoice("in_1", "subscription_create", paying: "pi_1")),
        E.stripe("invoice.paid", minute: 1, E.invoice("in_2", "subscription_cycle", paying: "pi_2")),
        E.stripe("invoice.paid", minute: 2, E.invoice("in_3", "subscription_cycle", paying: "pi_3")),
        E.stripe("charge.refunded", minute: 3, E.refunded(500, of: "pi_2", isAll: false)),
        E.stripe("charge.refunded", minute: 4, E.refunded(2_000, of: "pi_2", isAll: true)),
        E.stripe("charge.dispute.created", minute: 3, E.dispute("needs_response", of: "pi_3", 2_000)),
        E.stripe("charge.dispute.closed", minute: 5, E.dispute("lost", of: "pi_3", 2_000)),
      ],
    ]
    for order in orders {
      let expected = E.facts(order)
      for _ in 0..<200 {
        var events = order + order.filter { _ in Bool.random(using: &generator) }
        events.shuffle(using: &generator)
        var facts = OrderFacts()
        var seen: [String: OrderConversion] = [:]
        for event in events {
          facts.add(try #require(E.report(event)).facts)
          for conversion in facts.conversions {
            let id = "\(conversion.type.rawValue) \(conversion.transactionID)"
            if let before = seen[id], before.status != conversion.status {
              #expect(before.status.successors.contains(conversion.status), "\(before) -> \(conversion)")
            }
            if let before = seen[id], before.scheme != conversion.scheme {
              #expect(before.scheme.successors.contains(conversion.scheme), "\(before) -> \(conversion)")
            }
            seen[id] = conversion
          }
        }
        #expect(facts == expected)
        #expect(facts.conversions == expected.conversions)
      }
    }
  }
}
