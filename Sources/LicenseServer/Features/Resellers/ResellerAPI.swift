import Billing
import Core
import Database
import Licensing
import Web

/// `/reseller/api`: what a reseller's own systems do with an API key. Every look-up names the key's reseller.
struct ResellerAPI: Sendable {
  static let prefix = "/reseller/api"

  let database: ConnectionPool
  let sales: ResellerSales
  let brands: BrandDesk
  let clock: any WallClock

  func register(in table: inout ResellerTable) {
    ResellerSchemas.define(in: &table)
    table.define("reseller_customer", ResellerSchemas.customer)
    table.define("reseller_offer", ResellerSchemas.offer)
    table.define("sold_license", ResellerSchemas.soldLicense)
    table.define("brand", ResellerSchemas.brand)
    table.on(
      .get, "/me", .signedIn, "Whose key it is, and what is in use of the agreement",
      answer: .object([.required("reseller", .ref("reseller")), .required("use", .ref("reseller_use"))])
    ) { call in
      let use = try await ResellerStore(database).use(of: call.resellerID, at: clock.now())
      return .json(["reseller": call.session.reseller.json, "use": use.json])
    }
    registerCustomers(in: &table)
    registerLicenses(in: &table)
    registerMoney(in: &table)
    registerBrands(in: &table)
  }

  private func registerCustomers(in table: inout ResellerTable) {
    table.on(
      .get, "/customers", .resellerRead(.customers), "One's customers, the newest first", query: .page,
      answer: .page(of: .ref("reseller_customer"))
    ) { call in
      .json(try await ResellerCustomerStore(database).list(call.listRequest, of: call.resellerID).json(\.json))
    }
    table.on(
      .post, "/customers", .resellerWrite(.customers), "Adds a customer",
      body: .json(.object([.required("email", .email), .optional("name", .string.nullable)])),
      answer: .ref("reseller_customer"), status: 201, creates: true
    ) { call in
      var fields = try call.fields()
      let email = fields.email("email")
      let name = (fields.optionalString("name") ?? nil) ?? ""
      try fields.finish()
      guard let email else { throw Problem.internalError() }
      let customer = try await sales.addCustomer(email, name: name, of: call.resellerID, by: call.actor)
      return .created(customer.json, location: "\(Self.prefix)/customers/\(customer.id)")
    }
    table.on(
      .patch, "/customers/{id}", .resellerWrite(.customers), "Changes a customer's name",
      body: .json(.object([.required("name", .string)])), status: 204
    ) { call in
      let id = try call.id()
      var fields = try call.fields()
      let name = fields.string("name", length: 0...255)
      try fields.finish()
      guard let name else { throw Problem.internalError() }
      try await sales.rename(id, to: name, of: call.resellerID, by: call.actor)
      return .noContent
    }
  }

  private func registerLicenses(in table: inout ResellerTable) {
    table.on(
      .get, "/licenses", .resellerRead(.licences), "The licences one has sold, the newest first",
      query: .page + [QueryParameter("customer_id", .integer, "Of this customer.")],
      answer: .page(of: .ref("reseller_license"))
    ) { call in
      let now = clock.now()
      return .json(
        try await ResellerLicenseStore(database).list(call.listRequest, of: call.resellerID).json { $0.json(at: now) })
    }
    table.on(
      .post, "/licenses", .resellerWrite(.licences), "Sells a licence; only this answer has its key",
      body: .json(
        .object([
          .required("customer_id", .integer), .required("plan", .string),
          .required("interval", .choice(BillingPeriod.allCases.map(\.rawValue))),
          .optional("max_instances", .integer), .optional("retail", Schema.money.nullable),
        ])), answer: .ref("sold_license"), status: 201, creates: true, handler: sell)
    table.on(
      .get, "/licenses/{id}", .resellerRead(.licences), "One licence", answer: .ref("reseller_license")
    ) { call in
      guard let license = try await ResellerLicenseStore(database).find(call.id(), of: call.resellerID) else {
        throw Problem.notFound("licence")
      }
      return .json(license.json(at: clock.now()))
    }
    table.on(
      .patch, "/licenses/{id}", .resellerWrite(.licences), "Changes whether a licence renews, and its retail price",
      body: .json(.object([.optional("renews", .boolean), .optional("retail", .money)])),
      answer: .ref("reseller_license"), handler: change)
    table.on(
      .post, "/licenses/{id}/suspend", .resellerWrite(.licences), "Suspends a licence",
      answer: .ref("reseller_license")
    ) { call in
      .json(try await sales.suspend(call.id(), of: call.resellerID, by: call.actor).json(at: clock.now()))
    }
    table.on(
      .post, "/licenses/{id}/reinstate", .resellerWrite(.licences), "Ends a suspension",
      answer: .ref("reseller_license")
    ) { call in
      .json(try await sales.reinstate(call.id(), of: call.resellerID, by: call.actor).json(at: clock.now()))
    }
  }

  private func registerMoney(in table: inout ResellerTable) {
    table.on(
      .get, "/prices", .resellerRead(.licences), "What one may sell, at which prices",
      answer: .page(of: .ref("reseller_offer"))
    ) { call in
      .json(Page(items: try await ResellerPriceStore(database).offers(of: call.session.reseller)).json(\.json))
    }
    table.on(
      .put, "/prices", .resellerWrite(.licences), "Sets retail prices; licences sold before keep theirs",
      body: .json(
        .object([
          .required(
            "prices",
            .array(
              .object([
                .required("plan", .string), .required("interval", .choice(BillingPeriod.allCases.map(\.rawValue))),
                .required("retail", .money),
              ])))
        ])), answer: .page(of: .ref("reseller_offer")), handler: setPrices)
    table.on(
      .get, "/charges", .resellerRead(.margins), "The margin ledger, the newest first",
      query: .page + [
        QueryParameter("month", .string, "Charged in this month: `2026-11`."),
        QueryParameter("license_id", .integer, "Of this licence."),
      ], answer: .page(of: .ref("reseller_charge"))
    ) { call in
      let page = try await ResellerChargeStore(database).list(call.listRequest, of: call.resellerID)
      return .json(try page.checkedJSON { charge throws(MoneyFault) in try charge.json })
    }
    table.on(
      .get, "/statements", .resellerRead(.margins), "Monthly statements, the newest first", query: .page,
      answer: .page(of: .ref("reseller_statement"))
    ) { call in
      let page = try await ResellerChargeStore(database).statements(call.listRequest, of: call.resellerID)
      return .json(try page.checkedJSON { statement throws(MoneyFault) in try statement.json })
    }
  }

  private func registerBrands(in table: inout ResellerTable) {
    table.on(
      .get, "/brands", .resellerRead(.branding), "One's brands, the one for all other domains first",
      answer: .page(of: .ref("brand"))
    ) { call in
      .json(Page(items: try await BrandStore(database).all(of: .reseller(call.resellerID))).json(\.json))
    }
    table.on(
      .put, "/brands", .resellerWrite(.branding), "Sets the brand of a domain, or the one for all others",
      body: .json(ResellerSchemas.brandSettings), answer: .ref("brand")
    ) { call in
      let agreement = call.session.reseller.agreement
      guard agreement.whiteLabel else { throw Problem.brandNotAgreed() }
      let brand = try await brands.save(
        call.fields(), of: .reseller(call.resellerID), mayHidePoweredBy: agreement.mayHidePoweredBy, by: call.actor)
      return .json(brand.json)
    }
    table.on(.delete, "/brands/{id}", .resellerWrite(.branding), "Deletes a brand", status: 204) { call in
      try await brands.delete(call.id(), of: .reseller(call.resellerID), by: call.actor)
      return .noContent
    }
  }

  @Sendable private func sell(_ call: ResellerCall) async throws -> Reply {
    var fields = try call.fields()
    let sale = ResellerSales.Sale.read(from: &fields, in: call.session.reseller.agreement.currency)
    try fields.finish()
    guard let sale else { throw Problem.internalError() }
    let (license, key) = try await sales.sell(sale, of: call.resellerID, by: call.actor)
    var object = license.json(at: clock.now()).objectValue ?? [:]
    object["key"] = .string(key.text)
    return .created(.object(object), location: "\(Self.prefix)/licenses/\(license.id)")
  }

  @Sendable private func change(_ call: ResellerCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let renews = fields.optionalBool("renews") ?? nil
    let retail = fields.optionalMinorUnits("retail", in: call.session.reseller.agreement.currency)
    try fields.finish()
    if let retail { _ = try await sales.setRetail(retail, of: id, reseller: call.resellerID, by: call.actor) }
    if let renews { _ = try await sales.setRenewal(renews, of: id, reseller: call.resellerID, by: call.actor) }
    guard let license = try await ResellerLicenseStore(database).find(id, of: call.resellerID) else {
      throw Problem.notFound("licence")
    }
    return .json(license.json(at: clock.now()))
  }

  @Sendable private func setPrices(_ call: ResellerCall) async throws -> Reply {
    let reseller = call.session.reseller
    var fields = try call.fields()
    var prices: [RetailPrice] = []
    for (index, price) in (fields.array("prices", max: 100) ?? []).enumerated() {
      var nested = try FieldReader(price, path: "prices[\(index)]")
      let plan = nested.oneOf("plan", reseller.agreement.plans)
      let period = nested.oneOf("interval", BillingPeriod.allCases.map(\.rawValue)).flatMap(BillingPeriod.init)
      let retail = nested.minorUnits("retail", in: reseller.agreement.currency)
      fields.adopt(nested)
      guard let plan, let period, let retail else { continue }
      let amount = Money(minorUnits: retail, currency: reseller.agreement.currency)
      prices.append(RetailPrice(plan: plan, period: period, amount: amount))
    }
    try fields.finish()
    return .json(Page(items: try await sales.setPrices(prices, of: reseller.id, by: call.actor)).json(\.json))
  }
}

extension ResellerSales.Sale {
  /// Nil when something is wrong, and the reader knows what.
  static func read(from fields: inout FieldReader, in currency: Currency) -> Self? {
    let customer = fields.int("customer_id", range: 1...Int64.max)
    let plan = fields.string("plan", length: 1...50)
    let period = fields.oneOf("interval", BillingPeriod.allCases.map(\.rawValue)).flatMap(BillingPeriod.init)
    let instances = fields.optionalInt("max_instances", range: 1...100_000) ?? nil
    let retail = fields.optionalMinorUnits("retail", in: currency)
    guard fields.faults.isEmpty, let customer, let plan, let period else { return nil }
    return Self(
      customer: customer, plan: plan, period: period, maxInstances: instances.map { Int($0) } ?? 1, retail: retail)
  }
}

extension Problem {
  static func brandNotAgreed() -> Problem {
    Problem(
      status: 403, code: "white_label_not_agreed", title: "Not in the agreement",
      detail: "The agreement has no white label.")
  }
}
