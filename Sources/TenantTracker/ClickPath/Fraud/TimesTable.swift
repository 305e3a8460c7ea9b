/// The last times of each of many keys, as many as the table is wide, in blocks of memory that grow with need. At its
/// bound the key goes whose last time was noted the longest ago.
///
/// Times are milliseconds without their high half: good for comparing what is less than 24 days apart.
struct TimesTable: ~Copyable {
  typealias Slot = Int

  private struct Record: BitwiseCopyable {
    var key: UInt64
    /// Neighbours in the order in which keys were last noted; of a free record, the next free one.
    var older: UInt32
    var newer: UInt32
    /// How many times there are, and where the first of them is.
    var count: UInt8
    var first: UInt8
  }

  private static let nobody = UInt32.max

  let width: Int
  /// Keys at most.
  let bound: Int
  private(set) var count = 0
  /// Keys that had to go before their time.
  private(set) var evictions = 0

  private var records = UnsafeMutableBufferPointer<Record>(start: nil, count: 0)
  /// Of each record, so many as the table is wide.
  private var times = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
  /// Records by key, open addressing: a record's number and 1, or 0.
  private var index = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
  private var used = 0
  private var free = Self.nobody
  private var oldest = Self.nobody
  private var newest = Self.nobody

  /// - Parameter bytes: that it may hold.
  init(width: Int, bytes: Int) {
    self.width = width
    // The index takes 8 to 16 bytes of a key.
    bound = max(16, bytes / (MemoryLayout<Record>.stride + width * 4 + 16))
  }

  deinit {
    records.deallocate()
    times.deallocate()
    index.deallocate()
  }

  var bytes: Int { records.count * MemoryLayout<Record>.stride + (times.count + index.count) * 4 }

  func slot(of key: UInt64) -> Slot? {
    guard count > 0 else { return nil }
    var place = home(of: key)
    while index[place] != 0 {
      let slot = Slot(index[place] - 1)
      if records[slot].key == key { return slot }
      place = (place + 1) & (index.count - 1)
    }
    return nil
  }

  /// Makes room for a key that is not in the table.
  mutating func insert(_ key: UInt64) -> Slot {
    if free == Self.nobody, used == records.count {
      if records.count < bound {
        grow()
      } else {
        evictions += 1
        remove(Slot(oldest))
      }
    }
    let slot: Slot
    if free != Self.nobody {
      slot = Slot(free)
      free = records[slot].older
    } else {
      slot = used
      used += 1
    }
    records[slot] = Record(key: key, older: Self.nobody, newer: Self.nobody, count: 0, first: 0)
    enter(slot)
    append(slot)
    count += 1
    return slot
  }

  mutating func remove(_ slot: Slot) {
    leave(slot)
    unlink(slot)
    records[slot].older = free
    free = UInt32(slot)
    count -= 1
  }

  /// Adds a time; of more than the table is wide the first goes.
  mutating func note(_ time: UInt32, in slot: Slot) {
    let (first, held) = (Int(records[slot].first), Int(records[slot].count))
    times[slot * width + place(first + held)] = time
    if held < width { records[slot].count += 1 } else { records[slot].first = UInt8(place(first + 1)) }
    guard newest != UInt32(slot) else { return }
    unlink(slot)
    append(slot)
  }

  /// A key's times in the order in which they were noted.
  func time(_ number: Int, in slot: Slot) -> UInt32 {
    times[slot * width + place(Int(records[slot].first) + number)]
  }

  /// Behind the last place comes the first.
  @inline(__always)
  private func place(_ number: Int) -> Int { number < width ? number : number - width }

  func timeCount(in slot: Slot) -> Int { Int(records[slot].count) }

  /// How many of a key's times are less than each of two spans away from `now`, on either side: clocks are set back at
  /// times. In which order they were noted does not matter, so nothing is looked up.
  func counts(in slot: Slot, within spans: (UInt32, UInt32), of now: UInt32) -> (Int, Int) {
    var (first, second): (UInt32, UInt32) = (0, 0)
    let times = UnsafeMutableBufferPointer(rebasing: times[slot * width..<slot * width + Int(records[slot].count)])
    for time in times {
      let age = Int32(bitPattern: now &- time).magnitude
      first &+= age < spans.0 ? 1 : 0
      second &+= age < spans.1 ? 1 : 0
    }
    return (Int(first), Int(second))
  }

  /// Removes the keys whose last time is `window` ago or longer.
  mutating func removeBefore(_ window: UInt32, of now: UInt32) {
    while oldest != Self.nobody {
      let slot = Slot(oldest)
      let last = time(timeCount(in: slot) - 1, in: slot)
      guard Int32(bitPattern: now &- last) >= Int32(window) else { return }
      remove(slot)
    }
  }

  mutating func removeAll() {
    records.deallocate()
    times.deallocate()
    index.deallocate()
    records = UnsafeMutableBufferPointer(start: nil, count: 0)
    times = UnsafeMutableBufferPointer(start: nil, count: 0)
    index = UnsafeMutableBufferPointer(start: nil, count: 0)
    (count, used) = (0, 0)
    (free, oldest, newest) = (Self.nobody, Self.nobody, Self.nobody)
  }
}

// The order of keys, and the way to them.
extension TimesTable {
  private mutating func append(_ slot: Slot) {
    records[slot].older = newest
    records[slot].newer = Self.nobody
    if newest == Self.nobody { oldest = UInt32(slot) } else { records[Slot(newest)].newer = UInt32(slot) }
    newest = UInt32(slot)
  }

  private mutating func unlink(_ slot: Slot) {
    let (older, newer) = (records[slot].older, records[slot].newer)
    if older == Self.nobody { oldest = newer } else { records[Slot(older)].newer = newer }
    if newer == Self.nobody { newest = older } else { records[Slot(newer)].older = older }
  }

  /// The high bits: the low ones choose the shard.
  private func home(of key: UInt64) -> Int { Int(key.multipliedFullWidth(by: UInt64(index.count)).high) }

  private mutating func enter(_ slot: Slot) {
    var place = home(of: records[slot].key)
    while index[place] != 0 { place = (place + 1) & (index.count - 1) }
    index[place] = UInt32(slot) + 1
  }

  /// Takes a record out of the index; those behind it move up, so that searches go on ending at the first free place.
  private mutating func leave(_ slot: Slot) {
    let mask = index.count - 1
    var hole = home(of: records[slot].key)
    while index[hole] != UInt32(slot) + 1 { hole = (hole + 1) & mask }
    var next = (hole + 1) & mask
    while index[next] != 0 {
      let distance = (next - home(of: records[Slot(index[next] - 1)].key)) & mask
      if distance >= (next - hole) & mask {
        index[hole] = index[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    index[hole] = 0
  }

  private mutating func grow() {
    let size = min(max(16, records.count * 2), bound)
    records = records.grown(to: size, filling: Record(key: 0, older: 0, newer: 0, count: 0, first: 0))
    times = times.grown(to: size * width, filling: 0)
    index.deallocate()
    var places = 32
    while places < size * 2 { places *= 2 }
    index = .allocate(capacity: places)
    index.initialize(repeating: 0)
    for slot in 0..<used { enter(slot) }
  }
}

extension UnsafeMutableBufferPointer where Element: BitwiseCopyable {
  /// A larger block with the same beginning, in the place of this one.
  fileprivate func grown(to size: Int, filling value: Element) -> Self {
    let block = Self.allocate(capacity: size)
    block.initialize(repeating: value)
    for place in indices { block[place] = self[place] }
    deallocate()
    return block
  }
}

// SAFETY: the memory has one owner, the table, which can't be copied.
extension TimesTable: @unchecked Sendable {}
