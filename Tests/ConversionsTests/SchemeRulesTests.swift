import Conversions
import Core
import Testing

@Suite struct SchemeRulesTests {
  private func change(
    _ status: ConversionStatus, to said: ConversionStatus, payout: Int64? = nil
  ) -> ConversionChange {
    let known = KnownConversion(
      id: ConversionID(at: arrival), type: .sale, status: status, transactionID: nil, sequence: 0,
      payout: Money(Micros(rawValue: 10_000_000), .usd), createdAt: arrival)
    return ConversionRules.change(
      known,
      by: ConversionClaim(
        id: ConversionID(at: arrival), type: .sale, status: said,
        payout: payout.map { Money(Micros(rawValue: $0), .usd) },
        at: arrival))
  }

  @Test func eachWordStandsForOneStatus() {
    let table: [SchemeStatus: ConversionStatus] = [
      .cart: .hold, .checkout: .hold, .pending: .hold, .onHold: .hold, .sale: .sale, .refunded: .rejected,
      .chargeback: .rejected, .cancelled: .rejected,
    ]
    #expect(table.count == SchemeStatus.allCases.count)
    for scheme in SchemeStatus.allCases { #expect(scheme.status == table[scheme]) }
    #expect(SchemeStatus(only: .sale) == .sale)
    for status in [ConversionStatus.lead, .hold, .rejected, .trash] { #expect(SchemeStatus(only: status) == nil) }
  }

  /// Every pair: from the row's word, the words an order may move on to.
  @Test(arguments: [
    (SchemeStatus.cart, "checkout pending sale on_hold refunded chargeback cancelled"),
    (.checkout, "pending sale on_hold refunded chargeback cancelled"),
    (.pending, "sale on_hold refunded chargeback cancelled"),
    (.onHold, "pending sale refunded chargeback cancelled"), (.sale, "refunded chargeback cancelled"),
    (.refunded, "chargeback"), (.chargeback, "refunded"), (.cancelled, "refunded chargeback"),
  ])
  func theTableOfMoves(_ from: SchemeStatus, _ to: String) {
    let legal = Set(to.split(separator: " ").compactMap { SchemeStatus(rawValue: String($0)) })
    #expect(from.successors == legal)
    for said in SchemeStatus.allCases {
      let (settled, scheme) = SchemeRules.settle(change(from.status, to: said.status), current: from, said: said)
      let outcome: HistoryOutcome = said == from ? .unchanged : legal.contains(said) ? .applied : .refused
      #expect(settled.outcome == outcome, "\(from) to \(said)")
      #expect(scheme == (outcome == .refused ? from : said))
      #expect(settled.status == (outcome == .refused ? from : said).status)
    }
  }

  @Test func theSchemeNeverForbidsWhatTheStatusesAllow() {
    for from in SchemeStatus.allCases {
      for said in SchemeStatus.allCases where from.status.successors.contains(said.status) {
        #expect(from.successors.contains(said))
      }
    }
  }

  @Test func aRefusedMoveTakesItsPayoutAlong() {
    let (settled, _) = SchemeRules.settle(
      change(.hold, to: .hold, payout: 99_000_000), current: .pending, said: .cart)
    #expect(settled.outcome == .refused)
    #expect(settled.payout.amount.description == "10.00")
  }

  @Test func withoutAWordTheStatusSaysIt() {
    #expect(SchemeRules.settle(change(.hold, to: .sale), current: .pending, said: nil).scheme == .sale)
    #expect(SchemeRules.settle(change(.sale, to: .rejected), current: .sale, said: nil).scheme == nil)
    #expect(SchemeRules.settle(change(.hold, to: .hold), current: .checkout, said: nil).scheme == .checkout)
    #expect(SchemeRules.settle(change(.rejected, to: .sale), current: .refunded, said: .sale).scheme == .refunded)
    // What was recorded before there was a scheme.
    #expect(SchemeRules.settle(change(.rejected, to: .rejected), current: nil, said: .refunded).scheme == .refunded)
    #expect(SchemeRules.settle(change(.sale, to: .rejected), current: nil, said: .chargeback).scheme == .chargeback)
    // A network's map may say that its word means something else than the word does.
    #expect(SchemeRules.settle(change(.hold, to: .sale), current: nil, said: .refunded).scheme == .sale)
  }

  @Test func anySequenceOfWordsLeavesSchemeAndStatusInAgreement() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<2_000 {
      var status = ConversionStatus.allCases.randomElement(using: &generator) ?? .hold
      var scheme = SchemeRules.first(SchemeStatus.allCases.randomElement(using: &generator), for: status)
      for _ in 0..<12 {
        let said = Bool.random(using: &generator) ? SchemeStatus.allCases.randomElement(using: &generator) : nil
        let claimed = said?.status ?? ConversionStatus.allCases.randomElement(using: &generator) ?? .hold
        let plain = change(status, to: claimed)
        let settled = SchemeRules.settle(plain, current: scheme, said: said)
        // The money's status is what it would be without a scheme.
        #expect(settled.change.status == plain.status)
        (status, scheme) = (settled.change.status, settled.scheme)
        #expect(scheme == nil || scheme?.status == status)
      }
    }
  }

  @Test func wordsOfNetworksAndShops() {
    let statuses = StatusMap([
      "their word": "chargeback", "Erstattet": "refunded", "refunded": "sale", "paid out": "sale",
    ])
    for (word, status, scheme) in [
      ("Refund", ConversionStatus.rejected, SchemeStatus.refunded), ("ADD-TO-CART", .hold, .cart),
      ("canceled", .rejected, .cancelled), ("on hold", .hold, .onHold), ("Their Word", .rejected, .chargeback),
      ("erstattet", .rejected, .refunded),
    ] {
      #expect(statuses[word] == status, "\(word)")
      #expect(statuses.scheme(word) == scheme, "\(word)")
    }
    #expect(statuses["refunded"] == .sale)
    #expect(statuses.scheme("declined") == nil)
    for scheme in SchemeStatus.allCases {
      #expect(StatusMap.standard[scheme.rawValue] == scheme.status, "\(scheme)")
    }
  }
}
