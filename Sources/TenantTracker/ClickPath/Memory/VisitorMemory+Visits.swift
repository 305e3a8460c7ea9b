import Core

// Frequency caps: the last visits of each visitor that passed, at most as many as the cap allows.
extension VisitorMemory {
  /// A cap as one hit meets it.
  struct CapQuestion: Sendable {
    let key: UInt64
    /// The same cap for the cookie that the visitor is given.
    let given: UInt64?
    let limit: Int
    let hours: Int
    let now: Int64
    let click: UInt64

    var entry: MemoryEntry<MemoryVisit> { entry(of: key) }

    func entry(of key: UInt64) -> MemoryEntry<MemoryVisit> {
      MemoryEntry(
        key: key, stamp: MemoryStamp(milliseconds: now, hours: hours), value: MemoryVisit(click: click))
    }
  }

  /// How many visits within the window there were before this one, if it passes; then it is one of them.
  func pass(_ question: CapQuestion) -> Int? {
    let before = visits.withTable(of: question.key) { $0.pass(question.entry, limit: question.limit) }
    if before != nil, let given = question.given {
      visits.withTable(of: given) { _ = $0.pass(question.entry(of: given), limit: question.limit) }
    }
    return before
  }

  /// The same without consequences.
  func wouldPass(_ question: CapQuestion) -> Int? {
    let before = visits.withTable(of: question.key) { $0.visits(like: question.entry) }
    return before < question.limit ? before : nil
  }

  /// Undoes ``pass(_:)``: the hit came to nothing.
  func takeBack(_ question: CapQuestion) {
    for key in [question.key, question.given].compacted {
      visits.withTable(of: key) { $0.takeBack(question.entry(of: key)) }
    }
  }

  /// Puts a visit back that passed once; again is no more.
  func restore(_ question: CapQuestion) {
    for key in [question.key, question.given].compacted {
      visits.withTable(of: key) { $0.restore(question.entry(of: key), limit: question.limit) }
    }
  }
}

extension [UInt64?] {
  fileprivate var compacted: [UInt64] { compactMap { $0 } }
}

extension MemoryTable<MemoryVisit> {
  /// The number of visits of the entry's key within its window, and the slot of one outside.
  private func count(_ entry: Entry) -> (live: Int, over: Int?) {
    guard var index = place(of: entry.key) else { return (0, nil) }
    let window = MemoryWindow(hours: entry.stamp.hours)
    var (live, over) = (0, Int?.none)
    while self[index].key == entry.key {
      if window.holds(self[index].stamp.milliseconds, at: entry.stamp.milliseconds) { live += 1 } else { over = index }
      index += 1
    }
    return (live, over)
  }

  func visits(like entry: Entry) -> Int { count(entry).live }

  mutating func pass(_ entry: Entry, limit: Int) -> Int? {
    let (live, over) = count(entry)
    guard live < limit else { return nil }
    if let over { self[over] = entry } else { insert(entry, at: entry.stamp.milliseconds) }
    return live
  }

  private func index(of visit: Entry) -> Int? {
    guard var index = place(of: visit.key) else { return nil }
    while self[index].key == visit.key {
      if self[index].value == visit.value { return index }
      index += 1
    }
    return nil
  }

  mutating func takeBack(_ entry: Entry) {
    if let index = index(of: entry) { remove(at: index) }
  }

  /// Of more visits than the cap counts the oldest go.
  mutating func restore(_ entry: Entry, limit: Int) {
    guard index(of: entry) == nil else { return }
    insert(entry, at: entry.stamp.milliseconds)
    guard let start = place(of: entry.key) else { return }
    var (index, oldest) = (start, start)
    while self[index].key == entry.key {
      if self[index].stamp.milliseconds < self[oldest].stamp.milliseconds { oldest = index }
      index += 1
    }
    if index - start > limit { remove(at: oldest) }
  }
}
