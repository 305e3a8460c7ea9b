import Billing
import Core

/// What Stripe's refusals mean to whoever sent the request. What is wrong on our side they cannot mend, so they are not
/// told; the log has it.
enum StripeRefusal {
  static func problem(for error: StripeError) -> Problem {
    switch error.kind {
    case .cardDeclined:
      Problem(
        status: 402, code: "card_declined", title: "The card was declined",
        detail: error.message.isEmpty ? "The card was declined." : error.message)
    case .busy: .unavailable("The payment provider is busy.", retryAfter: 10)
    case .unavailable, .malformedAnswer: .unavailable("The payment provider does not answer.", retryAfter: 30)
    case .unauthorized, .forbidden, .notFound, .invalidRequest, .idempotencyKeyReused:
      .unavailable("The payment provider does not take payments just now.", retryAfter: 300)
    }
  }
}
