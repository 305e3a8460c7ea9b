import Billing
import Core
import Testing

@Suite struct LedgerEntryTests {
  private func entry(_ postings: [Posting]) throws -> LedgerEntry {
    try LedgerEntry(kind: .invoiceIssued, invoiceID: 1, at: BillingDatabase.now, postings: postings)
  }

  private func usd(_ amount: Int64) -> Money { Money(minorUnits: amount, currency: .usd) }

  @Test func balancedPostingsMakeAnEntryAndOthersDoNot() throws {
    var dice = Dice(seed: 7)
    for _ in 0..<2_000 {
      var postings: [Posting] = []
      var sums: [Currency: Int64] = [:]
      for _ in 0..<Int.random(in: 0...6, using: &dice) {
        let account = LedgerAccount.allCases.randomElement(using: &dice) ?? .cash
        let currency: Currency = Bool.random(using: &dice) ? .usd : .eur
        let amount = Int64.random(in: -1_000_000...1_000_000, using: &dice)
        postings.append(Posting(account, Money(minorUnits: amount, currency: currency)))
        sums[currency, default: 0] += amount
      }
      if sums.values.contains(where: { $0 != 0 }) {
        #expect(throws: BillingError.unbalancedEntry) { try entry(postings) }
        for (currency, sum) in sums {
          postings.append(Posting(.receivable, Money(minorUnits: -sum, currency: currency)))
        }
      }
      let balanced = try entry(postings)
      #expect(balanced.postings.allSatisfy { $0.amount.minorUnits != 0 })
      let places = Set(balanced.postings.map { "\($0.account) \($0.amount.currency)" })
      #expect(places.count == balanced.postings.count)
    }
  }

  @Test func postingsOfOneAccountBecomeOne() throws {
    let merged = try entry([
      Posting(.cash, usd(10)), Posting(.cash, usd(5)), Posting(.revenue, usd(-15)), Posting(.taxPayable, usd(0)),
    ])
    #expect(merged.postings == [Posting(.cash, usd(15)), Posting(.revenue, usd(-15))])
  }

  @Test func sumsThatDoNotFitAreRefused() {
    #expect(throws: MoneyFault.overflow) { try entry([Posting(.cash, usd(.max)), Posting(.revenue, usd(1))]) }
  }
}
