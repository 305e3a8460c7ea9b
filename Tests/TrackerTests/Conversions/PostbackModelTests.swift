import Analytics
import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

/// Many hits over many clicks, in order per click and at once across clicks, some of them given twice; against the pure
/// rules run in memory.
@Suite struct PostbackModelTests {
  private struct Row: Hashable {
    var type: String
    var status: ConversionStatus
    var transactionID: String?
    var sequence: Int
    var payout: Int64
  }

  @Test func storedConversionsAreWhatTheRulesSay() async throws {
    let bench = try await PostbackBench(connections: 8)
    let clicks = (0..<40).map { bench.newClick(at: PostbackBench.start + .seconds(Int64($0))) }
    try await bench.drain(clicks)
    let rows = try await withThrowingTaskGroup { tasks in
      for (index, click) in clicks.enumerated() {
        tasks.addTask { (click.id, try await sendAndModel(click, seed: UInt64(index), bench)) }
      }
      return try await tasks.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    var revenue: Int64 = 0
    for click in clicks {
      let stored = try await bench.conversions(of: click)
      let found = stored.map {
        Row(
          type: $0.type.rawValue, status: $0.status, transactionID: $0.transactionID, sequence: $0.sequence,
          payout: $0.payout.amount.rawValue)
      }
      #expect(Set(found) == rows[click.id].map(Set.init))
      #expect(found.count == rows[click.id]?.count)
      #expect(stored.allSatisfy { $0.revenue == ($0.status == .sale ? $0.payout.amount : .zero) })
      revenue += stored.reduce(0) { $0 + ($1.status == .sale ? $1.payout.amount.rawValue : 0) }
    }
    let day = PostbackBench.start.utcDate
    let report = try await ReportEngine(clock: bench.clock).answer(
      ReportRequest(from: day, to: day), in: .usd, of: bench.scope)
    #expect(Metric.revenue.value(of: report.totals) == .money(Micros(rawValue: revenue)))
    await bench.tenant.close()
  }

  private func sendAndModel(_ click: ClickEvent, seed: UInt64, _ bench: PostbackBench) async throws -> [Row] {
    var random = SeededGenerator(seed: seed)
    var known: [KnownConversion] = []
    var time = PostbackBench.start + .minutes(10)
    let words = ["approved", "lead", "hold", "rejected", "trash", "never heard of", ""]
    for _ in 0..<15 {
      time += .seconds(Int64.random(in: 1...3_000, using: &random))
      let word = words.randomElement(using: &random) ?? ""
      let type = ["sale", "lead", "upsell", "rebill", "ftd"].randomElement(using: &random) ?? "sale"
      let transaction = ["", "a", "b"].randomElement(using: &random) ?? ""
      let payout = Bool.random(using: &random) ? Int64.random(in: 0...99, using: &random) : nil
      let query = """
        click_id=\(click.id)&status=\(PercentCoding.encodeComponent(word))&conversion_type=\(type)&txid=\(transaction)\
        &payout=\(payout.map(String.init) ?? "")
        """
      let hit = bench.hit(query, at: time)
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        _ = try await bench.service.replay(hit, in: bench.scope)
      }
      let claim = ConversionClaim(
        id: hit.id, type: ConversionType(rawValue: type),
        status: word.isEmpty ? .sale : StatusMap.standard[word] ?? .hold,
        transactionID: transaction.isEmpty ? nil : transaction,
        payout: payout.map { Money(Micros(rawValue: $0 * 1_000_000), .usd) }, at: hit.receivedAt)
      apply(claim, to: &known)
    }
    return known.map {
      Row(
        type: $0.type.rawValue, status: $0.status, transactionID: $0.transactionID, sequence: $0.sequence,
        payout: $0.payout.amount.rawValue)
    }
  }

  private func apply(_ claim: ConversionClaim, to known: inout [KnownConversion]) {
    switch ConversionRules.step(for: claim, among: known) {
    case .create(let sequence, _):
      known.append(
        KnownConversion(
          id: claim.id, type: claim.type, status: claim.status, transactionID: claim.transactionID, sequence: sequence,
          payout: claim.payout ?? Money(Micros(rawValue: 10_000_000), .usd), createdAt: claim.at))
    case .change(let change):
      guard let index = known.firstIndex(where: { $0.id == change.conversion.id }) else { return }
      known[index].status = change.status
      known[index].payout = change.payout
    case .replayed: break
    }
  }
}

/// The same numbers in every run.
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
