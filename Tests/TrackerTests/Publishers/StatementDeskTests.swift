import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing
import Web

@testable import TenantTracker

@Suite struct StatementDeskTests {
  @Test func manyClosersAndLockersAtOnceMakeOneStatement() async throws {
    let bench = try await CommissionBench(connections: 10)
    let publisher = try await bench.publisher("Ana")
    try await bench.rule(amount: "2")
    for _ in 0..<5 { try await bench.sale(of: publisher, payout: "9") }
    bench.clock.set(CommissionBench.firstMonday)
    let made = try await withThrowingTaskGroup(of: [Int64].self) { tasks in
      for _ in 0..<12 { tasks.addTask { try await bench.close(publisher) } }
      return try await tasks.reduce(into: []) { $0 += $1 }
    }
    let id = try #require(made.first)
    #expect(made == [id])
    let locked = try await withThrowingTaskGroup(of: Statement.self) { tasks in
      for _ in 0..<12 { tasks.addTask { try await bench.lock(id) } }
      return try await tasks.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(locked).count == 1)
    #expect(locked[0].totals?.payable.description == "10.00")
    #expect(try await bench.lines(of: id).map(\.number) == [1, 2, 3, 4, 5])
    let paid = await withTaskGroup(of: String?.self) { tasks in
      for number in 0..<8 {
        tasks.addTask {
          let statement = try? await bench.pay(id, "wire \(number)")
          return statement?.payment?.reference
        }
      }
      return await tasks.reduce(into: []) { $0.append($1) }
    }
    #expect(paid.compactMap { $0 }.count == 1)
    await bench.bench.tenant.close()
  }

  @Test func aPeriodIsTheTenantsLocalDays() async throws {
    let bench = try await CommissionBench()
    let publisher = try await bench.publisher("Ana")
    try await bench.rule(amount: "1")
    let monday = CommissionBench.firstMonday
    try await bench.sale(of: publisher, payout: "9", at: monday - .milliseconds(1))
    try await bench.sale(of: publisher, payout: "9", at: monday)
    bench.clock.set(monday - .milliseconds(1))
    #expect(try await bench.close(publisher).isEmpty)
    bench.clock.set(monday)
    #expect(try await bench.close(publisher).count == 1)
    let first = try #require(try await bench.statements(of: publisher).first)
    #expect(first.title == "2026-11-16 – 2026-11-22")
    #expect(first.dueDate.description == "2026-11-29")
    #expect(first.period.upperBound == monday)
    #expect(try await bench.lock(first.id).totals?.lineCount == 1)
    bench.clock.set(monday + .days(30))
    #expect(try await bench.close(publisher).count == 1)
    #expect(try await bench.statements(of: publisher).map(\.title).last == "2026-11-23 – 2026-11-29")
    await bench.bench.tenant.close()
  }

  @Test func aPeriodCanEndByHandAndTheScheduleGoesOnFromThere() async throws {
    let bench = try await CommissionBench()
    let publisher = try await bench.publisher("Ana", schedule: PayoutSchedule(.monthly, netDays: 0))
    try await bench.rule(amount: "1")
    let monday = CommissionBench.firstMonday
    try await bench.sale(of: publisher, payout: "9", at: monday + .hours(1))
    bench.clock.set(monday + .days(2))
    #expect(try await bench.close(publisher).isEmpty)
    await #expect(throws: Problem.self) { try await bench.close(publisher, through: LocalDate("2026-11-26")) }
    #expect(try await bench.close(publisher, through: LocalDate("2026-11-24")).count == 1)
    #expect(try await bench.close(publisher, through: LocalDate("2026-11-24")).isEmpty)
    try await bench.sale(of: publisher, payout: "9", at: monday + .days(2) + .hours(1))
    // Today ends now: what comes later goes into the next.
    bench.clock.set(monday + .days(2) + .hours(2))
    let today = try await bench.close(publisher, through: LocalDate("2026-11-25"))
    try await bench.sale(of: publisher, payout: "9", at: monday + .days(2) + .hours(3))
    #expect(try await bench.lock(today[0] - 1).totals?.lineCount == 1)
    #expect(try await bench.lock(today[0]).totals?.lineCount == 1)
    bench.clock.set(monday + .days(20))
    #expect(try await bench.close(publisher).count == 1)
    #expect(
      try await bench.statements(of: publisher).map(\.title)
        == ["2026-11-01 – 2026-11-24", "2026-11-25 – 2026-11-25", "2026-11-25 – 2026-11-30"])
    await bench.bench.tenant.close()
  }

  @Test func statementsAreLockedInTheirOrderAndPaidOnce() async throws {
    let bench = try await CommissionBench()
    let publisher = try await bench.publisher("Ana", minimum: "15")
    try await bench.rule(amount: "10")
    let monday = CommissionBench.firstMonday
    let first = try await bench.sale(of: publisher, payout: "9")
    try await bench.sale(of: publisher, payout: "9", at: monday + .hours(1))
    bench.clock.set(monday + .days(7))
    let made = try await bench.close(publisher)
    #expect(made.count == 2)
    await #expect(throws: Problem.self) { try await bench.lock(made[1]) }
    await #expect(throws: Problem.self) { try await bench.pay(made[0]) }
    // A draft shows what the statement before it would leave.
    let api = StatementsAPI(desk: bench.desk)
    #expect(try await api.show(made[1], of: bench.scope).totals.carriedIn.description == "10.00")
    #expect(try await bench.lock(made[0]).state == .carried)
    await #expect(throws: Problem.self) { try await bench.pay(made[0]) }
    #expect(try await bench.lock(made[1]).totals?.payable.description == "20.00")
    #expect(try await bench.pay(made[1], "wire 7").state == .paid)
    #expect(try await bench.pay(made[1], "wire 7").payment?.reference == "wire 7")
    await #expect(throws: Problem.self) { try await bench.pay(made[1], "wire 8") }
    // What had been carried over is paid with it.
    #expect(try await bench.commission(first.conversion)?.status == .paid)
    let balance = try #require(try await BalanceStore().balances(of: [publisher], in: bench.scope).first)
    #expect((balance.open, balance.owed, balance.paid.description) == (.zero, .zero, "20.00"))
    await bench.bench.tenant.close()
  }

  @Test func aRejectionBeforeTheLockMovesTheTiersOfTheOthers() async throws {
    let bench = try await CommissionBench()
    let publisher = try await bench.publisher("Ana")
    let tiers = CommissionTiers(
      basis: .count, steps: [.init(after: 1, rate: .init(amount: Micros(rawValue: 7_000_000)))])
    try await bench.rule("tiers", .init(), amount: "1", tiers: tiers)
    let first = try await bench.sale(of: publisher, payout: "9")
    let second = try await bench.sale(of: publisher, payout: "9", at: PostbackBench.start + .hours(2))
    #expect(try await bench.commission(second.conversion)?.amount.description == "7.00")
    let third = try await bench.sale(of: publisher, payout: "9", at: PostbackBench.start + .hours(3))
    bench.clock.set(CommissionBench.firstMonday)
    let made = try await bench.close(publisher)
    try await bench.send("click_id=\(first.click.id)&status=refund", at: bench.clock.now())
    #expect(try await bench.commission(second.conversion)?.amount.description == "1.00")
    #expect(try await bench.commission(third.conversion)?.amount.description == "7.00")
    #expect(try await bench.lock(made[0]).totals?.payable.description == "8.00")
    #expect(try await BalanceStore().balances(of: [publisher], in: bench.scope).first?.owed.description == "8.00")
    await bench.bench.tenant.close()
  }

  @Test func eachCurrencyHasStatementsOfItsOwn() async throws {
    let bench = try await CommissionBench()
    let publisher = try await bench.publisher("Ana", minimum: "100")
    try await bench.rule("dollars", .init(), amount: "5")
    try await bench.rule("euros", .init(type: ConversionType(rawValue: "ftd")), amount: "3", currency: .eur)
    try await bench.sale(of: publisher, payout: "9")
    try await bench.sale(of: publisher, payout: "9", more: "&conversion_type=ftd")
    bench.clock.set(CommissionBench.firstMonday)
    for id in try await bench.close(publisher) { _ = try await bench.lock(id) }
    let found = try await bench.statements(of: publisher)
    #expect(found.map(\.currency.code).sorted() == ["EUR", "USD"])
    // The minimum is in the publisher's own.
    #expect(found.first { $0.currency == .eur }?.totals?.payable.description == "3.00")
    #expect(found.first { $0.currency == .usd }?.state == .carried)
    await bench.bench.tenant.close()
  }
}
