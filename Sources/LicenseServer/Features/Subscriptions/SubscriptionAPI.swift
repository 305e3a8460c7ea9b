import Billing
import Core
import Database
import Web

/// `/api/subscriptions`
struct SubscriptionAPI: Sendable {
  let database: ConnectionPool

  func register(in table: inout StaffTable) {
    table.define("subscription", Self.schema)
    table.on(
      .get, "/subscriptions", .read(.billing), "Subscriptions, the newest first",
      query: .page + [
        QueryParameter("customer_id", .integer, "Of this customer."),
        QueryParameter("status", .string, "One of the states."),
      ],
      answer: .page(of: .ref("subscription"))
    ) { call in
      .json(try await SubscriptionStore(database).list(call.listRequest).json(\.json))
    }
    table.on(.get, "/subscriptions/{id}", .read(.billing), "One subscription", answer: .ref("subscription")) { call in
      guard let subscription = try await SubscriptionStore(database).find(call.id()) else {
        throw Problem.notFound("subscription")
      }
      return .json(subscription.json)
    }
  }

  private static let schema = Schema.object([
    .required("id", .integer), .required("customer_id", .integer), .required("plan_id", .integer),
    .required("interval", .choice(BillingPeriod.allCases.map(\.rawValue))),
    .required("status", .choice(Subscription.Status.allCases.map(\.rawValue))),
    .required("current_period_start", .timestamp.nullable), .required("current_period_end", .timestamp.nullable),
    .required("created_at", .timestamp),
  ])
}

extension Subscription {
  var json: JSONValue {
    [
      "id": .int(id), "customer_id": .int(customerID), "plan_id": .int(planID),
      "interval": .string(period.rawValue), "status": .string(status.rawValue),
      "current_period_start": JSONValue(current?.start), "current_period_end": JSONValue(current?.end),
      "created_at": JSONValue(createdAt),
    ]
  }
}
