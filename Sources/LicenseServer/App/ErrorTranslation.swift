import Billing
import Core
import Database
import Security

/// What the errors of other layers mean to whoever sent the request; nil is our own fault.
enum ErrorTranslation {
  static func problem(for error: any Error) -> Problem? {
    switch error {
    case let error as BillingError: problem(for: error)
    case let error as DatabaseError: problem(for: error)
    case let error as StripeError: StripeRefusal.problem(for: error)
    case WorkerThreads.Refusal.busy: .unavailable("Too many files are being read just now.")
    case PasswordHashError.busy: .unavailable("Too many people are signing in just now.")
    default: nil
    }
  }

  private static func problem(for error: DatabaseError) -> Problem? {
    switch error.kind {
    case .unreachable, .connectionLost, .poolExhausted, .timeout: .unavailable("The database does not answer.")
    case .cancelled, .server, .decoding: error.isRetryable ? .unavailable("Too much at once; try again.") : nil
    }
  }

  private static func problem(for error: BillingError) -> Problem? {
    switch error {
    case .noSuchPlan: .invalid("plan", "choice", "is no plan that is sold")
    case .noSuchPrice(let plan, let period, let currency):
      .invalid("currency", "choice", "\(plan) is not sold by the \(period.rawValue) in \(currency.code)")
    case .noSuchInvoice: .notFound("invoice")
    case .noSuchSubscription: .notFound("subscription")
    case .alreadyPaid(let reference): .conflict("This invoice was paid before, as \(reference).", field: "reference")
    case .illegalInvoice(let status): .conflict("The invoice is \(status.rawValue).")
    case .creditTooLarge(let left): .invalid("amount", "range", "must be above zero and at most \(left)")
    case .illegalTransition(let state): .conflict("The subscription is \(state.words).")
    case .unpaid: .conflict("The subscription's open invoice has to be paid first.")
    case .renewing: .conflict("The subscription is being renewed; try again in a few minutes.")
    case .runByProvider(let provider): .conflict("This subscription is run by \(provider.title) and changed there.")
    case .unchanged: .invalid("plan", "choice", "is the plan that the subscription has")
    case .coupon(let refusal): .invalid("coupon", "coupon", refusal.rawValue)
    case .unbalancedEntry: nil
    }
  }
}
