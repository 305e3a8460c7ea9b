import Core
import Database
import TestSupport
import Testing

@testable import Billing

@Suite struct InvoiceDeskTests {
  private let now = BillingDatabase.now

  private func usd(_ amount: Int64) -> Money { Money(minorUnits: amount, currency: .usd) }

  private func customer(_ billing: BillingDatabase, _ details: BillingDetails = .none) async throws -> Customer {
    let customer = try await CustomerStore(billing.pool).findOrCreate(
      email: try #require(EmailAddress("buyer@example.com")), at: now)
    try await BillingDetailsStore(billing.pool).save(details, customer: customer.id, at: now)
    return customer
  }

  private func invoice(
    _ billing: BillingDatabase, _ amounts: [Int64] = [10_000], discount: Int64 = 0,
    details: BillingDetails = .none
  ) async throws -> Invoice {
    let customer = try await customer(billing, details)
    return try await billing.pool.transaction { connection in
      let draft = try InvoiceDraft(
        customerID: customer.id, purpose: .other, currency: .usd,
        lines: amounts.map { try Invoice.Line(description: "x", unitAmount: usd($0)) },
        discount: .init(couponID: nil, amount: usd(discount)),
        tax: try await TaxRateStore(connection).treatment(of: details))
      return try await InvoiceStore(connection).issue(draft, at: now)
    }
  }

  private func rate(
    _ billing: BillingDatabase, _ country: String, _ percent: String, inclusive: Bool = false, reverse: Bool = false
  ) async throws {
    let rate = try #require(Rate(percent: percent))
    try await billing.pool.transaction { connection in
      _ = try await TaxRateStore(connection).create(
        name: "VAT", country: country, rate: rate, isInclusive: inclusive, hasReverseCharge: reverse, at: now)
    }
  }

  private func credit(
    _ billing: BillingDatabase, _ invoice: Invoice, _ amount: Int64, _ destination: CreditNote.Destination = .balance
  ) async throws -> (note: CreditNote, refund: Refund?) {
    try await billing.pool.transaction { connection in
      try await InvoiceDesk(connection).credit(invoice.id, amount: usd(amount), reason: "r", to: destination, at: now)
    }
  }

  private func pay(_ billing: BillingDatabase, _ invoice: Invoice) async throws {
    try await billing.pool.transaction { connection in
      _ = try await InvoiceDesk(connection).pay(invoice.id, PaymentReceipt(reference: "wire"), at: now)
    }
  }

  private func reload(_ billing: BillingDatabase, _ invoice: Invoice) async throws -> Invoice {
    try #require(try await InvoiceStore(billing.pool).find(invoice.id))
  }

  private func expectBalanced(_ billing: BillingDatabase) async throws {
    let ledger = LedgerStore(billing.pool)
    #expect(try await ledger.unbalancedEntries().isEmpty)
    #expect(try await ledger.unsettledInvoices().isEmpty)
    let rows = try await billing.pool.query(
      """
      SELECT b.customer_id FROM license.credit_balances b
      WHERE b.amount <> (
        SELECT coalesce(-sum(p.amount), 0) FROM license.ledger_postings p
        JOIN license.ledger_entries e ON e.id = p.entry_id JOIN license.invoices i ON i.id = e.invoice_id
        WHERE p.account = 'customer_credit' AND p.currency = b.currency AND i.customer_id = b.customer_id)
      """)
    #expect(rows.isEmpty)
    await billing.pool.close()
  }

  @Test func taxComesOnTopOrIsContainedOrIsTheCustomersOwn() async throws {
    let billing = try await BillingDatabase.make()
    try await rate(billing, "DE", "19")
    try await rate(billing, "FR", "20", inclusive: true, reverse: true)
    let german = try await invoice(billing, [5_000, 4_999], discount: 999, details: BillingDetails(country: "DE"))
    #expect(german.subtotal == usd(9_999) && german.tax == usd(1_710) && german.total == usd(10_710))
    #expect(german.taxFacts.label == "VAT 19 %" && german.billTo.country == "DE")
    let french = try await invoice(billing, details: BillingDetails(country: "FR"))
    #expect(french.tax == usd(1_667) && french.total == usd(10_000))
    let business = try await invoice(billing, details: BillingDetails(country: "FR", vatID: "FR12345678901"))
    #expect(business.tax == usd(0) && business.total == usd(10_000) && business.taxFacts.isReverseCharge)
    let nowhere = try await invoice(billing, details: BillingDetails(country: "US", vatID: "X"))
    #expect(nowhere.tax == usd(0) && nowhere.taxFacts.label.isEmpty)
    #expect(try await LedgerStore(billing.pool).balances(of: .taxPayable) == [usd(-3_377)])
    try await expectBalanced(billing)
  }

  @Test func aCreditNoteTakesFromWhatIsDueFirst() async throws {
    let billing = try await BillingDatabase.make()
    let open = try await invoice(billing)
    let part = try await credit(billing, open, 3_000, .refund)
    #expect(part.note.reducedDue == usd(3_000) && part.refund == nil && part.note.number == "CN-2026-000001")
    #expect(try await reload(billing, open).due == usd(7_000))
    try await pay(billing, open)
    let rest = try await credit(billing, open, 7_000)
    #expect(rest.note.toBalance == usd(7_000))
    #expect(try await CreditBalanceStore(billing.pool).balance(of: open.customerID, in: .usd) == usd(7_000))
    await #expect(throws: BillingError.creditTooLarge(left: usd(0))) { try await credit(billing, open, 1) }
    let next = try await invoice(billing)
    #expect(next.creditApplied == usd(7_000) && next.due == usd(3_000) && next.status == .open)
    try await expectBalanced(billing)
  }

  @Test func creditNotesOverAllOfAnInvoiceTakeBackAllOfItsTax() async throws {
    let billing = try await BillingDatabase.make()
    try await rate(billing, "DE", "19")
    let open = try await invoice(billing, [9_973], details: BillingDetails(country: "DE"))
    try await pay(billing, open)
    var left = open.total.minorUnits
    var tax: Int64 = 0
    for part: Int64 in [1, 333, 2_500, 77, 4_001] {
      tax += try await credit(billing, open, part).note.tax.minorUnits
      left -= part
    }
    tax += try await credit(billing, open, left).note.tax.minorUnits
    #expect(tax == open.tax.minorUnits)
    #expect(try await LedgerStore(billing.pool).balances(of: .revenue, invoice: open.id) == [usd(0)])
    #expect(try await LedgerStore(billing.pool).balances(of: .taxPayable, invoice: open.id) == [usd(0)])
    try await expectBalanced(billing)
  }

  @Test func aRefundGoesOutOnceOrBecomesCredit() async throws {
    let billing = try await BillingDatabase.make()
    let paid = try await invoice(billing)
    try await pay(billing, paid)
    let first = try #require(try await credit(billing, paid, 4_000, .refund).refund)
    let second = try #require(try await credit(billing, paid, 6_000, .refund).refund)
    for _ in 0..<2 {
      try await billing.pool.transaction { connection in
        let desk = InvoiceDesk(connection)
        let sent = try await desk.refunded(first.id, reference: "r1", at: now)
        let failed = try await desk.refundFailed(second.id, "account closed", at: now)
        #expect(sent?.status == .paid && failed?.refund.status == .failed)
      }
    }
    let ledger = LedgerStore(billing.pool)
    #expect(try await ledger.balances(of: .cash) == [usd(6_000)])
    #expect(try await ledger.balances(of: .refundsPayable) == [usd(0)])
    #expect(try await CreditBalanceStore(billing.pool).balance(of: paid.customerID, in: .usd) == usd(6_000))
    try await expectBalanced(billing)
  }

  @Test func aWithdrawnInvoiceLeavesNothingBehindButItsNumber() async throws {
    let billing = try await BillingDatabase.make()
    let paid = try await invoice(billing)
    try await pay(billing, paid)
    _ = try await credit(billing, paid, 2_500)
    let open = try await invoice(billing)
    #expect(open.creditApplied == usd(2_500))
    _ = try await credit(billing, open, 500)
    let void = try await billing.pool.transaction { try await InvoiceDesk($0).void(open.id, at: now) }
    #expect(void.status == .void && void.due == usd(0) && void.number == "2026-000002")
    #expect(try await CreditBalanceStore(billing.pool).balance(of: open.customerID, in: .usd) == usd(2_500))
    for account in LedgerAccount.allCases {
      #expect(try await LedgerStore(billing.pool).balances(of: account, invoice: open.id).allSatisfy(\.isZero))
    }
    await #expect(throws: BillingError.illegalInvoice(.void)) {
      try await billing.pool.transaction { try await InvoiceDesk($0).void(open.id, at: now) }
    }
    await #expect(throws: BillingError.illegalInvoice(.void)) { try await pay(billing, open) }
    await #expect(throws: BillingError.illegalInvoice(.paid)) {
      try await billing.pool.transaction { try await InvoiceDesk($0).void(paid.id, at: now) }
    }
    try await expectBalanced(billing)
  }

  @Test func twentyInvoicesAtOnceSpendACreditOnce() async throws {
    let billing = try await BillingDatabase.make()
    let paid = try await invoice(billing)
    try await pay(billing, paid)
    _ = try await credit(billing, paid, 10_000)
    let applied = try await withThrowingTaskGroup(of: Int64.self) { tasks in
      for _ in 0..<20 { tasks.addTask { try await invoice(billing, [1_500]).creditApplied.minorUnits } }
      return try await tasks.reduce(0, +)
    }
    #expect(applied == 10_000)
    #expect(try await CreditBalanceStore(billing.pool).all(of: paid.customerID).isEmpty)
    try await expectBalanced(billing)
  }

  @Test func theLastCouponGoesToOneOfTwenty() async throws {
    let billing = try await BillingDatabase.make()
    let rate = try #require(Rate(percent: "50"))
    _ = try await CouponStore(billing.pool).create(
      code: "ONE", name: "Half", reduction: .percent(rate), periods: 1, maxRedemptions: 1, redeemableUntil: nil, at: now
    )
    let totals = await withTaskGroup(of: Int64?.self) { tasks in
      for turn in 0..<20 {
        tasks.addTask {
          try? await billing.order(email: "buyer\(turn)@example.com", coupon: " one ").invoice.total.minorUnits
        }
      }
      return await tasks.reduce(into: [Int64]()) { if let total = $1 { $0.append(total) } }
    }
    #expect(totals == [3_950])
    await #expect(throws: BillingError.coupon(.exhausted)) { try await billing.order(coupon: "ONE") }
    await #expect(throws: BillingError.coupon(.unknown)) { try await billing.order(coupon: "NONE") }
    try await expectBalanced(billing)
  }

  @Test func anAmountIsTakenOffInItsOwnCurrencyOnly() async throws {
    let billing = try await BillingDatabase.make()
    _ = try await CouponStore(billing.pool).create(
      code: "TENNER", name: "Ten", reduction: .amount(usd(1_000)), periods: nil, maxRedemptions: nil,
      redeemableUntil: now + .days(1), at: now)
    #expect(try await billing.order(coupon: "TENNER").invoice.total == usd(6_900))
    await #expect(throws: BillingError.coupon(.usedBefore)) { try await billing.order(coupon: "TENNER") }
    await #expect(throws: BillingError.coupon(.otherCurrency)) {
      try await billing.order("pro", .month, .eur, email: "b@example.com", coupon: "TENNER")
    }
    try await expectBalanced(billing)
  }
}
