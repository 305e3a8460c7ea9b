import Core

/// An event of Stripe: https://docs.stripe.com/api/events. A Checkout session begins an order; invoices, charges and
/// disputes lead to it by the ids of its payment and subscription, in whatever version of the API they are written.
public enum StripeReport {
  public static func read(_ body: [UInt8]) -> OrderReading {
    do throws(OrderReadingEnd) {
      let event = try OrderDocument(body)
      let type = try event.id("type")
      guard let object = event["data"]?["object"] else { throw .refused("data.object", "is missing") }
      let at = Timestamp(seconds: event.value["created"]?.intValue ?? 0)
      switch type {
      case "checkout.session.completed", "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed":
        return .order(try session(object, type, at: at))
      case "invoice.paid", "invoice.payment_succeeded": return .order(try invoice(object, at: at))
      case "invoice_payment.paid": return .order(try invoicePayment(object))
      case "charge.refunded": return .order(try charge(object))
      case "charge.dispute.created", "charge.dispute.closed", "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated":
        return .order(try dispute(object))
      default: return .ignored("Stripe's \(type) is not about a conversion.")
      }
    } catch {
      return error.reading
    }
  }

  private static func session(
    _ session: OrderDocument, _ type: String, at time: Timestamp
  ) throws(OrderReadingEnd) -> OrderReport {
    let id = try session.id("id")
    let mode = session.text("mode") ?? "payment"
    guard mode != "setup" else { throw .ignored("The session saves a means of payment; nothing was sold.") }
    let (payer, subscription, invoice) = (
      session.reference("payment_intent"), session.reference("subscription"), session.reference("invoice")
    )
    // A subscription's first invoice reports the same payment as its session.
    let key = mode == "subscription" ? subscription ?? id : payer ?? id
    let currency = try session.currency("currency")
    let word = type == "checkout.session.async_payment_failed" ? "failed" : session.text("payment_status")
    var payment = OrderPayment(kind: .sale, transactionID: mode == "subscription" ? key : id)
    payment.statement = OrderPayment.Statement(
      at: time, amount: try session.stripeAmount("amount_total", currency), currency: currency, word: word,
      products: lines(session, currency))
    if word != "unpaid", word != "failed" { payment.paidAt = time }
    payment.isCancelled = word == "failed"
    var facts = OrderFacts()
    facts.payments[key] = payment
    for other in [id, payer, invoice].compactMap({ $0 }) where other != key { facts.aliases[other] = key }
    facts.clickIDs = clicks([session.click("client_reference_id"), session["metadata"]?.click(OrderDocument.clickName)])
    return OrderReport(
      keys: [id, payer, subscription, invoice].compactMap { $0 }, facts: facts,
      email: session["customer_details"]?.text("email") ?? session.text("customer_email"))
  }

  /// Stripe's events hold a session without its lines, which have to be asked for; they are read where whoever passes the
  /// event on has put them in.
  private static func lines(_ session: OrderDocument, _ currency: Currency) -> [PurchasedProduct]? {
    let items = (session["line_items"]?["data"]?.list ?? []).prefix(PurchasedProduct.limit)
    let lines = items.compactMap { item -> PurchasedProduct? in
      let price = item["price"]
      let own = price?.text("currency").flatMap { Currency($0) } ?? currency
      return PurchasedProduct(
        externalID: price?.reference("product"), name: item.text("description") ?? price?["product"]?.text("name"),
        price: price?.value["unit_amount"]?.intValue.flatMap { StripeAmount.micros($0, own) }, currency: own,
        quantity: item.value["quantity"]?.intValue ?? 1)
    }
    return lines.isEmpty ? nil : lines
  }

  private static func invoice(_ invoice: OrderDocument, at time: Timestamp) throws(OrderReadingEnd) -> OrderReport {
    let id = try invoice.id("id")
    let details = invoice["subscription_details"] ?? invoice["parent"]?["subscription_details"]
    guard let subscription = invoice.reference("subscription") ?? details?.reference("subscription") else {
      throw .ignored("The invoice belongs to no subscription: its Checkout session reports the sale.")
    }
    let isFirst = invoice.text("billing_reason") == "subscription_create"
    let key = isFirst ? subscription : id
    let currency = try invoice.currency("currency")
    var payment = OrderPayment(kind: isFirst ? .sale : .rebill, transactionID: key)
    payment.statement = OrderPayment.Statement(
      at: time, amount: try invoice.stripeAmount("amount_paid", currency), currency: currency, word: "paid")
    payment.paidAt = time
    var facts = OrderFacts()
    facts.payments[key] = payment
    if isFirst { facts.aliases[id] = key }
    let (payer, charge) = (invoice.reference("payment_intent"), invoice.reference("charge"))
    if let payer { facts.aliases[payer] = id }
    if let charge { facts.aliases[charge] = payer ?? id }
    facts.clickIDs = clicks([
      details?["metadata"]?.click(OrderDocument.clickName), invoice["metadata"]?.click(OrderDocument.clickName),
    ])
    return OrderReport(keys: [id, subscription, payer, charge].compactMap { $0 }, facts: facts)
  }

  /// Since 2025 this alone ties a payment to its invoice.
  private static func invoicePayment(_ object: OrderDocument) throws(OrderReadingEnd) -> OrderReport {
    guard let invoice = object.reference("invoice") else { throw .refused("invoice", "is missing") }
    guard let payer = object["payment"]?.reference("payment_intent") ?? object["payment"]?.reference("charge") else {
      throw .ignored("The invoice was paid by no charge.")
    }
    var facts = OrderFacts()
    facts.aliases[payer] = invoice
    return OrderReport(keys: [invoice, payer], facts: facts)
  }

  private static func charge(_ charge: OrderDocument) throws(OrderReadingEnd) -> OrderReport {
    let id = try charge.id("id")
    let (payer, invoice) = (charge.reference("payment_intent"), charge.reference("invoice"))
    var facts = OrderFacts()
    if let payer { facts.aliases[id] = payer }
    if let invoice { facts.aliases[payer ?? id] = invoice }
    var reversals = PaymentReversals()
    reversals.refundedInAll = try charge.stripeAmount("amount_refunded", charge.currency("currency"))
    reversals.isFullyRefunded = charge.value["refunded"]?.boolValue ?? false
    facts.reversals[payer ?? id] = reversals
    return OrderReport(keys: [id, payer, invoice].compactMap { $0 }, facts: facts)
  }

  private static func dispute(_ dispute: OrderDocument) throws(OrderReadingEnd) -> OrderReport {
    let id = try dispute.id("id")
    let state: PaymentReversals.Dispute.State
    switch dispute.text("status") {
    case "needs_response"?, "under_review"?: state = .open
    case "won"?: state = .won
    case "lost"?: state = .lost
    default: throw .ignored("An inquiry takes no money back: only a dispute does.")
    }
    let (charge, payer) = (dispute.reference("charge"), dispute.reference("payment_intent"))
    guard let key = payer ?? charge else { throw .refused("charge", "is missing") }
    var facts = OrderFacts()
    if let charge, let payer { facts.aliases[charge] = payer }
    var reversals = PaymentReversals()
    reversals.disputes[id] = .init(
      amount: try dispute.stripeAmount("amount", dispute.currency("currency")), state: state)
    facts.reversals[key] = reversals
    return OrderReport(keys: [charge, payer].compactMap { $0 }, facts: facts)
  }

  private static func clicks(_ candidates: [ClickID?]) -> [ClickID] { Set(candidates.compactMap { $0 }).sorted() }
}
