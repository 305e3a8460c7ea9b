import Billing
import Core
import Database
import Web

/// `/api/revenue`
struct RevenueAPI: Sendable {
  let database: ConnectionPool
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.on(
      .get, "/revenue", .read(.billing),
      "Recurring revenue, churn and payments by month, at list prices without tax; invoices due; dunning",
      query: [QueryParameter("months", .integer, "How many, 1 to 60; 12 unless given.")], answer: Self.answer
    ) { call in
      let months = try Self.months(call.query("months"))
      let now = clock.now()
      let store = RevenueStore(database)
      return .json([
        "currencies": .array(try await store.report(months: months, at: now).map { try $0.json }),
        "due": .array(try await store.dueInvoices(at: now).map(\.json)),
        "dunning": .array(try await store.dunning(limit: 500).map(\.json)),
      ])
    }
  }

  static func months(_ text: String?) throws(Problem) -> Int {
    guard let text else { return 12 }
    guard let months = Int(text), (1...RevenueStore.mostMonths).contains(months) else {
      throw .invalid("months", "range", "must be 1 to \(RevenueStore.mostMonths)")
    }
    return months
  }

  private static let month = Schema.object([
    .required("month", Schema.string.described("Such as 2026-11, UTC.")), .required("opening", .money),
    .required("new", .money), .required("expansion", .money), .required("contraction", .money),
    .required("churn", .money), .required("reactivation", .money), .required("closing", .money),
    .required("subscriptions_opening", .integer), .required("won", .integer), .required("lost", .integer),
    .required("revenue_churn_percent", .string.nullable), .required("customer_churn_percent", .string.nullable),
    .required("collected", .money), .required("refunded", .money),
  ])
  private static let answer = Schema.object([
    .required(
      "currencies",
      .array(
        .object([
          .required("currency", .string), .required("mrr", .money), .required("subscriptions", .integer),
          .required("months", .array(month)),
        ]))),
    .required(
      "due",
      .array(
        .object([
          .required("currency", .string), .required("overdue_days", .choice(DueInvoices.Age.allCases.map(\.rawValue))),
          .required("invoices", .integer), .required("due", .money),
        ]))),
    .required(
      "dunning",
      .array(
        .object([
          .required("subscription_id", .integer), .required("customer_id", .integer),
          .required("customer_email", .email), .required("plan", .string), .required("status", .string),
          .required("unpaid_since", .timestamp), .required("due", .money), .required("currency", .string),
          .required("attempts", .integer), .required("next_attempt", .timestamp.nullable),
          .required("last_message", .string.nullable),
        ]))),
  ])
}

extension RevenueReport {
  fileprivate var json: JSONValue {
    get throws {
      let zero = Money.zero(currency)
      return [
        "currency": .string(currency.code), "mrr": .string((try current?.closing ?? zero).decimal),
        "subscriptions": .int(subscriptions), "months": .array(try months.map { try $0.json }),
      ]
    }
  }
}

extension RevenueReport.Month {
  fileprivate var json: JSONValue {
    get throws {
      [
        "month": .string(name), "opening": .string(opening.decimal), "new": .string(new.decimal),
        "expansion": .string(expansion.decimal), "contraction": .string(contraction.decimal),
        "churn": .string(churn.decimal), "reactivation": .string(reactivation.decimal),
        "closing": .string(try closing.decimal), "subscriptions_opening": .int(openingCount), "won": .int(won),
        "lost": .int(lost), "revenue_churn_percent": JSONValue(RevenueTables.percent(revenueChurn)),
        "customer_churn_percent": JSONValue(RevenueTables.percent(customerChurn)),
        "collected": .string(collected.decimal), "refunded": .string(refunded.decimal),
      ]
    }
  }
}

extension DueInvoices {
  fileprivate var json: JSONValue {
    [
      "currency": .string(currency.code), "overdue_days": .string(age.rawValue), "invoices": .int(count),
      "due": .string(due.decimal),
    ]
  }
}

extension DunningCase {
  fileprivate var json: JSONValue {
    [
      "subscription_id": .int(subscriptionID), "customer_id": .int(customerID),
      "customer_email": .string(customerEmail.description), "plan": .string(plan), "status": .string(status.rawValue),
      "unpaid_since": JSONValue(unpaidSince), "due": .string(due.decimal), "currency": .string(due.currency.code),
      "attempts": .int(attempts), "next_attempt": JSONValue(nextAttempt), "last_message": JSONValue(lastMessage),
    ]
  }
}
