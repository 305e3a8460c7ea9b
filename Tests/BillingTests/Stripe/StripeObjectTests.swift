import Core
import TestSupport
import Testing

@testable import Billing

@Suite struct StripeObjectTests {
  private static let start: Int64 = 1_795_255_200
  private static let end: Int64 = 1_797_847_200

  @Test func aSubscriptionIsRead() throws {
    let subscription = try StripeSubscription(
      StripeShapes.subscription(ours: 7, start: Self.start, end: Self.end, more: ["cancel_at_period_end": true]))
    #expect(subscription.ours == 7 && subscription.status == .active && subscription.price == "price_1")
    #expect(subscription.item == "si_1" && subscription.endsWithPeriod && !subscription.endedUnpaid)
    #expect(subscription.periodEnd == Timestamp(seconds: Self.end))
    let unpaid = StripeShapes.subscription(
      status: "canceled", ours: nil, start: Self.start, end: Self.end,
      more: ["ended_at": .int(Self.end), "cancellation_details": ["reason": "payment_failed"]])
    #expect(try StripeSubscription(unpaid).endedUnpaid && StripeSubscription(unpaid).ours == nil)
  }

  @Test func anotherShapeIsAnErrorAndNoCrash() throws {
    let good = StripeShapes.subscription(start: Self.start, end: Self.end).objectValue ?? [:]
    for name in ["id", "customer", "status", "items", "current_period_start", "current_period_end"] {
      for wrong in [nil, .null, .bool(true), .object([:])] as [JSONValue?] {
        var object = good
        object[name] = wrong
        #expect(throws: StripeError.self, "\(name)") { try StripeSubscription(.object(object)) }
      }
    }
    #expect(throws: StripeError.self) {
      try StripeSubscription(StripeShapes.subscription(status: "dormant", start: Self.start, end: Self.end))
    }
    #expect(throws: StripeError.self) {
      try StripeSubscription(StripeShapes.subscription(start: Self.end, end: Self.start))
    }
  }

  @Test func anInvoicesPartsComeToWhatIsDue() throws {
    let plain = try StripeInvoice(
      StripeShapes.invoice(
        lines: [("Pro", 7_900)], tax: 1_501, start: Self.start, end: Self.end, created: Self.start))
    #expect(plain.due == 9_401 && plain.tax == 1_501 && plain.adjustment == 0 && plain.charge == "ch_1")
    #expect(plain.covers?.end == Timestamp(seconds: Self.end) && plain.paidAt == Timestamp(seconds: Self.start))
    let discounted = try StripeInvoice(
      StripeShapes.invoice(
        lines: [("Pro", 7_900)], start: Self.start, end: Self.end, created: Self.start,
        more: ["total": 6_900, "amount_due": 6_500]))
    #expect(discounted.due == 6_500 && discounted.adjustment == -1_400)
    let absurd = StripeShapes.invoice(
      lines: [("Pro", .max)], start: Self.start, end: Self.end, created: Self.start, more: ["amount_due": 1])
    #expect(throws: StripeError.self) { try StripeInvoice(absurd) }
  }

  @Test func anEventIsReadWhateverItIsAbout() throws {
    func event(_ type: String, _ object: JSONValue, _ version: String? = StripeShapes.version) throws -> StripeEvent {
      try StripeEvent(
        StripeShapes.event(id: "evt_1", type: type, created: Self.start, object: object, version: version).utf8)
    }
    let paid = try event("invoice.paid", ["id": "in_1", "object": "invoice"])
    #expect(paid.subject == .invoice && paid.objectID == "in_1" && paid.snapshot != nil && paid.mode == .test)
    // Another version's shape is not read.
    #expect(try event("invoice.paid", ["id": "in_1", "object": "invoice"], "2025-08-27.basil").snapshot == nil)
    #expect(try event("invoice.paid", ["id": "in_1", "object": "invoice"], nil).snapshot == nil)
    let refund = try event("refund.created", ["id": "re_1", "object": "refund", "charge": "ch_1"])
    #expect(refund.subject == .charge && refund.objectID == "ch_1" && refund.snapshot == nil)
    #expect(try event("payout.paid", ["id": "po_1", "object": "payout"]).subject == nil)
    #expect(throws: StripeError.self) { try event("invoice.paid", ["id": "in_1/../x", "object": "invoice"]) }
    for text in ["", "{}", "[]", "{\"object\":\"event\"}", "{\"object\":\"event\",\"data\":{\"object\":{}}}"] {
      #expect(throws: StripeError.self) { try StripeEvent(Array(text.utf8)) }
    }
  }

  @Test func onlyWhatIsNewerIsBelieved() throws {
    func event(_ created: Int64, _ version: String = StripeShapes.version) throws -> StripeEvent {
      try StripeEvent(
        StripeShapes.event(
          id: "evt_1", type: "invoice.paid", created: created, object: ["id": "in_1"], version: version
        ).utf8)
    }
    let known = StripeObjectState(asOf: Timestamp(seconds: 100), version: 3)
    #expect(StripeDecision(try event(101), known: known) == .apply(known))
    #expect(StripeDecision(try event(100), known: known) == .fetch(known))
    #expect(StripeDecision(try event(99), known: known) == .fetch(known))
    #expect(StripeDecision(try event(99), known: nil) == .apply(nil))
    #expect(StripeDecision(try event(101, "2025-08-27.basil"), known: known) == .fetch(known))
  }
}
