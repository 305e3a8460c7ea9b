import Conversions
import Core
import Testing

@Suite struct DuplicateModeTests {
  private func hit(
    _ status: ConversionStatus, _ amount: Int64?, txid: String? = nil, currency: Currency = .usd, second: Int64 = 0
  ) -> ConversionClaim {
    let time = arrival + .seconds(second)
    return ConversionClaim(
      id: ConversionID(at: time), type: .sale, status: status, transactionID: txid,
      payout: amount.map { Money(Micros(rawValue: $0), currency) }, at: time)
  }

  /// The rows that hits leave, each as `status amount`.
  private func rows(_ mode: DuplicateMode, _ hits: [ConversionClaim]) -> [String] {
    var known: [KnownConversion] = []
    for hit in hits { apply(hit, to: &known, mode) }
    return known.map { "\($0.status.rawValue) \($0.payout.amount.rawValue)" }
  }

  @Test(arguments: [
    (DuplicateMode.ignore, ["sale 5"]), (.update, ["sale 9"]), (.add, ["sale 14"]), (.new, ["sale 5", "sale 9"]),
  ])
  func aSecondSaleOfTheSameKey(mode: DuplicateMode, expected: [String]) {
    #expect(rows(mode, [hit(.sale, 5), hit(.sale, 9, second: 1)]) == expected)
    #expect(rows(mode, [hit(.sale, 5, txid: "a"), hit(.sale, 9, txid: "a", second: 1)]) == expected)
  }

  @Test(arguments: DuplicateMode.allCases) func anotherTransactionIsNoDuplicate(mode: DuplicateMode) {
    #expect(rows(mode, [hit(.sale, 5, txid: "a"), hit(.sale, 9, txid: "b")]) == ["sale 5", "sale 9"])
  }

  @Test(arguments: DuplicateMode.allCases) func aMoveOfTheStatusIsNone(mode: DuplicateMode) {
    #expect(rows(mode, [hit(.lead, 5), hit(.sale, 7, second: 1)]) == ["sale 7"])
    #expect(rows(mode, [hit(.sale, 5), hit(.rejected, nil, second: 1)]) == ["rejected 5"])
    #expect(rows(mode, [hit(.hold, 5), hit(.rejected, 0, second: 1)]) == ["rejected 0"])
  }

  @Test func withoutAnAmountNothingIsAdded() {
    #expect(rows(.add, [hit(.sale, 5), hit(.sale, nil, second: 1)]) == ["sale 5"])
    #expect(rows(.add, [hit(.hold, 5), hit(.hold, 6, second: 1)]) == ["hold 6"])
  }

  @Test func amountsOfTwoCurrenciesAreNeverOneSum() {
    let hits = [
      hit(.sale, 5), hit(.sale, 7, currency: .eur, second: 1), hit(.sale, 1, second: 2),
      hit(.sale, 2, currency: .eur, second: 3),
    ]
    #expect(rows(.add, hits) == ["sale 6", "sale 9"])
  }

  @Test func sumsEndWhereAmountsDo() {
    #expect(rows(.add, [hit(.sale, .max - 1), hit(.sale, 9, second: 1)]) == ["sale \(Int64.max - 1)"])
  }

  @Test func eachNewOneIsMovedByItself() {
    let hits = [
      hit(.lead, 1), hit(.lead, 2, second: 1), hit(.sale, 3, second: 2), hit(.sale, 4, second: 3),
      hit(.sale, 5, second: 4), hit(.rejected, nil, second: 5), hit(.rejected, nil, second: 6),
    ]
    #expect(rows(.new, Array(hits.prefix(4))) == ["sale 4", "sale 3"])
    #expect(rows(.new, hits) == ["sale 4", "rejected 3", "rejected 5"])
  }

  @Test func anApprovalAfterARefusalIsANewOne() {
    #expect(rows(.new, [hit(.rejected, 1), hit(.sale, 2, second: 1)]) == ["rejected 1", "sale 2"])
    #expect(rows(.update, [hit(.rejected, 1), hit(.sale, 2, second: 1)]) == ["rejected 1"])
  }

  /// What waits for an approval here is sold as far as its network knows.
  @Test(arguments: DuplicateMode.allCases) func whatIsHeldIsRepeatedLikeASale(mode: DuplicateMode) {
    let held = KnownConversion(
      id: ConversionID(at: arrival), type: .sale, status: .hold, transactionID: nil, sequence: 0,
      payout: Money(Micros(rawValue: 10), .usd), createdAt: arrival, isHeld: true)
    let step = ConversionRules.step(for: hit(.sale, 20, second: 1), among: [held], duplicates: mode)
    switch step {
    case .create(let sequence, _): #expect(mode == .new && sequence == 1)
    case .change(let change):
      let expected: [DuplicateMode: Int64] = [.ignore: 10, .update: 20, .add: 30]
      #expect(change.payout.amount.rawValue == expected[mode])
      // The approval is made out to be one, so that it is held back.
      #expect(change.outcome == .applied && change.status == .sale)
    case .replayed: Issue.record("a new hit was taken for a replay")
    }
  }

  /// Any sequence of statuses and amounts, against a model that knows of nothing but a list.
  @Test(arguments: DuplicateMode.allCases) func revenueIsTheSumOfTheApproved(mode: DuplicateMode) {
    var random = SeededGenerator(seed: 4_711)
    for _ in 0..<500 {
      var known: [KnownConversion] = []
      var model: [(status: ConversionStatus, amount: Int64)] = []
      for second in 0..<Int64.random(in: 1...25, using: &random) {
        let status = ConversionStatus.allCases.randomElement(using: &random) ?? .sale
        let amount = Bool.random(using: &random) ? Int64.random(in: 1...99, using: &random) : nil
        let claim = hit(status, amount, second: second)
        apply(claim, to: &known, mode)
        // The same hit once more counts nothing.
        if case .create = ConversionRules.step(for: claim, among: known, duplicates: mode) {
          #expect(mode == .new && claim.id != known.last?.id)
        }
        note(status, amount, in: &model, mode)
      }
      #expect(known.map(\.status) == model.map(\.status))
      #expect(known.map(\.payout.amount.rawValue) == model.map(\.amount))
      let revenue = known.reduce(Int64(0)) { sum, conversion in
        let terms = CostTerms.free(in: .usd)
        return sum
          + ConversionValue(
            type: .sale, status: conversion.status, payout: conversion.payout, terms: terms, reporting: .usd
          ).revenue.rawValue
      }
      #expect(revenue == model.reduce(0) { $0 + ($1.status == .sale ? $1.amount : 0) })
    }
  }

  /// The rules told once more, for one key and one currency.
  private func note(
    _ status: ConversionStatus, _ amount: Int64?, in model: inout [(status: ConversionStatus, amount: Int64)],
    _ mode: DuplicateMode
  ) {
    let moves: [ConversionStatus: [ConversionStatus]] = [
      .lead: [.sale, .rejected], .hold: [.sale, .rejected], .sale: [.rejected],
    ]
    let isMove = { (from: ConversionStatus) in moves[from]?.contains(status) ?? false }
    guard let last = model.indices.last else { return model.append((status, amount ?? 0)) }
    let subject = mode == .new ? model.lastIndex { isMove($0.status) } ?? last : last
    if isMove(model[subject].status) {
      model[subject] = (status, amount ?? model[subject].amount)
    } else if mode == .new, status != .rejected, status != .trash {
      model.append((status, amount ?? 0))
    } else if model[subject].status == status, let amount {
      switch mode {
      case .ignore: break
      case .add where status == .sale: model[subject].amount += amount
      case .add, .update, .new: model[subject].amount = amount
      }
    }
  }

  private func apply(_ claim: ConversionClaim, to known: inout [KnownConversion], _ mode: DuplicateMode) {
    switch ConversionRules.step(for: claim, among: known, duplicates: mode) {
    case .create(let sequence, _):
      known.append(
        KnownConversion(
          id: claim.id, type: claim.type, status: claim.status, transactionID: claim.transactionID, sequence: sequence,
          payout: claim.payout ?? Money(.zero, .usd), createdAt: claim.at))
    case .change(let change):
      guard let index = known.firstIndex(where: { $0.id == change.conversion.id }) else {
        Issue.record("a change of an unknown conversion")
        return
      }
      known[index].status = change.status
      known[index].payout = change.payout
    case .replayed: Issue.record("a new hit was taken for a replay")
    }
  }
}
