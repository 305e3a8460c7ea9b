public import Core

/// A webhook of WooCommerce: https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks. An order in its whole
/// state, whichever topic it comes under; core has no topic for an order that is completed.
public enum WooCommerceReport {
  /// What WooCommerce posts when a webhook is saved: a form, unsigned. It must be answered with 200.
  public static func isPing(_ hit: PostbackHit) -> Bool {
    hit.body.starts(with: Array("webhook_id=".utf8)) && hit.body.count <= 64
  }

  /// - Parameters:
  ///   - topic: `X-WC-Webhook-Topic`.
  ///   - source: `X-WC-Webhook-Source`, the shop's address: order numbers are unique in one shop only.
  public static func read(_ body: [UInt8], topic: String?, source: String?, at time: Timestamp) -> OrderReading {
    do throws(OrderReadingEnd) {
      switch topic {
      case "order.created", "order.updated", "order.restored", "action.woocommerce_order_status_completed", nil:
        return .order(try order(OrderDocument(body), source: source ?? "", at: time))
      case let topic?: return .ignored("WooCommerce's \(topic) is not about a conversion.")
      }
    } catch {
      return error.reading
    }
  }

  private static func order(
    _ order: OrderDocument, source: String, at time: Timestamp
  ) throws(OrderReadingEnd) -> OrderReport {
    let id = try order.id("id")
    let word = order.text("status") ?? "completed"
    guard word != "checkout-draft", word != "auto-draft" else {
      throw .ignored("The order is a draft: nobody has placed it yet.")
    }
    // Times without zone, in UTC.
    let modified = order.text("date_modified_gmt").flatMap { Timestamp(rfc3339: $0.hasSuffix("Z") ? $0 : "\($0)Z") }
    let at = modified ?? time
    var payment = OrderPayment(kind: .sale, transactionID: id)
    let currency = try order.currency("currency")
    payment.statement = OrderPayment.Statement(
      at: at, amount: try order.amount("total"), currency: currency, word: word,
      products: order.lines(named: ["parent_name", "name"], in: currency))
    var reversals = PaymentReversals()
    switch word {
    case "completed": payment.paidAt = at
    case "processing": payment.acceptedAt = at
    case "failed": payment.failedAt = at
    case "cancelled", "trash": payment.isCancelled = true
    case "refunded": reversals.isFullyRefunded = true
    default: break
    }
    for refund in order["refunds"]?.list ?? [] {
      guard let total = refund.text("total").flatMap({ Micros($0.trimmingPrefix("-")) }) else { continue }
      reversals.refunds[try refund.id("id")] = .init(amount: total)
    }
    var facts = OrderFacts()
    facts.payments[id] = payment
    if reversals != PaymentReversals() { facts.reversals[id] = reversals }
    facts.clickIDs = clicks(order)
    facts.address = order.text("customer_ip_address").flatMap { IPAddress($0) }
    return OrderReport(keys: ["\(source.limited(to: 200)) \(id)"], facts: facts, email: order["billing"]?.text("email"))
  }

  /// Ours, and the address by which WooCommerce's own attribution saw the customer come in.
  private static func clicks(_ order: OrderDocument) -> [ClickID] {
    var clicks: Set<ClickID> = []
    for meta in order["meta_data"]?.list ?? [] {
      switch meta.text("key") {
      case OrderDocument.clickName: if let id = meta.click("value") { clicks.insert(id) }
      case "_wc_order_attribution_session_entry": if let id = meta.clickInAddress("value") { clicks.insert(id) }
      default: break
      }
    }
    return clicks.sorted()
  }
}
