/// Collects and gives back by Stripe. Invoices that are not Stripe's wait for a transfer.
public struct StripeProvider: PaymentProvider {
  private let client: StripeClient

  public init(client: StripeClient) { self.client = client }

  public func collect(invoice: Invoice, customer: Customer, attempt: Int) async throws -> CollectionOutcome {
    guard let id = invoice.providerReference else { return .waiting }
    do {
      let paid = try await client.pay(invoice: id, attempt: attempt)
      guard paid.status == .paid else { return .waiting }
      return .paid(reference: paid.reference)
    } catch let error as StripeError where error.kind == .cardDeclined {
      return .declined(code: error.declineCode ?? error.code ?? "card_declined", message: error.message)
    } catch let error as StripeError where error.kind == .invalidRequest {
      // Paid or voided since: the webhook says which.
      return .waiting
    }
  }

  public func refund(payment: Payment, amount: Money, key: String) async throws -> RefundOutcome {
    guard payment.provider == .stripe, payment.reference.hasPrefix("ch_") || payment.reference.hasPrefix("py_") else {
      return .waiting
    }
    do {
      let refund = try await client.refund(charge: payment.reference, amount: amount.minorUnits, key: key)
      guard refund.hasFailed else { return .refunded(reference: refund.id) }
      return .declined(code: refund.failureReason ?? "refund_failed", message: refund.failure)
    } catch let error as StripeError where error.kind == .invalidRequest || error.kind == .cardDeclined {
      return .declined(code: error.code ?? "refund_refused", message: error.message)
    }
  }
}
