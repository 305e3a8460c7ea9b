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
    case .alreadyPaid(let reference): .conflict("This invoice was paid before, as \(reference).", field: "reference")
    case .illegalTransition(let state): .conflict("The subscription is \(state.rawValue).")
    case .unbalancedEntry: nil
    }
  }
}
