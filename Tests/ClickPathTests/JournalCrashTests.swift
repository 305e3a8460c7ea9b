import ClickPath
import Glibc
import Testing

/// Property tests: random appends, disk errors, deaths of the process in the middle of anything, and power cuts that
/// lose whatever was not synced.
@Suite struct JournalCrashTests {
  /// What one disk's history promised so far.
  private struct Ledger {
    var appended: Set<UInt64> = []
    var acknowledged: [[UInt64]] = []
  }

  private func live(
    _ disk: JournalDisk, _ ledger: inout Ledger, _ faults: FaultLog, _ dice: inout JournalDice,
    prepare: (JournalDisk, inout JournalDice) -> Void
  ) async throws {
    let journal = try Journal.open(files: disk.newProcess(), settings: .small, onFault: faults.note)
    prepare(disk, &dice)
    let lanes = (0..<3).map { _ in TestLane(journal) }
    let death = Int.random(in: 1..<120, using: &dice)
    for step in 0..<Int.random(in: 1..<30, using: &dice) {
      if step == 5 { disk.die(afterOperations: death) }
      for _ in 0..<Int.random(in: 1..<20, using: &dice) {
        let token = UInt64(ledger.appended.count)
        ledger.appended.insert(token)
        let lane = lanes[Int.random(in: 0..<3, using: &dice)]
        try? lane.append(token, padding: Int.random(in: 0..<600, using: &dice))
      }
      if dice.isOne(in: 3) { for lane in lanes { await lane.settle() } }
    }
    await journal.close()
    ledger.acknowledged += lanes.map(\.durable)
  }

  private func check(_ disk: JournalDisk, _ ledger: Ledger, _ faults: FaultLog, seed: Int) async throws {
    let journal = try Journal.open(files: disk.newProcess(), settings: .small, onFault: faults.note)
    let records = try await journal.everything()
    await journal.close()
    let tokens = records.map { TestPayload.token($0.payload) }
    #expect(tokens.allSatisfy { $0.map(ledger.appended.contains) ?? false }, "seed \(seed): an invented record")
    var places: [UInt64: Int] = [:]
    for (place, token) in tokens.enumerated() {
      guard let token else { continue }
      #expect(places.updateValue(place, forKey: token) == nil, "seed \(seed): \(token) is there twice")
    }
    for lane in ledger.acknowledged {
      let order = lane.map { places[$0] ?? -1 }
      #expect(!order.contains(-1), "seed \(seed): acknowledged and lost")
      #expect(order == order.sorted(), "seed \(seed): out of order")
    }
    // A sector torn within a new segment's header can't be told from damage, and is shouted about as such.
    let losses = faults.losses.filter { if case .unreadable = $0 { false } else { true } }
    #expect(losses.isEmpty, "seed \(seed)")
    #expect(records.map(\.sequence) == records.map(\.sequence).sorted())
  }

  private func run(seed: Int, prepare: (JournalDisk, inout JournalDice) -> Void, end: (JournalDisk) -> Void)
    async throws
  {
    var dice = JournalDice(seed: seed)
    let disk = JournalDisk(seed: seed)
    let faults = FaultLog()
    var ledger = Ledger()
    for _ in 0..<4 {
      try await live(disk, &ledger, faults, &dice, prepare: prepare)
      disk.fail { _, _ in nil }
      end(disk)
    }
    try await check(disk, ledger, faults, seed: seed)
  }

  @Test(arguments: 0..<40)
  func whatWasAcknowledgedSurvivesPowerCuts(seed: Int) async throws {
    try await run(seed: seed, prepare: { _, _ in }, end: { $0.crash() })
  }

  @Test(arguments: 1_000..<1_020)
  func whatWasAcknowledgedSurvivesAKilledProcess(seed: Int) async throws {
    try await run(seed: seed, prepare: { _, _ in }, end: { _ in })
  }

  @Test(arguments: 2_000..<2_040)
  func whatWasAcknowledgedSurvivesDiskErrorsAndPowerCuts(seed: Int) async throws {
    try await run(
      seed: seed,
      prepare: { disk, dice in
        let odds = Int.random(in: 5..<40, using: &dice)
        disk.fail { operation, name in
          // One's own dice: the disk's are in use while it asks.
          guard operation == .sync || operation == .write, name.hasSuffix(".journal") else { return nil }
          return Int.random(in: 0..<odds) == 0 ? EIO : nil
        }
      }, end: { $0.crash() })
  }
}
