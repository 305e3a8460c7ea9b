import Core

/// A subscription's life at Stripe: bought, renewed after a declined card, partly refunded, upgraded, disputed, canceled.
public enum StripeLife {
  public static let start: Int64 = 1_795_255_200  // 2026-11-21T10:00:00Z
  public static let day: Int64 = 86_400

  /// - Parameter ours: our subscription, which waits for its first payment.
  public static func happenings(ours: Int64) -> [StripeStandIn.Happening] {
    var life = Writer(ours: ours)
    life.subscription("created", status: "incomplete", at: 0)
    life.invoice("in_1", "finalized", status: "open", at: 0)
    // The same second, as it often is.
    life.invoice("in_1", "paid", status: "paid", at: 1)
    life.subscription("updated", status: "active", at: 1)
    life.add(
      "checkout.session.completed", "checkout/sessions/cs_test_1", at: 2,
      StripeShapes.checkout(ours: ours, subscription: "sub_1", invoice: "in_1", expires: start + day))
    life.period += 1
    life.subscription("updated", status: "active", at: 30 * day)
    life.invoice("in_2", "finalized", status: "open", at: 30 * day + 3_600)
    life.invoice("in_2", "payment_failed", status: "open", at: 30 * day + 3_601)
    life.subscription("updated", status: "past_due", at: 30 * day + 3_601)
    life.invoice("in_2", "paid", status: "paid", at: 33 * day)
    life.subscription("updated", status: "active", at: 33 * day)
    let refunded = StripeShapes.charge(id: "ch_in_2", invoice: "in_2", amount: 7_900, refunded: 2_000)
    life.add("charge.refunded", "charges/ch_in_2", at: 40 * day, refunded)
    life.add(
      "refund.created", nil, at: 40 * day,
      ["id": "re_1", "object": "refund", "charge": "ch_in_2", "amount": 2_000, "status": "succeeded"])
    life.price = "price_enterprise"
    life.subscription("updated", status: "active", at: 41 * day)
    life.invoice(
      "in_3", "paid", status: "paid", reason: "subscription_update",
      lines: [("Unused time on Pro", -4_000), ("Remaining time on Enterprise", 12_500)], at: 41 * day)
    life.dispute("created", status: "needs_response", at: 45 * day)
    life.dispute("closed", status: "won", at: 50 * day)
    life.subscription(
      "updated", status: "active", at: 55 * day,
      more: ["cancel_at_period_end": true, "canceled_at": .int(start + 55 * day)])
    let ended: JSONObject = ["canceled_at": .int(start + 55 * day), "ended_at": .int(start + 60 * day)]
    life.subscription("deleted", status: "canceled", at: 60 * day, more: ended)
    return life.happenings
  }

  /// Tells Stripe's story, step by step.
  private struct Writer {
    let ours: Int64
    var period: Int64 = 0
    var price = "price_pro"
    var happenings: [StripeStandIn.Happening] = []

    mutating func add(_ type: String, _ path: String?, at time: Int64, _ object: JSONValue) {
      happenings.append(
        StripeStandIn.Happening(
          "evt_\(happenings.count)", type, at: start + time, object, path: path.map { "/v1/\($0)" }))
    }

    mutating func subscription(_ what: String, status: String, at time: Int64, more: JSONObject = [:]) {
      add(
        "customer.subscription.\(what)", "subscriptions/sub_1", at: time,
        StripeShapes.subscription(
          status: status, ours: ours, price: price, start: start + period * 30 * day,
          end: start + (period + 1) * 30 * day, more: more))
    }

    mutating func invoice(
      _ id: String, _ what: String, status: String, reason: String? = nil,
      lines: [(text: String, amount: Int64)] = [("Trackily Pro", 7_900)], at time: Int64
    ) {
      let usual = id == "in_1" ? "subscription_create" : "subscription_cycle"
      add(
        "invoice.\(what)", "invoices/\(id)", at: time,
        StripeShapes.invoice(
          id: id, status: status, reason: reason ?? usual, lines: lines, charge: "ch_\(id)",
          start: reason == nil ? start + period * 30 * day : start + time, end: start + (period + 1) * 30 * day,
          created: start + time))
    }

    mutating func dispute(_ what: String, status: String, at time: Int64) {
      add(
        "charge.dispute.\(what)", "disputes/dp_1", at: time,
        StripeShapes.dispute(charge: "ch_in_3", amount: 8_500, status: status, created: start + time))
    }
  }
}
