import Billing
import Core
import Web

extension Subscription {
  static let schema = Schema.object([
    .required("id", .integer), .required("customer_id", .integer), .required("plan_id", .integer),
    .required("interval", .choice(BillingPeriod.allCases.map(\.rawValue))),
    .required("status", .choice(Status.allCases.map(\.rawValue))),
    .required("provider", .choice(Provider.allCases.map(\.rawValue))),
    .required("current_period_start", .timestamp.nullable), .required("current_period_end", .timestamp.nullable),
    .required("paid_until", .timestamp.nullable), .required("trial_end", .timestamp.nullable),
    .required("cancels_at_period_end", .boolean), .required("canceled_at", .timestamp.nullable),
    .required("ended_at", .timestamp.nullable), .required("unpaid_since", .timestamp.nullable),
    .required(
      "scheduled",
      Schema.object([
        .required("plan_id", .integer), .required("interval", .choice(BillingPeriod.allCases.map(\.rawValue))),
      ]).nullable),
    .required(
      "coupon",
      Schema.object([.required("id", .integer), .required("periods_left", .integer.nullable)]).nullable),
    .required("created_at", .timestamp),
  ])

  var json: JSONValue {
    [
      "id": .int(id), "customer_id": .int(customerID), "plan_id": .int(planID),
      "interval": .string(period.rawValue), "status": .string(status.rawValue), "provider": .string(provider.rawValue),
      "current_period_start": JSONValue(current?.start), "current_period_end": JSONValue(current?.end),
      "paid_until": JSONValue(paidUntil), "trial_end": JSONValue(trialEnd),
      "cancels_at_period_end": .bool(cancelsAtPeriodEnd), "canceled_at": JSONValue(canceledAt),
      "ended_at": JSONValue(endedAt), "unpaid_since": JSONValue(unpaidSince),
      "scheduled": .optional(
        scheduled.map { ["plan_id": .int($0.planID), "interval": .string($0.period.rawValue)] }),
      "coupon": .optional(
        coupon.map { ["id": .int($0.couponID), "periods_left": JSONValue($0.periodsLeft)] }),
      "created_at": JSONValue(createdAt),
    ]
  }
}

extension PlanChangeQuote {
  static let schema = Schema.object([
    .required("kind", .choice(Kind.allCases.map(\.rawValue))),
    .required("from", .string), .required("to", .string),
    .required("from_interval", .choice(BillingPeriod.allCases.map(\.rawValue))),
    .required("to_interval", .choice(BillingPeriod.allCases.map(\.rawValue))),
    .required("effective_at", .timestamp), .required("currency", .string),
    .required("credit", Schema.money.described("For the rest of the period at the old price, tax included.")),
    .required("charge", Schema.money.described("For the rest of the period at the new price.")),
    .required("discount", .money), .required("tax", .money), .required("total", .money),
    .required("credit_used", .money), .required("due", Schema.money.described("To be paid now.")),
    .required("restarts", Schema.boolean.described("Whether a new period begins now.")),
    .required("renews_at", .timestamp), .required("renewal_amount", .money),
  ])

  var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "from": .string(from.slug), "to": .string(to.slug),
      "from_interval": .string(fromPrice.period.rawValue), "to_interval": .string(toPrice.period.rawValue),
      "effective_at": JSONValue(effectiveAt), "currency": .string(toPrice.amount.currency.code),
      "credit": .string(credit.decimal), "charge": .string(charge.decimal), "discount": .string(discount.decimal),
      "tax": .string(tax.decimal), "total": .string(total.decimal), "credit_used": .string(creditUsed.decimal),
      "due": .string(due.decimal), "restarts": .bool(restarts), "renews_at": JSONValue(renewsAt),
      "renewal_amount": .string(toPrice.amount.decimal),
    ]
  }

  /// For people, in one or two sentences.
  var words: String {
    let day = effectiveAt.rfc3339.prefix(10)
    switch kind {
    case .keep: return "The scheduled change is taken back: the subscription stays on \(to.name)."
    case .trial: return "The trial goes on with \(to.name) at once, for nothing."
    case .downgrade:
      return
        "\(to.name) begins on \(day), with the next period, for \(toPrice.amount) a \(toPrice.period.rawValue). Until "
        + "then everything stays as it is."
    case .upgrade:
      return
        "\(to.name) begins at once. \(total) is charged\(discount.isZero ? "" : ", the discount taken off"), "
        + "\(credit) of what is paid already is credited, and \(due) is to be paid now. From "
        + "\(renewsAt.rfc3339.prefix(10)) on it is \(toPrice.amount) a \(toPrice.period.rawValue)."
    }
  }
}
