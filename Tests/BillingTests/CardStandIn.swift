import Billing
import Core
import Synchronization

/// Plays a provider with cards on file: says what it is told to, and remembers whom it charged. The same attempt of the
/// same invoice is answered as before and charges once.
final class CardStandIn: PaymentProvider {
  struct Unreachable: Error {}

  private struct State {
    var answers: [Key: CollectionOutcome] = [:]
    var charges: [Int64: [Int64]] = [:]
    var refunds: [String: Int64] = [:]
    var declines: Set<Int64> = []
    var losesNext = false
    var refusesRefunds = false
    var calls = 0
  }

  private struct Key: Hashable {
    let invoice: Int64
    let attempt: Int
  }

  private let state = Mutex(State())

  /// Of these customers nothing can be collected.
  func decline(_ customers: Set<Int64>) { state.withLock { $0.declines = customers } }

  /// The next charge is made, and its answer gets lost.
  func loseNextAnswer() { state.withLock { $0.losesNext = true } }

  /// Nothing can be given back any more.
  func refuseRefunds() { state.withLock { $0.refusesRefunds = true } }

  /// What was charged for an invoice, charge by charge.
  func charges(of invoice: Int64) -> [Int64] { state.withLock { $0.charges[invoice] ?? [] } }
  var charged: Int64 { state.withLock { $0.charges.values.joined().reduce(0, +) } }
  var refunded: Int64 { state.withLock { $0.refunds.values.reduce(0, +) } }
  var calls: Int { state.withLock { $0.calls } }

  func collect(invoice: Invoice, customer: Customer, attempt: Int) async throws -> CollectionOutcome {
    try state.withLock { state in
      state.calls += 1
      let key = Key(invoice: invoice.id, attempt: attempt)
      if let answer = state.answers[key] { return answer }
      let isDeclined = state.declines.contains(customer.id)
      let answer =
        isDeclined
        ? CollectionOutcome.declined(code: "card_declined", message: "Your card was declined.")
        : .paid(reference: "charge-\(invoice.id)-\(attempt)")
      state.answers[key] = answer
      if !isDeclined { state.charges[invoice.id, default: []].append(invoice.due.minorUnits) }
      if state.losesNext {
        state.losesNext = false
        throw Unreachable()
      }
      return answer
    }
  }

  func refund(payment: Payment, amount: Money, key: String) async throws -> RefundOutcome {
    state.withLock { state -> RefundOutcome in
      if state.refusesRefunds { return .declined(code: "card_closed", message: "The card is closed.") }
      state.refunds[key] = amount.minorUnits
      return .refunded(reference: key)
    }
  }
}
