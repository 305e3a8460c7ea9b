import Billing
import Core
import Synchronization

/// The provider of the simulated year: charges cards as the script says, once for each attempt however often it is
/// asked, and loses an answer now and then after it has charged.
final class YearCards: PaymentProvider {
  struct AnswerLost: Error {}

  private struct Attempt: Hashable {
    let invoice: Int64
    let number: Int
  }

  private struct State {
    var cards: [Int64: YearScript.Card] = [:]
    var today = 0
    var answers: [Attempt: CollectionOutcome] = [:]
    var seen: [Int64: [Int64]] = [:]
    var charges: [Int64: Int64] = [:]
    var chargedTwice: [Int64] = []
    var refunds: [String: Int64] = [:]
    var made = 0
  }

  private let state = Mutex(State())

  func give(_ card: YearScript.Card, to customer: Int64) { state.withLock { $0.cards[customer] = card } }
  func begin(day: Int) { state.withLock { $0.today = day } }
  var chargedTwice: [Int64] { state.withLock { $0.chargedTwice } }
  /// By invoice.
  var charges: [Int64: Int64] { state.withLock { $0.charges } }

  func collect(invoice: Invoice, customer: Customer, attempt: Int) async throws -> CollectionOutcome {
    try state.withLock { state in
      let key = Attempt(invoice: invoice.id, number: attempt)
      if let answer = state.answers[key] { return answer }
      let ordinal = state.seen[customer.id, default: []].firstIndex(of: invoice.id)
      if ordinal == nil { state.seen[customer.id, default: []].append(invoice.id) }
      let number = ordinal ?? state.seen[customer.id, default: []].count - 1
      guard
        YearModel.pays(
          state.cards[customer.id] ?? .good, invoice: number, attempt: attempt, today: state.today)
      else {
        let answer = CollectionOutcome.declined(code: "card_declined", message: "Your card was declined.")
        state.answers[key] = answer
        return answer
      }
      let answer = CollectionOutcome.paid(reference: "charge-\(invoice.id)-\(attempt)")
      state.answers[key] = answer
      if state.charges[invoice.id] != nil { state.chargedTwice.append(invoice.id) }
      state.charges[invoice.id] = invoice.due.minorUnits
      state.made += 1
      if state.made.isMultiple(of: 19) { throw AnswerLost() }
      return answer
    }
  }

  func refund(payment: Payment, amount: Money, key: String) async throws -> RefundOutcome {
    state.withLock { $0.refunds[key] = amount.minorUnits }
    return .refunded(reference: key)
  }
}
