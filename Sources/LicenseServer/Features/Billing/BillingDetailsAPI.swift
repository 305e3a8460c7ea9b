import Billing
import Core
import Database
import Web

/// `/api/customers/{id}/billing-details`
struct BillingDetailsAPI: Sendable {
  let database: ConnectionPool
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("billing_details", Invoice.billToSchema)
    table.on(
      .get, "/customers/{id}/billing-details", .read(.billing), "Whom a customer's invoices are made out to",
      answer: Self.answer
    ) { call in
      let id = try call.id()
      guard try await CustomerStore(database).find(id) != nil else { throw Problem.notFound("customer") }
      return .json(try await answer(id))
    }
    table.on(
      .put, "/customers/{id}/billing-details", .write(.billing),
      "Says whom a customer's invoices from now on are made out to; his country and VAT id decide on tax",
      body: .json(Self.body), answer: Self.answer, handler: save)
  }

  @Sendable private func save(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let details = fields.billingDetails()
    try fields.finish()
    try await database.transaction { connection in
      let now = clock.now()
      guard try await CustomerStore(connection).find(id) != nil else { throw Problem.notFound("customer") }
      let store = BillingDetailsStore(connection)
      let former = try await store.find(customer: id)
      try await store.save(details, customer: id, at: now)
      try await AuditStore(connection).append(
        AuditEntry(
          action: "customer.billing_details", subject: "customer:\(id)", before: former.json, after: details.json),
        by: call.actor, at: now)
    }
    return .json(try await answer(id))
  }

  private func answer(_ id: Int64) async throws -> JSONValue {
    let details = try await BillingDetailsStore(database).find(customer: id)
    let balances = try await CreditBalanceStore(database).all(of: id)
    return [
      "billing_details": details.json,
      "credit_balances": .array(
        balances.map { ["amount": .string($0.decimal), "currency": .string($0.currency.code)] }),
    ]
  }

  private static let answer = Schema.object([
    .required("billing_details", .ref("billing_details")),
    .required(
      "credit_balances", .array(.object([.required("amount", .money), .required("currency", .string)]))),
  ])
  private static let body = Schema.object([
    .optional("company", .string), .optional("street", .string), .optional("postal_code", .string),
    .optional("city", .string), .optional("region", .string),
    .optional("country", Schema.string.described("ISO 3166-1, such as DE.").nullable),
    .optional("vat_id", Schema.string.described("Such as DE123456789.").nullable),
  ])
}

extension FieldReader {
  /// The details as API and pages send them. What is absent is empty.
  mutating func billingDetails() -> BillingDetails {
    var details = BillingDetails()
    details.company = (optionalString("company", length: 0...200) ?? nil) ?? ""
    details.street = (optionalString("street", length: 0...300) ?? nil) ?? ""
    details.postalCode = (optionalString("postal_code", length: 0...20) ?? nil) ?? ""
    details.city = (optionalString("city", length: 0...100) ?? nil) ?? ""
    details.region = (optionalString("region", length: 0...100) ?? nil) ?? ""
    if let text = optionalString("country", length: 0...2) ?? nil, !text.isEmpty {
      details.country = BillingDetails.countryCode(text)
      if details.country == nil { fault("country", "country", "must be a country's two letters such as DE") }
    }
    if let text = optionalString("vat_id", length: 0...30) ?? nil, !text.isEmpty {
      details.vatID = BillingDetails.vatID(text)
      if details.vatID == nil { fault("vat_id", "vat_id", "must be a VAT id such as DE123456789") }
    }
    return details
  }
}
