/// Entries by key in one block of memory: an array sorted by key, with gaps. A key's place is its share of the key space
/// times the capacity, and entries that meet move on to the next free slot in order; so a search ends at the first
/// larger key, growing is one pass in order, and entries of one key lie side by side.
struct MemoryTable<Value: MemoryValue>: ~Copyable {
  typealias Entry = MemoryEntry<Value>

  /// How much of it there may be.
  struct Bounds: Sendable {
    /// Places at most.
    let capacity: Int
    /// Slots behind the last place, for what moves on from there; at least as many as entries of one key.
    let tail: Int

    init(bytes: Int, entriesPerKey: Int = 1) {
      tail = entriesPerKey + 64
      capacity = max(Bounds.least, bytes / MemoryLayout<Entry>.stride - tail)
    }

    static var least: Int { 64 }
  }

  let bounds: Bounds
  /// The last slot is always free: it ends every search.
  private(set) var slots = UnsafeMutableBufferPointer<Entry>(start: nil, count: 0)
  private(set) var capacity = 0
  private(set) var count = 0
  /// Entries that had to go before their time.
  private(set) var evictions = 0

  init(_ bounds: Bounds) { self.bounds = bounds }

  deinit { slots.deallocate() }

  var bytes: Int { slots.count * MemoryLayout<Entry>.stride }

  subscript(index: Int) -> Entry {
    get { slots[index] }
    set { slots[index] = newValue }
  }

  /// Where the entries of a key begin or, if there are none, its first entry belongs; nil in an empty table.
  func place(of key: UInt64) -> Int? {
    guard capacity > 0 else { return nil }
    var index = home(of: key)
    // A free slot's zero becomes the largest number and ends the search.
    while slots[index].key &- 1 < key &- 1 { index += 1 }
    return index
  }

  /// Where the only entry of a key is.
  func index(of key: UInt64) -> Int? {
    guard let place = place(of: key), slots[place].key == key else { return nil }
    return place
  }

  /// Adds an entry before others of its key, making room as needed.
  mutating func insert(_ entry: Entry, at now: Int64) {
    if count * 20 >= capacity * 17 { makeRoom(at: now, isForced: false) }
    while !put(entry) { makeRoom(at: now, isForced: true) }
  }

  /// Takes an entry out; those behind it that can come nearer to their places do.
  mutating func remove(at index: Int) {
    var free = index
    while !slots[free + 1].isFree, home(of: slots[free + 1].key) <= free {
      slots[free] = slots[free + 1]
      free += 1
    }
    slots[free] = .free
    count -= 1
  }

  mutating func removeAll() {
    slots.deallocate()
    slots = UnsafeMutableBufferPointer(start: nil, count: 0)
    (capacity, count) = (0, 0)
  }

  /// What is not over yet.
  func entries(at now: Int64) -> [Entry] { slots.filter { !$0.isFree && !$0.stamp.isOver(at: now) } }

  private func home(of key: UInt64) -> Int { Int(key.multipliedFullWidth(by: UInt64(capacity)).high) }

  /// False when there is no free slot left behind its place.
  private mutating func put(_ entry: Entry) -> Bool {
    guard let place = place(of: entry.key) else { return false }
    var free = place
    while !slots[free].isFree { free += 1 }
    guard free < slots.count - 1 else { return false }
    while free > place {
      slots[free] = slots[free - 1]
      free -= 1
    }
    slots[place] = entry
    count += 1
    return true
  }
}

// Room: what is over goes first; then the table grows; at its bound the oldest go.
extension MemoryTable {
  private mutating func makeRoom(at now: Int64, isForced: Bool) {
    let live = slots.reduce(0) { $0 + ($1.isFree || $1.stamp.isOver(at: now) ? 0 : 1) }
    let wanted = max(Bounds.least, live * 8 / 5, isForced ? capacity * 3 / 2 : 0)
    if wanted <= bounds.capacity || (live * 100 < bounds.capacity * 78 && !isForced) {
      rebuild(capacity: min(wanted, bounds.capacity), at: now, without: OldestFirst(0))
    } else {
      let excess = max(live - bounds.capacity * 7 / 10, isForced ? live / 8 + 1 : 0)
      rebuild(capacity: bounds.capacity, at: now, without: OldestFirst(excess, of: slots, at: now))
    }
  }

  private mutating func rebuild(capacity newCapacity: Int, at now: Int64, without oldest: consuming OldestFirst<Value>)
  {
    let old = slots
    defer { old.deallocate() }
    slots = .allocate(capacity: newCapacity + bounds.tail)
    slots.initialize(repeating: .free)
    (capacity, count) = (newCapacity, 0)
    var next = 0
    for entry in old where !entry.isFree && !entry.stamp.isOver(at: now) {
      let place = max(next, home(of: entry.key))
      guard place < slots.count - 1, !oldest.takes(entry) else {
        evictions += 1
        continue
      }
      slots[place] = entry
      count += 1
      next = place + 1
    }
  }
}

/// Picks so many of the oldest entries, told one entry after the other.
private struct OldestFirst<Value: MemoryValue> {
  /// All before this time go,
  private var before = Int64.min
  /// and of those between it and this one so many of so many: spread evenly, or the table would fill up at one end.
  private var through = Int64.min
  private var share: Int
  private var all = 1
  private var balance = 0

  private static var spans: Int { 512 }

  init(_ excess: Int) { share = excess }

  init(_ excess: Int, of slots: UnsafeMutableBufferPointer<MemoryEntry<Value>>, at now: Int64) {
    share = excess
    var (first, last) = (Int64.max, Int64.min)
    for entry in slots where !entry.isFree && !entry.stamp.isOver(at: now) {
      first = min(first, entry.stamp.milliseconds)
      last = max(last, entry.stamp.milliseconds)
    }
    guard excess > 0, first <= last else { return }
    // A power of two: dividing by anything else would take longer than all the rest.
    let shift = Int64(64 - max(0, (last - first) / Int64(Self.spans)).leadingZeroBitCount)
    var counts = [Int](repeating: 0, count: Self.spans)
    for entry in slots where !entry.isFree && !entry.stamp.isOver(at: now) {
      counts[Int((entry.stamp.milliseconds - first) >> shift)] += 1
    }
    for span in counts.indices {
      before = first + Int64(span) << shift
      through = before + 1 << shift
      all = counts[span]
      if share <= all { break }
      share -= all
    }
  }

  mutating func takes(_ entry: MemoryEntry<Value>) -> Bool {
    if entry.stamp.milliseconds < before { return true }
    guard entry.stamp.milliseconds < through else { return false }
    balance += share
    guard balance >= all else { return false }
    balance -= all
    return true
  }
}

// SAFETY: the memory has one owner, the table, which can't be copied.
extension MemoryTable: @unchecked Sendable {}
