import Billing
import Core
import Database
import TestSupport
import Testing

@Suite struct ManualBillingTests {
  @Test func thePlansAreTheDocumentedOnes() async throws {
    let billing = try await BillingDatabase.make()
    let plans = try await PlanStore(billing.pool).all()
    #expect(plans.map(\.slug) == ["starter", "pro", "enterprise"])
    #expect(plans.map(\.users) == [1, 5, nil])
    #expect(plans.map(\.features.count) == [0, 9, 12])
    #expect(plans[2].features.suffix(3) == ["attribution", "audience_optimization", "white_label"])
    #expect(try await PlanStore(billing.pool).activePrices().count == 12)
    await billing.pool.close()
  }

  @Test func anOrderMakesCustomerSubscriptionAndOpenInvoice() async throws {
    let billing = try await BillingDatabase.make()
    let order = try await billing.order()
    #expect(order.subscription.status == .incomplete && order.subscription.current == nil)
    #expect(order.invoice.status == .open && order.invoice.number == "2026-000001")
    #expect(order.invoice.total == Money(minorUnits: 7_900, currency: .usd))
    #expect(order.invoice.lines.map(\.amount) == [order.invoice.subtotal])
    let ledger = LedgerStore(billing.pool)
    #expect(try await ledger.balances(of: .receivable) == [order.invoice.total])
    #expect(try await ledger.balances(of: .revenue) == [try order.invoice.total.negated()])
    #expect(try await ledger.balances(of: .cash).isEmpty)
    let again = try await billing.order("starter")
    #expect(again.customer == order.customer)
    await billing.pool.close()
  }

  @Test func aPaymentBooksCashAndStartsThePeriod() async throws {
    let billing = try await BillingDatabase.make()
    let order = try await billing.order("enterprise", .year, .eur)
    let settled = try await billing.pay(order.invoice.id)
    #expect(settled.isNew && settled.invoice.status == .paid && settled.payment.amount == order.invoice.total)
    #expect(settled.subscription?.status == .active)
    #expect(settled.subscription?.current?.end.rfc3339 == "2027-11-21T10:00:00.000Z")
    let ledger = LedgerStore(billing.pool)
    #expect(try await ledger.balances(of: .receivable, invoice: order.invoice.id).map(\.minorUnits) == [0])
    #expect(try await ledger.balances(of: .cash) == [order.invoice.total])
    await billing.pool.close()
  }

  @Test func twentyTellTheSamePaymentAndItIsBookedOnce() async throws {
    let billing = try await BillingDatabase.make()
    let order = try await billing.order()
    let new = try await withThrowingTaskGroup(of: Bool.self) { tasks in
      for _ in 0..<20 { tasks.addTask { try await billing.pay(order.invoice.id).isNew } }
      return try await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(new == 1)
    #expect(try await LedgerStore(billing.pool).balances(of: .cash) == [order.invoice.total])
    let subscription = try await SubscriptionStore(billing.pool).find(order.subscription.id)
    #expect(subscription?.current?.end.rfc3339 == "2026-12-21T10:00:00.000Z")
    await billing.pool.close()
  }

  @Test func aSecondPaymentOfAnInvoiceIsRefused() async throws {
    let billing = try await BillingDatabase.make()
    let order = try await billing.order()
    _ = try await billing.pay(order.invoice.id, "first")
    await #expect(throws: BillingError.alreadyPaid(reference: "first")) {
      try await billing.pay(order.invoice.id, "second")
    }
    await #expect(throws: BillingError.noSuchInvoice) { try await billing.pay(4_711) }
    await billing.pool.close()
  }

  @Test func whatIsNotSoldCannotBeOrdered() async throws {
    let billing = try await BillingDatabase.make()
    let yen = try #require(Currency("JPY"))
    await #expect(throws: BillingError.noSuchPlan("gold")) { try await billing.order("gold") }
    await #expect(throws: BillingError.noSuchPrice(plan: "pro", period: .month, currency: yen)) {
      try await billing.order("pro", .month, yen)
    }
    #expect(try await CustomerStore(billing.pool).list(PageRequest()).items.isEmpty)
    await billing.pool.close()
  }

  @Test func invoiceNumbersHaveNoGapsWhateverFails() async throws {
    struct Undone: Error {}
    let billing = try await BillingDatabase.make()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for turn in 0..<30 {
        tasks.addTask {
          let request = OrderRequest(
            plan: "pro", period: .month, currency: .usd,
            email: try #require(EmailAddress("buyer\(turn % 7)@example.com")))
          try? await billing.pool.transaction(retries: 10) { connection in
            _ = try await ManualBilling(connection).place(request, at: BillingDatabase.now)
            if turn.isMultiple(of: 3) { throw Undone() }
          }
        }
      }
      try await tasks.waitForAll()
    }
    let numbers = try await InvoiceStore(billing.pool).list(PageRequest(limit: 500)).items.map(\.number).sorted()
    #expect(numbers == (1...20).map { "2026-0000\($0 < 10 ? "0" : "")\($0)" })
    await billing.pool.close()
  }

  @Test func theLedgerBalancesAfterAnyMixOfOrdersAndPayments() async throws {
    let billing = try await BillingDatabase.make()
    var dice = Dice(seed: 42)
    var open: [Invoice] = []
    var owed: [Currency: Int64] = [:]
    var paid: [Currency: Int64] = [:]
    for turn in 0..<80 {
      if Bool.random(using: &dice), let invoice = open.randomElement(using: &dice) {
        _ = try await billing.pay(invoice.id, "transfer \(turn)")
        open.removeAll { $0.id == invoice.id }
        owed[invoice.total.currency, default: 0] -= invoice.total.minorUnits
        paid[invoice.total.currency, default: 0] += invoice.total.minorUnits
      } else {
        let order = try await billing.order(
          ["starter", "pro", "enterprise"].randomElement(using: &dice) ?? "pro",
          Bool.random(using: &dice) ? .month : .year, Bool.random(using: &dice) ? .usd : .eur,
          email: "buyer\(Int.random(in: 0...9, using: &dice))@example.com")
        open.append(order.invoice)
        owed[order.invoice.total.currency, default: 0] += order.invoice.total.minorUnits
      }
    }
    let ledger = LedgerStore(billing.pool)
    #expect(try await ledger.unbalancedEntries().isEmpty)
    var total: [Currency: Int64] = [:]
    for account in LedgerAccount.allCases {
      for balance in try await ledger.balances(of: account) {
        total[balance.currency, default: 0] += balance.minorUnits
        if account == .receivable { #expect(balance.minorUnits == owed[balance.currency] ?? 0) }
        if account == .cash { #expect(balance.minorUnits == paid[balance.currency] ?? 0) }
      }
    }
    #expect(total.values.allSatisfy { $0 == 0 })
    await billing.pool.close()
  }
}
