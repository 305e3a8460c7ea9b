import Core
import Testing

@testable import ClickPath

@Suite struct MemoryTableTests {
  private typealias Entry = MemoryEntry<MemoryItem>

  private func entry(_ key: UInt64, at milliseconds: Int64, hours: Int = 24, id: Int64 = 0) -> Entry {
    Entry(key: key, stamp: MemoryStamp(milliseconds: milliseconds, hours: hours), value: MemoryItem(id: id))
  }

  private func table(_ capacity: Int, entriesPerKey: Int = 1) -> MemoryTable<MemoryItem> {
    let bytes = (capacity + entriesPerKey + 64) * MemoryLayout<Entry>.stride
    return MemoryTable(.init(bytes: bytes, entriesPerKey: entriesPerKey))
  }

  /// Keys spread evenly, crowded into one corner, and at both ends.
  private func key(_ number: UInt64, crowded: Int) -> UInt64 {
    switch crowded {
    case 0: number &* 0x9E37_79B9_7F4A_7C15 | 1
    case 1: number &+ 1 << 40
    default: number % 2 == 0 ? number % 50 + 1 : .max - number % 50
    }
  }

  @Test(arguments: 0..<3, [1, 2, 3, 4] as [UInt64])
  func itHoldsWhatADictionaryHolds(_ crowded: Int, _ seed: UInt64) {
    var generator = ChaChaGenerator(seed: seed)
    var table = table(4_000)
    var model: [UInt64: Int64] = [:]
    for step in 0..<20_000 {
      let key = key(UInt64.random(in: 0..<1_500, using: &generator), crowded: crowded)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0:
        if let index = table.index(of: key) { table.remove(at: index) }
        model[key] = nil
      case 1: #expect(table.index(of: key).map { table[$0].value.id } == model[key])
      default:
        if let index = table.index(of: key) {
          table[index].value = MemoryItem(id: Int64(step))
        } else {
          table.insert(entry(key, at: 0, id: Int64(step)), at: 0)
        }
        model[key] = Int64(step)
      }
      #expect(table.count == model.count)
    }
    for (key, id) in model { #expect(table.index(of: key).map { table[$0].value.id } == id) }
    let found = table.entries(at: 0)
    #expect(found.map(\.key) == model.keys.sorted())
    #expect(table.evictions == 0)
  }

  @Test func manyEntriesOfOneKeyLieTogetherAtTheVeryEnd() {
    var table = table(2_000, entriesPerKey: 1_000)
    for number in 0..<1_000 { table.insert(entry(.max, at: Int64(number), id: Int64(number)), at: 0) }
    #expect(table.count == 1_000)
    let start = table.place(of: .max)
    #expect(start.map { start in (start..<start + 1_000).allSatisfy { table[$0].key == .max } } == true)
    #expect(table.evictions == 0)
  }

  @Test func itNeverTakesMoreThanItMayAndTheOldestGoFirst() {
    var table = table(10_000)
    let bound = 10_065 * MemoryLayout<Entry>.stride
    for number in 0..<100_000 {
      table.insert(entry(key(UInt64(number), crowded: 0), at: Int64(number)), at: Int64(number))
      #expect(table.bytes <= bound)
    }
    #expect(table.count >= 6_900)
    #expect(table.count + table.evictions == 100_000)
    // In one table the order is exact but for the width of a span.
    let oldest = table.entries(at: 100_000).map(\.stamp.milliseconds).min() ?? 0
    #expect(oldest >= 100_000 - Int64(table.count) - 40)
  }

  @Test func whatIsOverGoesBeforeAnythingElse() {
    var table = table(10_000)
    for number in 0..<6_000 { table.insert(entry(key(UInt64(number), crowded: 0), at: 0, hours: 1), at: 0) }
    for number in 6_000..<14_000 {
      table.insert(entry(key(UInt64(number), crowded: 0), at: hour, hours: 1), at: hour)
    }
    #expect(table.evictions == 0)
    #expect(table.entries(at: hour).count == 8_000)
  }

  @Test func entriesOfOneMomentAreEvictedByNumber() {
    var table = table(1_000)
    for number in 0..<5_000 { table.insert(entry(key(UInt64(number), crowded: 0), at: 5), at: 5) }
    #expect((690...850).contains(table.count))
    #expect(table.count + table.evictions == 5_000)
  }

  @Test(arguments: [(-1, true), (0, false), (1, false)] as [(Int64, Bool)])
  func exactlyItsHoursOldIsOver(_ offset: Int64, _ isKept: Bool) {
    let stamp = MemoryStamp(milliseconds: 1_795_255_200_123, hours: 24)
    #expect(stamp.milliseconds == 1_795_255_200_123)
    #expect(stamp.isOver(at: stamp.milliseconds + 24 * hour + offset) == !isKept)
    // A clock that was set back.
    #expect(stamp.isOver(at: stamp.milliseconds - 24 * hour - offset) == !isKept)
  }

  @Test func aVisitorWithoutACookieTakesLessThanTwoHundredBytes() throws {
    let memory = VisitorMemory(keys: try #require(MemoryWorld.keys))
    let visitors = 40_000
    for number in 0..<visitors {
      let identity = RememberedVisitor.Identity(known: UInt64(number), given: .max - UInt64(number))
      let scopes: [(VisitorKeys.Scope, Int64)] = [(.firstInCampaign, 4), (.firstInFlow, 7), (.firstAtAll, 0)]
      for (scope, id) in scopes {
        let (known, given) = identity.keys(scope, id, of: 1, memory.keys)
        #expect(memory.isFirst(known, given: given, hours: 24, at: 0))
      }
    }
    let figures = memory.figures.map(\.value)
    #expect(figures.reduce(0) { $0 + $1.entries } == 6 * visitors)
    #expect(figures.reduce(0) { $0 + $1.bytes } < 200 * visitors)
  }

  @Test func aPartHoldsToItsSizeWhateverComes() {
    let shards = MemoryShards<MemoryMark>(bytes: 1 << 20, count: 1)
    for number in 0..<200_000 {
      let key = key(UInt64(number), crowded: 0)
      shards.withTable(of: key) {
        $0.insert(
          MemoryEntry(key: key, stamp: MemoryStamp(milliseconds: Int64(number), hours: 24), value: .none),
          at: Int64(number))
      }
    }
    let figures = shards.figures
    #expect(figures.bytes <= 1 << 20)
    #expect(figures.entries + figures.evictions == 200_000)
  }
}
