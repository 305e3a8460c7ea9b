import Core

// Uniqueness: when a visitor was last unique somewhere.
extension VisitorMemory {
  /// Whether this visit is the first within the window; then the window begins with it.
  /// - Parameter given: the key of the cookie that the visitor is given; it shares the window.
  func isFirst(_ key: UInt64, given: UInt64?, hours: Int, at now: Int64) -> Bool {
    let stamp = MemoryStamp(milliseconds: now, hours: hours)
    let since = firsts.withTable(of: key) { $0.claim(key, stamp) }
    if let given { firsts.withTable(of: given) { $0.begin(given, since ?? stamp) } }
    return since == nil
  }

  /// The same without consequences.
  func wouldBeFirst(_ key: UInt64, hours: Int, at now: Int64) -> Bool {
    let stamp = MemoryStamp(milliseconds: now, hours: hours)
    return firsts.withTable(of: key) { $0.window(of: key, around: stamp) } == nil
  }

  /// Undoes ``isFirst(_:given:hours:at:)``: the hit came to nothing. Of the cookie just given nobody else knows.
  func takeBackFirst(_ key: UInt64, given: UInt64?, wasFirst: Bool, at now: Int64) {
    if wasFirst { firsts.withTable(of: key) { $0.forget(key, at: now) } }
    if let given { firsts.withTable(of: given) { $0.forget(given, at: nil) } }
  }

  /// Makes again what the visit changed; again is no more.
  func restoreFirst(
    _ key: UInt64, given: UInt64?, wasFirst: Bool, hours: Int, at time: Int64, after history: ReplayHistory
  ) {
    let stamp = MemoryStamp(milliseconds: time, hours: hours)
    if wasFirst { firsts.withTable(of: key) { $0.begin(key, stamp) } }
    guard let given else { return }
    let since = firsts.withTable(of: key) { $0.window(of: key, around: stamp) }
    if let since, since.milliseconds <= time {
      firsts.withTable(of: given) { $0.begin(given, since) }
    } else if history == .partial {
      firsts.withTable(of: given) { if $0.index(of: given) == nil { $0.begin(given, stamp) } }
    }
  }
}

extension MemoryTable<MemoryMark> {
  /// The window that a visit at this time falls into.
  func window(of key: UInt64, around stamp: MemoryStamp) -> MemoryStamp? {
    guard let index = index(of: key) else { return nil }
    let since = self[index].stamp
    return MemoryWindow(hours: stamp.hours).holds(since.milliseconds, at: stamp.milliseconds) ? since : nil
  }

  /// The window that the visit falls into; nil when it begins one of its own.
  mutating func claim(_ key: UInt64, _ stamp: MemoryStamp) -> MemoryStamp? {
    if let index = index(of: key) {
      let since = self[index].stamp
      if MemoryWindow(hours: stamp.hours).holds(since.milliseconds, at: stamp.milliseconds) { return since }
      self[index].stamp = stamp
    } else {
      insert(Entry(key: key, stamp: stamp, value: .none), at: stamp.milliseconds)
    }
    return nil
  }

  /// The later beginning stays.
  mutating func begin(_ key: UInt64, _ stamp: MemoryStamp) {
    if let index = index(of: key) {
      if self[index].stamp.milliseconds < stamp.milliseconds { self[index].stamp = stamp }
    } else {
      insert(Entry(key: key, stamp: stamp, value: .none), at: stamp.milliseconds)
    }
  }

  /// - Parameter time: forgets only what was remembered exactly then.
  mutating func forget(_ key: UInt64, at time: Int64?) {
    guard let index = index(of: key), time == nil || self[index].stamp.milliseconds == time else { return }
    remove(at: index)
  }
}
