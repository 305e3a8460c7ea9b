import Billing
import Core
import Database
import Foundation
import Jobs
import Licensing
import TestSupport
import Testing

@testable import LicenseServer

/// 200 customers through a year of billing, day by day, against a model of its own making. They have nothing to do with
/// one another, and a day's work is one request to the database after the other: two servers, each with half of them,
/// take half the time.
@Suite struct SimulatedYearTests {
  @Test(arguments: 0..<2)
  func aYearsBooksAndLicencesAreWhatAnIndependentModelSays(half: Int) async throws {
    let year = try await SimulatedYear(YearScript(buyers: 200, seed: 20_270_101).part(half, of: 2))
    for day in 0..<YearScript.days { try await year.live(day) }
    try await year.expectBooks()
    try await year.close()
  }
}

/// The server and the model side by side.
private final class SimulatedYear {
  private struct Account {
    let customer: Int64
    let subscription: Int64
    var model: YearModel
  }

  private let script: YearScript
  private let database: TestDatabase
  private let folder: URL
  private let plane: ControlPlane
  private let clock = TestClock(Timestamp(seconds: Int64(YearScript.begin)))
  private let cards = YearCards()
  private let jobs: BillingJobs
  private var accounts: [Int: Account] = [:]
  private var wholesale: Int64 = 0
  private var lostAnswers = 0

  init(_ script: YearScript) async throws {
    self.script = script
    database = try await TestPostgres.database(template: "license", migrate: LicenseDatabase.migrate)
    folder = FileManager.default.temporaryDirectory.appending(path: "year-\(UUID().uuidString)")
    plane = try LicenseDatabase.plane(on: database, keys: folder.path, clock: clock)
    jobs = BillingJobs(
      database: plane.database, provider: cards, kind: .manual, news: plane.news, clock: clock, logger: .silent)
    try await setTerms()
  }

  func close() async throws {
    await plane.database.close()
    withExtendedLifetime(database) {}
  }

  private func setTerms() async throws {
    let now = clock.now()
    try await plane.database.transaction { connection in
      let taxes = TaxRateStore(connection)
      _ = try await taxes.create(
        name: "USt", country: "DE", rate: try #require(Rate(percent: "19")), isInclusive: false,
        hasReverseCharge: false, at: now)
      _ = try await taxes.create(
        name: "TVA", country: "FR", rate: try #require(Rate(percent: "20")), isInclusive: true,
        hasReverseCharge: true, at: now)
      let coupons = CouponStore(connection)
      let terms: [(String, Coupon.Reduction, Int?)] = [
        ("FIFTH3", .percent(try #require(Rate(percent: "20"))), 3),
        ("HALFONCE", .percent(try #require(Rate(percent: "50"))), 1),
        ("FIVEUSD", .amount(Money(minorUnits: 500, currency: .usd)), nil),
        ("FIVEEUR", .amount(Money(minorUnits: 500, currency: .eur)), nil),
      ]
      for (code, reduction, periods) in terms {
        _ = try await coupons.create(
          code: code, name: code, reduction: reduction, periods: periods, maxRedemptions: nil, redeemableUntil: nil,
          at: now)
      }
    }
  }

  func live(_ day: Int) async throws {
    let midnight = YearScript.begin + day * 86_400
    cards.begin(day: day)
    for buyer in script.buyers where buyer.firstDay == day { try await order(buyer, midnight + buyer.orderSecond) }
    for buyer in script.buyers {
      for (_, act) in buyer.acts.filter({ $0.day == day }) { try await perform(act, buyer, midnight + buyer.actSecond) }
    }
    let now = midnight + YearScript.runSecond
    clock.set(Timestamp(seconds: Int64(now)))
    try await runBilling()
    for index in accounts.keys { accounts[index]?.model.run(at: now, today: day) }
    try await expectLicences(at: now, day)
    if day % 30 == 10 { try await sellWholesale() }
  }

  private func order(_ buyer: YearScript.Buyer, _ now: Int) async throws {
    clock.set(Timestamp(seconds: Int64(now)))
    let email = try #require(EmailAddress(buyer.email))
    let customer = try await CustomerStore(plane.database).findOrCreate(email: email, at: clock.now())
    try await BillingDetailsStore(plane.database).save(
      BillingDetails(country: buyer.country, vatID: buyer.vatID), customer: customer.id, at: clock.now())
    let order = try await plane.orders.place(
      OrderRequest(
        plan: buyer.plan, period: buyer.isYearly ? .year : .month, currency: buyer.isEuro ? .eur : .usd, email: email,
        coupon: buyer.coupon))
    _ = try await plane.cashier.markPaid(invoice: order.invoice.id, reference: "wire", by: .commandLine)
    cards.give(buyer.card, to: customer.id)
    accounts[buyer.index] = Account(
      customer: customer.id, subscription: order.subscription.id, model: YearModel(buyer, at: now))
  }

  private func perform(_ act: YearScript.Act, _ buyer: YearScript.Buyer, _ now: Int) async throws {
    clock.set(Timestamp(seconds: Int64(now)))
    guard var account = accounts[buyer.index] else { return }
    let isAllowed = account.model.act(act, at: now)
    accounts[buyer.index] = account
    let isDone = try await perform(act, account)
    #expect(isDone == isAllowed, "buyer \(buyer.index) \(act)")
  }

  /// False when the server refuses.
  private func perform(_ act: YearScript.Act, _ account: Account) async throws -> Bool {
    let subscriptions = plane.subscriptions
    let invoices = try await InvoiceStore(plane.database).all(ofCustomers: [account.customer])
    do {
      switch act {
      case .change(let plan, let yearly):
        _ = try await subscriptions.change(
          account.subscription, to: PlanTarget(plan: plan, period: yearly ? .year : .month), by: .commandLine)
      case .cancelNow(let refund):
        _ = try await subscriptions.cancel(
          account.subscription, .now(credit: refund ? .refund : .balance), by: .commandLine)
      case .cancelAtEnd: _ = try await subscriptions.cancel(account.subscription, .atPeriodEnd, by: .commandLine)
      case .transfer:
        guard let oldest = invoices.last(where: { $0.status == .open }) else { return false }
        let paid = try await plane.cashier.markPaid(invoice: oldest.id, reference: "late", by: .commandLine)
        // Paying the last of what is owed puts the licence right at once.
        if account.model.state == .active, account.model.isRenewed(at: Int(clock.now().seconds)) {
          #expect(paid.license?.status(at: clock.now()).rawValue == "active")
        }
      case .giveBackHalf:
        guard let newest = invoices.first(where: { $0.status == .paid }) else { return false }
        let half = try newest.total.share(1, of: 2)
        guard half.isPositive else { return false }
        _ = try await plane.cashier.credit(
          invoice: newest.id, amount: half, reason: "Goodwill", to: .refund, by: .commandLine)
      }
      return true
    } catch is BillingError {
      return false
    }
  }

  /// Twice a week the run is started twice, and it is started again whenever an answer got lost.
  private func runBilling() async throws {
    let report = try await jobs.run()
    guard !report.failures.isEmpty || clock.now().seconds / 86_400 % 4 == 0 else { return }
    lostAnswers += report.failures.count
    let again = try await jobs.run()
    #expect(again.failures.isEmpty && again.renewed == 0 && again.collected == report.failures.count)
  }

  private func sellWholesale() async throws {
    let now = clock.now()
    let email = try #require(EmailAddress("reseller@example.com"))
    let invoice = try await plane.database.transaction { connection in
      let reseller = try await CustomerStore(connection).findOrCreate(email: email, at: now)
      let line = try Invoice.Line(
        description: "12 Pro licences", quantity: 12, unitAmount: Money(minorUnits: 5_530, currency: .usd))
      return try await InvoiceStore(connection).issue(
        InvoiceDraft(customerID: reseller.id, purpose: .wholesale, currency: .usd, lines: [line]), at: now)
    }
    _ = try await plane.cashier.markPaid(invoice: invoice.id, reference: "wholesale", by: .commandLine)
    wholesale += 66_360
  }

  // What is compared

  private func expectLicences(at now: Int, _ day: Int) async throws {
    let time = Timestamp(seconds: Int64(now))
    let rows = try await plane.database.query(
      "SELECT l.subscription_id, \(LicenseGrant.status(at: time)) AS status FROM license.licenses l")
    var seen: [Int64: String] = [:]
    for row in rows { seen[try row.get("subscription_id")] = try row.get("status") }
    for account in accounts.values {
      let expected = account.model.licence(at: now)
      if seen[account.subscription] != expected {
        Issue.record(
          "day \(day): buyer \(account.model.buyer) is \(seen[account.subscription] ?? "-"), not \(expected)")
      }
    }
  }

  func expectBooks() async throws {
    let ledger = LedgerStore(plane.database)
    #expect(try await ledger.unbalancedEntries().isEmpty)
    #expect(try await ledger.unsettledInvoices().isEmpty)
    for account in accounts.values { try await expectInvoices(account) }
    for currency in [Currency.usd, .eur] {
      let models = accounts.values.filter { ($0.model.buyer.isEuro) == (currency == .eur) }.map(\.model)
      let extra = currency == .usd ? wholesale : 0
      let expected: [LedgerAccount: Int64] = [
        .cash: sum(models, \.cash) + extra, .receivable: sum(models, \.owed), .revenue: -sum(models, \.earned) - extra,
        .taxPayable: -sum(models, \.earnedTax), .customerCredit: -sum(models, \.balance), .refundsPayable: 0,
      ]
      for (account, amount) in expected {
        #expect(try await balance(account, currency) == amount, "\(account) in \(currency)")
      }
      #expect(expected.values.reduce(0, +) == 0)
    }
    #expect(cards.chargedTwice.isEmpty && lostAnswers > 3)
    try await expectNumbersWithoutGaps()
    try await expectRevenue()
  }

  private func expectInvoices(_ account: Account) async throws {
    let invoices = try await InvoiceStore(plane.database).all(ofCustomers: [account.customer]).reversed()
    let model = account.model
    let name = "buyer \(model.buyer)"
    #expect(invoices.map { Int($0.total.minorUnits) } == model.bills.map(\.total), "\(name)")
    #expect(invoices.map { Int($0.tax.minorUnits) } == model.bills.map(\.tax), "\(name)")
    #expect(invoices.map { Int($0.due.minorUnits) } == model.bills.map(\.due), "\(name)")
    #expect(invoices.map { Int($0.credited.minorUnits) } == model.bills.map(\.credited), "\(name)")
    #expect(invoices.map { $0.status == .void } == model.bills.map(\.isVoid), "\(name)")
    let currency: Currency = model.buyer.isEuro ? .eur : .usd
    let balance = try await CreditBalanceStore(plane.database).balance(of: account.customer, in: currency)
    #expect(Int(balance.minorUnits) == model.balance, "\(name)")
    for (invoice, bill) in zip(invoices, model.bills) {
      if let charged = cards.charges[invoice.id] { #expect(Int(charged) == bill.received, "\(name)") }
    }
  }

  private func balance(_ account: LedgerAccount, _ currency: Currency) async throws -> Int64 {
    try await LedgerStore(plane.database).balances(of: account).first { $0.currency == currency }?.minorUnits ?? 0
  }

  private func sum(_ models: [YearModel], _ value: (YearModel) -> Int) -> Int64 {
    models.reduce(0) { $0 + Int64(value($1)) }
  }

  private func expectNumbersWithoutGaps() async throws {
    for (table, prefix) in [("invoices", ""), ("credit_notes", "CN-")] {
      let rows = try await plane.database.query(
        "SELECT number FROM license.\(unescaped: table) ORDER BY number")
      var numbers: [String] = []
      for row in rows { numbers.append(try row.get("number")) }
      let expected = (1...max(1, numbers.count)).map { "\(prefix)2027-\(String(1_000_000 + $0).dropFirst())" }
      #expect(numbers == expected)
    }
  }

  private func expectRevenue() async throws {
    let reports = try await RevenueStore(plane.database).report(months: 12, at: clock.now())
    #expect(reports.map(\.currency) == [.eur, .usd])
    for report in reports {
      let models = accounts.values.map(\.model).filter { $0.buyer.isEuro == (report.currency == .eur) }
      #expect(try report.months.last?.closing.minorUnits == sum(models, \.recurring))
      #expect(report.subscriptions == models.filter { $0.recurring > 0 }.count)
    }
  }
}
