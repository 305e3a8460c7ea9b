import Conversions
import Core
import Testing

@Suite struct ConversionRulesTests {
  private func claim(
    _ type: ConversionType = .sale, _ status: ConversionStatus = .sale, txid: String? = nil, payout: Micros? = nil,
    at time: Timestamp = arrival
  ) -> ConversionClaim {
    ConversionClaim(
      id: ConversionID(at: time), type: type, status: status, transactionID: txid,
      payout: payout.map { Money($0, .usd) }, at: time)
  }

  private func known(
    _ type: ConversionType = .sale, _ status: ConversionStatus = .sale, txid: String? = nil, sequence: Int = 0,
    payout: Int64 = 10_000_000, at time: Timestamp = arrival
  ) -> KnownConversion {
    KnownConversion(
      id: ConversionID(at: time), type: type, status: status, transactionID: txid, sequence: sequence,
      payout: Money(Micros(rawValue: payout), .usd), createdAt: time)
  }

  @Test func theFirstHitMakesAConversion() {
    #expect(ConversionRules.step(for: claim(), among: []) == .create(sequence: 0, parentID: nil))
    let sale = known()
    #expect(ConversionRules.step(for: claim(.lead), among: [sale]) == .create(sequence: 0, parentID: nil))
    #expect(ConversionRules.step(for: claim(txid: "a"), among: [sale]) == .create(sequence: 0, parentID: nil))
  }

  @Test func aHitIsItsOwnReplay() {
    let hit = claim()
    var recorded = known()
    recorded.id = hit.id
    #expect(ConversionRules.step(for: hit, among: [known(.lead), recorded]) == .replayed(hit.id))
  }

  @Test func upsellsAndRebillsHangOnTheFirstSale() {
    let (first, second) = (known(txid: "a"), known(txid: "b", at: arrival + .seconds(9)))
    for type in [ConversionType.upsell, .rebill] {
      #expect(
        ConversionRules.step(for: claim(type, txid: "x"), among: [second, first])
          == .create(sequence: 0, parentID: first.id))
      #expect(ConversionRules.step(for: claim(type), among: [known(.lead)]) == .create(sequence: 0, parentID: nil))
    }
  }

  @Test func aRebillWithoutTransactionIsTheNextAfterAnHour() {
    let sale = known()
    let last = known(.rebill, sequence: 3, at: arrival)
    let old = known(.rebill, sequence: 1, at: arrival - .hours(900))
    let step = { (status: ConversionStatus, later: Duration) in
      ConversionRules.step(for: claim(.rebill, status, at: arrival + later), among: [old, sale, last])
    }
    #expect(step(.sale, .hours(1) + .seconds(1)) == .create(sequence: 4, parentID: sale.id))
    for later in [Duration.seconds(0), .hours(1), .seconds(-5)] {
      guard case .change(let change) = step(.sale, later) else {
        Issue.record("another rebill after \(later)")
        continue
      }
      #expect(change.conversion == last)
      #expect(change.outcome == .unchanged)
    }
    guard case .change(let change) = step(.rejected, .days(3)) else {
      Issue.record("a refusal made a rebill")
      return
    }
    #expect(change.conversion == last)
    #expect(change.status == .rejected)
  }

  @Test func laterHitsMoveStatusAndPayout() {
    let lead = known(.sale, .lead, payout: 1_000_000)
    guard
      case .change(let change) = ConversionRules.step(
        for: claim(.sale, .sale, payout: Micros(rawValue: 5_000_000)), among: [lead])
    else {
      Issue.record("no change")
      return
    }
    #expect(change.outcome == .applied)
    #expect(change.status == .sale)
    #expect(change.payout.amount == Micros(rawValue: 5_000_000))
  }

  @Test func everyMoveIsAppliedRefusedOrNone() {
    for from in ConversionStatus.allCases {
      for to in ConversionStatus.allCases {
        let before = known(.sale, from, payout: 1)
        let hit = claim(.sale, to, payout: Micros(rawValue: 2))
        guard case .change(let change) = ConversionRules.step(for: hit, among: [before]) else {
          Issue.record("\(from) -> \(to) is no change")
          continue
        }
        let isLegal = from.successors.contains(to)
        #expect(change.outcome == (from == to ? .unchanged : isLegal ? .applied : .refused))
        #expect(change.status == (isLegal ? to : from))
        #expect(change.payout.amount.rawValue == (from == to || isLegal ? 2 : 1))
      }
    }
  }

  /// Any sequence of hits on one click, against invariants.
  @Test func anySequenceOfHitsKeepsTheInvariants() {
    var random = SeededGenerator(seed: 20_261_121)
    let types: [ConversionType] = [.sale, .lead, .upsell, .rebill, ConversionType(rawValue: "deposit")]
    for _ in 0..<400 {
      var rows: [KnownConversion] = []
      var parents: [ConversionID: ConversionID?] = [:]
      var time = arrival
      for _ in 0..<Int.random(in: 1...30, using: &random) {
        time += .seconds(Int64.random(in: 0...5_400, using: &random))
        let hit = ConversionClaim(
          id: ConversionID(at: time, using: &random), type: types.randomElement(using: &random) ?? .sale,
          status: ConversionStatus.allCases.randomElement(using: &random) ?? .sale,
          transactionID: [nil, "a", "b"].randomElement(using: &random) ?? nil,
          payout: Bool.random(using: &random) ? Money(Micros(rawValue: .random(in: 0...9, using: &random)), .usd) : nil,
          at: time)
        let before = rows
        switch ConversionRules.step(for: hit, among: rows) {
        case .create(let sequence, let parentID):
          rows.append(
            KnownConversion(
              id: hit.id, type: hit.type, status: hit.status, transactionID: hit.transactionID, sequence: sequence,
              payout: hit.payout ?? Money(.zero, .usd), createdAt: hit.at))
          parents[hit.id] = parentID
        case .change(let change):
          guard let index = rows.firstIndex(of: change.conversion) else {
            Issue.record("a change of an unknown conversion")
            return
          }
          rows[index].status = change.status
          rows[index].payout = change.payout
          if change.outcome == .applied { #expect(before[index].status.successors.contains(change.status)) }
          if change.outcome != .applied { #expect(before[index].status == change.status) }
        case .replayed: Issue.record("a new hit was taken for a replay")
        }
        // The same hit once more is a replay or changes nothing.
        switch ConversionRules.step(for: hit, among: rows) {
        case .replayed(let id): #expect(id == hit.id)
        case .change(let again): #expect(again.outcome != .applied && rows.contains(again.conversion))
        case .create: Issue.record("a repeated hit made another conversion")
        }
      }
      let keys = Set(rows.map { "\($0.type.rawValue)|\($0.transactionID ?? "-")|\($0.sequence)" })
      #expect(keys.count == rows.count)
      #expect(rows.allSatisfy { $0.sequence == 0 || ($0.type == .rebill && $0.transactionID == nil) })
      for case (let child, let parent?) in parents {
        #expect(rows.first { $0.id == child }?.type.isFollowUp == true)
        #expect(rows.first { $0.id == parent }?.type == .sale)
      }
    }
  }
}
