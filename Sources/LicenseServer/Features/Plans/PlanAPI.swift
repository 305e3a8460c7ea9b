import Billing
import Core
import Database
import Web

/// `/api/plans`
struct PlanAPI: Sendable {
  let database: ConnectionPool

  func register(in table: inout StaffTable) {
    table.define("plan", Self.schema)
    table.on(
      .get, "/plans", .read(.licences), "What is sold, the smallest plan first", answer: .page(of: .ref("plan"))
    ) { _ in
      let store = PlanStore(database)
      let prices = try await store.activePrices()
      return .json(Page(items: try await store.all()).json { $0.json(prices: prices) })
    }
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
