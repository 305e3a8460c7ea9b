import Billing
import Core
import Database
import Web

/// `/api/plans`
struct PlanAPI: Sendable {
  let desk: PlanDesk

  func register(in table: inout StaffTable) {
    table.define("plan", Self.schema)
    table.on(
      .get, "/plans", .read(.licences), "What is sold, the smallest plan first", answer: .page(of: .ref("plan"))
    ) { _ in
      .json(Page(items: try await desk.all()).json(\.json))
    }
    table.on(
      .post, "/plans", .write(.billing), "Adds a plan; it is sold once it has a price",
      body: .json(
        .object([
          .required("code", Schema.string.described("Lower-case letters, digits and underscores; it stays.")),
          .required("name", .string), .required("rank", Schema.integer.described("A higher one has more.")),
          .optional("features", .array(.string)),
          .optional("users", Schema.integer.nullable.described("Null for unlimited; 1 if absent.")),
        ])), answer: .ref("plan"), status: 201, creates: true
    ) { call in
      var fields = try call.fields()
      return .created(try await Self.create(&fields, desk, by: call.actor).json, location: "/api/plans")
    }
    table.on(
      .patch, "/plans/{id}", .write(.billing), "Changes what a plan has; its licences follow with their next heartbeat",
      body: .json(
        .object([
          .optional("name", .string), .optional("features", .array(.string)), .optional("users", .integer.nullable),
        ])), answer: .ref("plan")
    ) { call in
      let id = try call.id()
      var fields = try call.fields()
      let changes = PlanDesk.Changes.read(from: &fields)
      try fields.finish()
      return .json(try await desk.change(id, changes, by: call.actor).json)
    }
    table.on(
      .put, "/plans/{id}/prices", .write(.billing), "Sets a price for new subscriptions; those sold keep theirs",
      body: .json(
        .object([
          .required("interval", .choice(BillingPeriod.allCases.map(\.rawValue))), .required("currency", .string),
          .optional("amount", Schema.money.nullable.described("Null: it is not sold so any more.")),
        ])), answer: .ref("plan")
    ) { call in
      let id = try call.id()
      var fields = try call.fields()
      return .json(try await Self.setPrice(&fields, of: id, desk, by: call.actor).json)
    }
  }

  static func create(_ fields: inout FieldReader, _ desk: PlanDesk, by actor: Actor) async throws -> PlanDesk.Listed {
    let code = fields.string("code", length: 1...50)
    let rank = fields.int("rank", range: 1...1000)
    let changes = PlanDesk.Changes.read(from: &fields)
    if let code, !code.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }) {
      fields.fault("code", "invalid", "must be lower-case letters, digits and underscores")
    }
    if changes.name == nil, fields.faults.allSatisfy({ $0.field != "name" }) {
      fields.fault("name", "required", "is required")
    }
    try fields.finish()
    guard let code, let rank else { throw Problem.internalError() }
    return try await desk.create(code, rank: Int(rank), changes, by: actor)
  }

  static func setPrice(
    _ fields: inout FieldReader, of id: Int64, _ desk: PlanDesk, by actor: Actor
  ) async throws -> PlanDesk.Listed {
    let period = fields.oneOf("interval", BillingPeriod.allCases.map(\.rawValue)).flatMap(BillingPeriod.init)
    let currency = fields.currency("currency")
    let amount = currency.flatMap { currency in
      fields.optionalMinorUnits("amount", in: currency).map { Money(minorUnits: $0, currency: currency) }
    }
    if amount?.minorUnits == 0 { fields.fault("amount", "range", "must be more than nothing") }
    try fields.finish()
    guard let period, let currency else { throw Problem.internalError() }
    return try await desk.setPrice(of: id, period: period, currency: currency, to: amount, by: actor)
  }

  private static let schema = Schema.object([
    .required("id", .integer), .required("code", .string), .required("name", .string),
    .required("features", .array(.string)), .required("limits", .map(.integer.nullable)),
    .required(
      "prices",
      .array(
        .object([
          .required("interval", .choice(BillingPeriod.allCases.map(\.rawValue))), .required("amount", .money),
          .required("currency", .string),
        ]))),
  ])
}

extension Plan {
  /// With those of `prices` that are its own.
  func json(prices: [Price]) -> JSONValue {
    var limitsObject = JSONObject()
    for name in limits.keys.sorted() { limitsObject[name] = JSONValue(limits[name] ?? nil) }
    return [
      "id": .int(id), "code": .string(slug), "name": .string(name), "features": JSONValue(features),
      "limits": .object(limitsObject),
      "prices": .array(
        prices.filter { $0.planID == id }.map {
          [
            "interval": .string($0.period.rawValue), "amount": .string($0.amount.decimal),
            "currency": .string($0.amount.currency.code),
          ]
        }),
    ]
  }
}
