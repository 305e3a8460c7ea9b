public import Core

/// A webhook of Shopify: https://shopify.dev/docs/api/webhooks. An order in its whole state, or one refund.
public enum ShopifyReport {
  /// - Parameter topic: `X-Shopify-Topic`; nil leaves it to what the body looks like.
  public static func read(_ body: [UInt8], topic: String?, at time: Timestamp) -> OrderReading {
    do throws(OrderReadingEnd) {
      switch topic {
      case "orders/create", "orders/paid", "orders/updated", "orders/cancelled":
        return .order(try order(OrderDocument(body), topic: topic, at: time))
      case "refunds/create": return .order(try refund(OrderDocument(body)))
      case nil:
        let document = try OrderDocument(body)
        return .order(
          document["order_id"] == nil ? try order(document, topic: nil, at: time) : try refund(document))
      case let topic?: return .ignored("Shopify's \(topic) is not about a conversion.")
      }
    } catch {
      return error.reading
    }
  }

  private static func order(
    _ order: OrderDocument, topic: String?, at time: Timestamp
  ) throws(OrderReadingEnd) -> OrderReport {
    let id = try order.id("id")
    let updated = order.text("updated_at").flatMap { Timestamp(rfc3339: $0) } ?? time
    let word = order.text("financial_status")
    var payment = OrderPayment(kind: .sale, transactionID: id)
    let currency = try order.currency("currency")
    payment.statement = OrderPayment.Statement(
      at: updated, amount: try order.amount("total_price"), currency: currency,
      shown: shown(order["total_price_set"]?["presentment_money"]), word: word ?? "paid",
      products: order.lines(named: ["title", "name"], in: currency))
    // Without a word for it, an order that is reported is one that was made.
    let isPaid = topic == "orders/paid" || ["paid", "partially_refunded", "refunded"].contains(word ?? "paid")
    if isPaid { payment.paidAt = updated }
    payment.isCancelled = topic == "orders/cancelled" || order["cancelled_at"] != nil || word == "voided"
    var facts = OrderFacts()
    facts.payments[id] = payment
    for refund in order["refunds"]?.list ?? [] {
      facts.reversals[id, default: PaymentReversals()].add(try reversals(refund))
    }
    if word == "refunded" { facts.reversals[id, default: PaymentReversals()].isFullyRefunded = true }
    facts.clickIDs = clicks(order)
    facts.address = (order.text("browser_ip") ?? order["client_details"]?.text("browser_ip")).flatMap { IPAddress($0) }
    let email = order.text("email") ?? order.text("contact_email") ?? order["customer"]?.text("email")
    return OrderReport(keys: [id], facts: facts, email: email)
  }

  private static func shown(_ money: OrderDocument?) -> OrderPayment.Statement.Shown? {
    guard let money, let amount = try? money.amount("amount"), let currency = try? money.currency("currency_code")
    else { return nil }
    return .init(amount: amount, currency: currency)
  }

  private static func clicks(_ order: OrderDocument) -> [ClickID] {
    let noted = (order["note_attributes"]?.list ?? []).filter { $0.text("name") == OrderDocument.clickName }
    return Set((noted.map { $0.click("value") } + [order.clickInAddress("landing_site")]).compactMap { $0 }).sorted()
  }

  private static func refund(_ refund: OrderDocument) throws(OrderReadingEnd) -> OrderReport {
    let order = try refund.id("order_id")
    var facts = OrderFacts()
    facts.reversals[order] = try reversals(refund)
    return OrderReport(keys: [order], facts: facts)
  }

  /// What was paid back. A refund without a transaction that succeeded restocks goods and moves no money.
  private static func reversals(_ refund: OrderDocument) throws(OrderReadingEnd) -> PaymentReversals {
    let id = try refund.id("id")
    var reversals = PaymentReversals()
    for (index, transaction) in (refund["transactions"]?.list ?? []).enumerated()
    where transaction.text("kind") ?? "refund" == "refund" && transaction.text("status") ?? "success" == "success" {
      reversals.refunds["\(id)/\(transaction.text("id") ?? "\(index)")"] = PaymentReversals.Refund(
        amount: try transaction.amount("amount"), currency: transaction.text("currency").flatMap { Currency($0) })
    }
    return reversals
  }
}
