import Billing
import Core
import Logging
import Security
import Web

/// `POST /webhooks/stripe`
struct StripeWebhookAPI: Sendable {
  let inbox: StripeInbox
  let secrets: [String]
  let clock: any WallClock

  func register(in table: inout RouteTable<Vendor, NoSession>) {
    table.open(
      .post, "/webhooks/stripe", "Takes in an event of Stripe's, signed in `Stripe-Signature`", body: .raw,
      answer: .object([.required("outcome", .choice(StripeInbox.Outcome.allCases.map(\.rawValue)))]),
      bodyLimit: 512 << 10, handler: receive)
  }

  /// Whatever goes wrong after the signature is told with a status that makes Stripe send the event again.
  @Sendable private func receive(_ call: OpenCall<Vendor>) async throws -> Reply {
    guard let signature = call.head.header("Stripe-Signature").flatMap({ StripeSignature($0) }),
      signature.isValid(for: call.bytes, keys: secrets, at: clock.now())
    else { throw Problem.badRequest("The signature does not fit, or is older than five minutes.", code: "signature") }
    let event: StripeEvent
    do {
      event = try StripeEvent(call.bytes)
    } catch {
      throw Problem.badRequest("This is no event.", code: "malformed_event")
    }
    let outcome = try await inbox.take(event)
    call.logger.info(
      "stripe event",
      metadata: ["event": "\(event.id)", "type": "\(event.type)", "outcome": "\(outcome.rawValue)"])
    return .json(["outcome": .string(outcome.rawValue)])
  }
}
