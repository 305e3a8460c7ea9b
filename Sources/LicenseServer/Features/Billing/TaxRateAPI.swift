import Billing
import Core
import Database
import Web

/// `/api/tax-rates`
struct TaxRateAPI: Sendable {
  let database: ConnectionPool
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("tax_rate", TaxRate.schema)
    table.on(
      .get, "/tax-rates", .read(.billing), "Tax rates, the newest first",
      query: .page + [QueryParameter("country", .string, "Of this country, such as DE.")],
      answer: .page(of: .ref("tax_rate"))
    ) { call in
      .json(try await TaxRateStore(database).list(call.listRequest).json(\.json))
    }
    table.on(
      .post, "/tax-rates", .write(.billing), "Sets a country's rate; the one before is retired",
      body: .json(TaxRateForm.schema), answer: .ref("tax_rate"), status: 201, creates: true
    ) { call in
      var fields = try call.fields()
      let form = try TaxRateForm(&fields)
      let rate = try await form.create(by: call.actor, database: database, at: clock.now())
      return .created(rate.json, location: "/api/tax-rates?country=\(rate.country)")
    }
    table.on(
      .post, "/tax-rates/{id}/retire", .write(.billing), "No more invoices get this rate", answer: .ref("tax_rate")
    ) { call in
      .json(try await TaxRateForm.retire(call.id(), by: call.actor, in: database, at: clock.now()).json)
    }
  }
}

extension TaxRate {
  static let schema = Schema.object([
    .required("id", .integer), .required("name", .string), .required("country", .string),
    .required("percent", Schema.string.described("Such as 19 or 8.875.")), .required("inclusive", .boolean),
    .required("reverse_charge", .boolean), .required("active", .boolean), .required("created_at", .timestamp),
  ])

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(name), "country": .string(country), "percent": .string(rate.percent),
      "inclusive": .bool(isInclusive), "reverse_charge": .bool(hasReverseCharge), "active": .bool(isActive),
      "created_at": JSONValue(createdAt),
    ]
  }
}

/// What staff fill in for a country's tax rate.
struct TaxRateForm: Sendable {
  let name: String
  let country: String
  let rate: Rate
  let isInclusive: Bool
  let hasReverseCharge: Bool

  static let schema = Schema.object([
    .required("name", Schema.string.described("As it stands on the invoice, such as VAT.")),
    .required("country", Schema.string.described("ISO 3166-1, such as DE.")), .required("percent", .string),
    .optional("inclusive", Schema.boolean.described("Prices contain it; false unless given.")),
    .optional(
      "reverse_charge",
      Schema.boolean.described("Customers with a VAT id owe it themselves; false unless given.")),
  ])

  init(_ fields: inout FieldReader) throws {
    let name = fields.string("name", length: 1...50)
    let typed = fields.string("country", length: 2...2)
    let country = typed.flatMap { BillingDetails.countryCode($0) }
    if typed != nil, country == nil { fields.fault("country", "country", "must be a country's two letters such as DE") }
    let percent = fields.string("percent", length: 1...9)
    let rate = percent.flatMap { Rate(percent: $0) }
    if percent != nil, rate == nil { fields.fault("percent", "range", "must be 0 to 100, such as \"19\" or \"8.875\"") }
    isInclusive = fields.bool("inclusive", default: false)
    hasReverseCharge = fields.bool("reverse_charge", default: false)
    try fields.finish()
    guard let name, let country, let rate else { throw Problem.internalError() }
    self.name = name
    self.country = country
    self.rate = rate
  }

  func create(by actor: Actor, database: ConnectionPool, at now: Timestamp) async throws -> TaxRate {
    try await database.transaction(retries: 3) { connection in
      let made = try await TaxRateStore(connection).create(
        name: name, country: country, rate: rate, isInclusive: isInclusive, hasReverseCharge: hasReverseCharge,
        at: now)
      try await AuditStore(connection).append(
        AuditEntry(action: "tax_rate.create", subject: "tax_rate:\(made.id)", after: made.json), by: actor, at: now)
      return made
    }
  }

  static func retire(
    _ id: Int64, by actor: Actor, in database: ConnectionPool, at now: Timestamp
  ) async throws -> TaxRate {
    try await database.transaction { connection in
      let store = TaxRateStore(connection)
      guard let former = try await store.find(id), let rate = try await store.retire(id) else {
        throw Problem.notFound("tax rate")
      }
      guard former.isActive else { return rate }
      try await AuditStore(connection).append(
        AuditEntry(action: "tax_rate.retire", subject: "tax_rate:\(id)", before: former.json, after: rate.json),
        by: actor, at: now)
      return rate
    }
  }
}
