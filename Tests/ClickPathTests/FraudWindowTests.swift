import Core
import Dispatch
import Synchronization
import Testing

@testable import ClickPath

@Suite struct FraudWindowTests {
  /// Keeps every click for ever.
  private struct Model {
    var times: [IPAddress: [Int64]] = [:]

    mutating func note(_ address: IPAddress, at now: Int64) -> (short: Bool, long: Bool) {
      let known = times[address, default: []]
      times[address, default: []].append(now)
      return (
        known.count { now - $0 < 30_000 } >= 5,
        known.count { now - $0 < 300_000 } >= 20
      )
    }
  }

  @Test(arguments: 1...6) func theyDecideAsAListOfAllClicksDoes(_ seed: UInt64) {
    let windows = FloodWindows(bytes: 4 << 20, shards: 2)
    var model = Model()
    var generator = ChaChaGenerator(seed: seed)
    // Pauses of every length: many addresses slowly, few addresses quickly.
    let pause: Int64 = [3, 50, 1_000, 6_000, 20_000, 90_000][Int(seed) - 1]
    var now: Int64 = 1_790_000_000_000
    for _ in 0..<20_000 {
      now += Int64.random(in: 0...pause, using: &generator)
      let address = IPAddress(v4: UInt32.random(in: 1...(seed.isMultiple(of: 2) ? 12 : 300), using: &generator))
      let expected = model.note(address, at: now)
      let counts = windows.note(address, of: 7, at: now)
      guard counts.isShortFlood == expected.short, counts.isLongFlood == expected.long else {
        Issue.record("at \(now) \(address): \(counts), not \(expected)")
        return
      }
    }
  }

  @Test(arguments: [4, 5, 6, 19, 20, 21, 64, 400])
  func ofManyClicksAtOnceExactlyTheFirstFewAreNoFlood(_ clicks: Int) {
    let windows = FloodWindows(bytes: 1 << 20)
    for round in 0..<20 {
      let short = Atomic<Int>(0)
      let long = Atomic<Int>(0)
      let address = IPAddress(v4: UInt32(round))
      DispatchQueue.concurrentPerform(iterations: clicks) { _ in
        let counts = windows.note(address, of: 1, at: 1_000)
        if counts.isShortFlood { short.add(1, ordering: .relaxed) }
        if counts.isLongFlood { long.add(1, ordering: .relaxed) }
      }
      #expect(short.load(ordering: .relaxed) == max(0, clicks - 5))
      #expect(long.load(ordering: .relaxed) == max(0, clicks - 20))
    }
  }

  @Test func theyHoldNoMoreThanTheyMayAndTheLongestSilentGoFirst() {
    let bytes = 256 << 10
    let windows = FloodWindows(bytes: bytes, shards: 1)
    for number in 0..<100_000 { _ = windows.note(IPAddress(v4: UInt32(number)), of: 1, at: Int64(number)) }
    let figures = windows.figures
    #expect(figures.bytes <= bytes)
    #expect(figures.addresses > bytes / 120)
    #expect(figures.evictions == 100_000 - figures.addresses)
    for number in 100_000 - figures.addresses..<100_000 {
      #expect(windows.counts(IPAddress(v4: UInt32(number)), of: 1, at: 100_000).long == 1)
    }
    #expect(windows.counts(IPAddress(v4: UInt32(99_999 - figures.addresses)), of: 1, at: 100_000).long == 0)
  }

  @Test func anAddressThatFloodsCostsNoMoreThanAnother() {
    let windows = FloodWindows(bytes: 64 << 10, shards: 1)
    for number in 0..<200 { _ = windows.note(IPAddress(v4: UInt32(number)), of: 1, at: 0) }
    for time in 0..<100_000 { _ = windows.note(IPAddress(v4: 1_000), of: 1, at: Int64(time)) }
    #expect(windows.figures.evictions == 0)
    #expect(windows.figures.addresses == 201)
  }

  @Test func whatIsOverIsForgotten() {
    let windows = FloodWindows(bytes: 1 << 20, shards: 1)
    for number in 0..<1_000 { _ = windows.note(IPAddress(v4: UInt32(number)), of: 1, at: Int64(number) * 100) }
    _ = windows.note(IPAddress(v4: 5_000), of: 1, at: 349_900)
    // Those of the first 50 seconds are more than 5 minutes ago.
    #expect(windows.figures.addresses == 501)
    _ = windows.note(IPAddress(v4: 5_000), of: 1, at: 700_000)
    #expect(windows.figures.addresses == 1)
  }

  @Test(arguments: [-3_600_000, 1 << 32, (1 << 32) + 10_000, -(1 << 32)] as [Int64])
  func aClockThatIsSetMakesNobodyAFlood(_ jump: Int64) {
    let windows = FloodWindows(bytes: 1 << 20)
    let address = IPAddress(v4: 9)
    let now: Int64 = 1_790_000_000_000
    for _ in 0..<30 { _ = windows.note(address, of: 1, at: now) }
    #expect(windows.counts(address, of: 1, at: now + jump) == FloodWindows.Counts())
    #expect(windows.note(address, of: 1, at: now + jump) == FloodWindows.Counts())
    #expect(windows.note(address, of: 1, at: now + jump) == FloodWindows.Counts(short: 1, long: 1))
  }

  /// The table under the windows against a dictionary.
  @Test(arguments: 1...4) func theTableHoldsWhatADictionaryHolds(_ seed: UInt64) {
    var table = TimesTable(width: 3, bytes: 64 << 10)
    var model: [UInt64: [UInt32]] = [:]
    var generator = ChaChaGenerator(seed: seed)
    // Few homes: long runs in the index.
    let keys = (0..<200).map { number in UInt64(number % 5) << 60 | UInt64(number) }
    for time in 0..<UInt32(20_000) {
      let key = keys[Int.random(in: 0..<keys.count, using: &generator)]
      if Int.random(in: 0..<3, using: &generator) == 0, let slot = table.slot(of: key) {
        table.remove(slot)
        model[key] = nil
      } else {
        table.note(time, in: table.slot(of: key) ?? table.insert(key))
        model[key] = Array((model[key, default: []] + [time]).suffix(3))
      }
      #expect(table.count == model.count)
    }
    for key in keys {
      let slot = table.slot(of: key)
      let times = slot.map { slot in (0..<table.timeCount(in: slot)).map { table.time($0, in: slot) } }
      #expect(times == model[key])
    }
  }
}
