import Billing
import Core
import Database
import Web

/// Whom invoices are made out to, and how they are paid.
struct PortalBillingPages: Sendable {
  let database: ConnectionPool
  /// Whether cards can be paid with.
  let takesCards: Bool
  let layout: Layout
  let clock: any WallClock

  static let path = "/portal/billing"

  func register(in table: inout PortalTable) {
    table.page("/billing", .portalRead(.billing), "Billing details and payment") { call in
      try await page(call, try await BillingDetailsStore(database).find(customer: call.session.customer), nil)
    }
    table.action(
      "/billing/details", .portalWrite(.billing), "Changes the billing details", bodyLimit: 65_536, handler: change)
  }

  @Sendable private func change(_ call: PortalCall) async throws -> Reply {
    let customer = try call.session.customer
    do {
      let details = try Self.read(call.form)
      try await database.transaction { connection in
        let store = BillingDetailsStore(connection)
        let former = try await store.find(customer: customer)
        guard former != details else { return }
        try await store.save(details, customer: customer, at: clock.now())
        try await AuditStore(connection).append(
          AuditEntry(
            action: "customer.change_billing_details", subject: "customer:\(customer)", before: former.json,
            after: details.json),
          by: call.actor, at: clock.now())
      }
      return .redirect(to: Self.path, flash: Flash(.success, "Invoices from now on are made out to this address."))
    } catch let problem as Problem where problem.status == 422 {
      let form = call.form
      let typed = BillingDetails(
        company: form["company"] ?? "", street: form["street"] ?? "", postalCode: form["postal_code"] ?? "",
        city: form["city"] ?? "", region: form["region"] ?? "", country: form["country"], vatID: form["vat_id"])
      return try await page(call, typed, problem)
    }
  }

  private static func read(_ form: FormBody) throws(Problem) -> BillingDetails {
    var fields = try FieldReader(.object(form.json()))
    func text(_ name: String) -> String { (fields.optionalString(name, length: 0...200) ?? nil) ?? "" }
    var details = BillingDetails(
      company: text("company"), street: text("street"), postalCode: text("postal_code"), city: text("city"),
      region: text("region"))
    let (country, vatID) = (text("country"), text("vat_id"))
    details.country = BillingDetails.countryCode(country)
    if !country.isEmpty, details.country == nil {
      fields.fault("country", "country", "must be a country's two letters, such as DE")
    }
    details.vatID = BillingDetails.vatID(vatID)
    if !vatID.isEmpty, details.vatID == nil {
      fields.fault("vat_id", "vat_id", "must be a VAT id, such as DE123456789")
    }
    try fields.finish()
    return details
  }

  private func page(_ call: PortalCall, _ details: BillingDetails, _ problem: Problem?) async throws -> Reply {
    let seller = try await SellerStore(database).load()
    var reply = layout.portalPage(
      Layout.Frame(title: "Billing", current: Self.path), call,
      "\(detailsCard(call, details, problem))\(paymentCard(call, seller))")
    reply.status = problem?.status ?? 200
    return reply
  }

  private func detailsCard(_ call: PortalCall, _ details: BillingDetails, _ problem: Problem?) -> HTML {
    let save: HTML = "<button class=\"btn btn-primary\">Save</button>"
    return PageParts.card(
      "Billing details",
      """
      \(PageParts.faults(problem))<p>They stand on invoices from now on; those issued before keep theirs.</p>
      <form class="ty-form" method="post" action="\(Self.path)/details">\(call.csrfField)
      \(PageParts.input("company", "Company", value: details.company, required: false, autocomplete: "organization"))
      \(PageParts.input(
        "street", "Street and number", value: details.street, required: false, autocomplete: "street-address"))
      <div class="ty-pair">\(PageParts.input(
        "postal_code", "Postal code", value: details.postalCode, required: false, autocomplete: "postal-code"))
      \(PageParts.input("city", "City", value: details.city, required: false, autocomplete: "address-level2"))</div>
      <div class="ty-pair">\(PageParts.input(
        "region", "Region", value: details.region, required: false, autocomplete: "address-level1"))
      \(PageParts.input(
        "country", "Country", value: details.country ?? "", required: false, autocomplete: "country",
        hint: "Two letters, such as DE. It decides which tax is charged."))</div>
      \(PageParts.input(
        "vat_id", "VAT id", value: details.vatID ?? "", required: false, hint: "For companies in the EU."))
      \(if: call.session.allows(.portalWrite(.billing)), save)</form>
      """)
  }

  private func paymentCard(_ call: PortalCall, _ seller: Seller) -> HTML {
    let bank: HTML =
      seller.bankDetails.isEmpty
      ? "<p>Ask us for our bank details.</p>" : "<p>\(PortalParts.lines(seller.bankDetails))</p>"
    let card: HTML = """
      <p>By card: enter it with the first payment of an order, and change it any time.</p>
      <a class="btn" href="\(StripePages.paymentMethodPath)">Change the payment method</a><p class="mt-3">By transfer:</p>
      """
    return PageParts.card(
      "Payment",
      """
      \(if: takesCards && call.session.allows(.portalWrite(.billing)), card)
      <p>Name the invoice's number, and the licence goes on as soon as the money is here.</p>\(bank)
      """)
  }
}
