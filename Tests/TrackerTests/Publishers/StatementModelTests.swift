import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

/// Weeks of random conversions, approvals and refunds, statements closed and locked in between; against a walk that knows
/// nothing of the code that makes them.
@Suite struct StatementModelTests {
  private struct Item {
    let click: ClickEvent
    let at: Timestamp
    var payout: Int64
    var isApproved: Bool
    var isRefused = false
    var statement: Int?
    /// What it was locked with; nil before.
    var billed: Int64?
  }

  private struct Bill: Equatable {
    var amounts: [Int64] = []
    var isLocked = false
    var payable: Int64 = 0
    var carriedOut: Int64 = 0
  }

  private struct Model {
    var items: [Item] = []
    var adjustments: [(at: Timestamp, amount: Int64, statement: Int?)] = []
    var bills: [Bill] = []
    /// Conversions after which the second rate holds.
    let step: Int?
    let minimum: Int64

    /// 2.50 and 12.5 %; after the step 5.00 and 20 %.
    func amount(_ item: Item, before: Int) -> Int64 {
      let isHigher = step.map { before >= $0 } ?? false
      let (fixed, percent): (Int64, Int64) = isHigher ? (5_000_000, 200) : (2_500_000, 125)
      let (share, rest) = (item.payout * percent).quotientAndRemainder(dividingBy: 1_000)
      let isUp = rest * 2 > 1_000 || (rest * 2 == 1_000 && !share.isMultiple(of: 2))
      return fixed + share + (isUp ? 1 : 0)
    }

    mutating func refuse(_ index: Int, at time: Timestamp) {
      items[index].isApproved = false
      items[index].isRefused = true
      if let billed = items[index].billed {
        adjustments.append((time, -billed, nil))
      } else {
        items[index].statement = nil
      }
    }

    mutating func close(until end: Timestamp) {
      let open = items.indices.filter { items[$0].isApproved && items[$0].statement == nil && items[$0].at < end }
      let changes = adjustments.indices.filter { adjustments[$0].statement == nil && adjustments[$0].at < end }
      guard !open.isEmpty || !changes.isEmpty else { return }
      for index in open { items[index].statement = bills.count }
      for index in changes { adjustments[index].statement = bills.count }
      bills.append(Bill())
    }

    mutating func lock() {
      for index in bills.indices where !bills[index].isLocked {
        let inIt = items.indices.filter { items[$0].statement == index && items[$0].isApproved }
          .sorted { items[$0].at < items[$1].at }
        for (before, item) in inIt.enumerated() { items[item].billed = amount(items[item], before: before) }
        let taken = adjustments.filter { $0.statement == index }.sorted { $0.at < $1.at }.map(\.amount)
        bills[index].amounts = inIt.compactMap { items[$0].billed } + taken
        let total = bills[index].amounts.reduce(index == 0 ? 0 : bills[index - 1].carriedOut, +)
        let isPaid = total > 0 && total >= minimum
        (bills[index].payable, bills[index].carriedOut) = isPaid ? (total, 0) : (0, total)
        bills[index].isLocked = true
      }
    }
  }

  @Test(
    arguments: [(seed: 5, step: nil, minimum: 0), (6, 3, 0), (7, 4, 60), (8, 2, 500)]
      as [(
        seed: UInt64, step: Int?, minimum: Int64
      )])
  func statementsAreWhatTheModelSays(seed: UInt64, step: Int?, minimum: Int64) async throws {
    let bench = try await CommissionBench()
    var dice = SeededGenerator(seed: seed)
    let publisher = try await bench.publisher("Ana", minimum: "\(minimum)")
    try await bench.rule(
      "hybrid", .init(), .hybrid, amount: "2.5", percent: "12.5",
      tiers: step.map {
        CommissionTiers(
          basis: .count,
          steps: [
            .init(
              after: Int64($0),
              rate: .init(amount: Micros(rawValue: 5_000_000), percent: Micros(rawValue: 20_000_000)))
          ])
      })
    var model = Model(step: step, minimum: minimum * 1_000_000)
    var now = PostbackBench.start + .hours(1)
    var monday = CommissionBench.firstMonday
    for _ in 0..<6 {
      let pace = (monday - now) / 12
      for _ in 0..<10 {
        now += pace
        try await act(&model, at: now, of: publisher, bench, &dice)
      }
      now = monday + .minutes(5)
      bench.clock.set(now)
      _ = try await bench.close(publisher)
      #expect(try await bench.close(publisher).isEmpty)
      model.close(until: monday)
      if Bool.random(using: &dice) {
        for statement in try await bench.statements(of: publisher) { _ = try await bench.lock(statement.id) }
        model.lock()
      }
      monday += .days(7)
    }
    for statement in try await bench.statements(of: publisher) { _ = try await bench.lock(statement.id) }
    model.lock()
    let statements = try await bench.statements(of: publisher)
    #expect(statements.count == model.bills.count)
    for (statement, bill) in zip(statements, model.bills) {
      let lines = try await bench.lines(of: statement.id)
      #expect(lines.map(\.amount.rawValue) == bill.amounts)
      #expect(statement.totals?.payable.rawValue == bill.payable)
      #expect(statement.totals?.carriedOut.rawValue == bill.carriedOut)
      let totals = try #require(statement.totals)
      #expect(
        lines.map(\.amount).total + totals.carriedIn == totals.payable + totals.carriedOut)
    }
    await bench.bench.tenant.close()
  }

  private func act(
    _ model: inout Model, at time: Timestamp, of publisher: Int64, _ bench: CommissionBench,
    _ dice: inout SeededGenerator
  ) async throws {
    let waiting = model.items.indices.filter { !model.items[$0].isApproved && !model.items[$0].isRefused }
    let approved = model.items.indices.filter { model.items[$0].isApproved }
    switch Int.random(in: 0..<10, using: &dice) {
    case 0...1:
      guard let index = approved.randomElement(using: &dice) else { return }
      try await bench.send("click_id=\(model.items[index].click.id)&status=refund", at: time)
      model.refuse(index, at: time)
    case 2...3:
      guard let index = waiting.randomElement(using: &dice) else { return }
      try await bench.send("click_id=\(model.items[index].click.id)&status=approved", at: time)
      model.items[index].isApproved = true
    case 4:
      guard let index = waiting.randomElement(using: &dice) else { return }
      try await bench.send("click_id=\(model.items[index].click.id)&status=rejected", at: time)
      model.refuse(index, at: time)
    case let roll:
      let payout = Int64.random(in: 1...99_999_999, using: &dice)
      let click = try await bench.click(of: publisher)
      let word = roll < 7 ? "lead" : "approved"
      try await bench.send(
        "click_id=\(click.id)&payout=\(Micros(rawValue: payout))&status=\(word)", at: time)
      model.items.append(Item(click: click, at: time, payout: payout, isApproved: word == "approved"))
    }
  }
}

private struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
