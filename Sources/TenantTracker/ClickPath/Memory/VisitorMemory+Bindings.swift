import Core

// Bindings: the landing or offer of a flow that a visitor sees again.
extension VisitorMemory {
  /// How long a binding holds, from when it was made.
  static let bindingHours = 24

  /// What the key is bound to.
  func binding(_ key: UInt64, at now: Int64) -> MemoryEntry<MemoryItem>? {
    bindings.withTable(of: key) { $0.binding(of: key, at: now) }
  }

  /// Binds the key to an item, unless somebody else has just bound it to something: that stays.
  /// - Parameter previous: what it was bound to and can't be any more.
  /// - Returns: the binding that holds now.
  func bind(_ key: UInt64, to id: Int64, previous: Int64?, at now: Int64) -> MemoryEntry<MemoryItem> {
    bindings.withTable(of: key) { table in
      if let other = table.binding(of: key, at: now), other.value.id != previous { return other }
      let entry = MemoryEntry(
        key: key, stamp: MemoryStamp(milliseconds: now, hours: Self.bindingHours), value: MemoryItem(id: id))
      table.set(entry)
      return entry
    }
  }

  /// Lets a cookie just given share a binding.
  func share(_ binding: MemoryEntry<MemoryItem>, with key: UInt64) {
    var entry = binding
    entry.key = key
    bindings.withTable(of: key) { $0.set(entry) }
  }

  /// Forgets a binding made at exactly this time, and what was shared with the cookie just given: the hit came to
  /// nothing.
  func takeBackBinding(_ key: UInt64, given: UInt64?, at time: Int64) {
    bindings.withTable(of: key) { table in
      if let index = table.index(of: key), table[index].stamp.milliseconds == time { table.remove(at: index) }
    }
    guard let given else { return }
    bindings.withTable(of: given) { table in if let index = table.index(of: given) { table.remove(at: index) } }
  }

  /// Makes again what a visit that was shown an item changed; again is no more.
  /// - Parameter wasBound: the item was not drawn but kept.
  func restoreBinding(
    _ key: UInt64, given: UInt64?, to id: Int64, wasBound: Bool, at time: Int64, after history: ReplayHistory
  ) {
    let stamp = MemoryStamp(milliseconds: time, hours: Self.bindingHours)
    var entry = MemoryEntry(key: key, stamp: stamp, value: MemoryItem(id: id))
    let isNew = !wasBound || history == .partial
    let holding = bindings.withTable(of: key) { table in
      isNew || table.index(of: key) != nil ? table.restore(entry) : nil
    }
    guard let given else { return }
    if let holding, holding.value.id == id, holding.stamp.milliseconds <= time {
      entry = holding
    } else if !isNew {
      return
    }
    entry.key = given
    bindings.withTable(of: given) { [entry] table in _ = table.restore(entry) }
  }
}

extension MemoryTable<MemoryItem> {
  func binding(of key: UInt64, at now: Int64) -> Entry? {
    guard let index = index(of: key), !self[index].stamp.isOver(at: now) else { return nil }
    return self[index]
  }

  mutating func set(_ entry: Entry) {
    if let index = index(of: entry.key) { self[index] = entry } else { insert(entry, at: entry.stamp.milliseconds) }
  }

  /// An entry of the same item within its day was kept then, so it is kept now; else the later one holds.
  mutating func restore(_ entry: Entry) -> Entry {
    guard let index = index(of: entry.key) else {
      insert(entry, at: entry.stamp.milliseconds)
      return entry
    }
    let known = self[index]
    let isKept = known.value == entry.value && !known.stamp.isOver(at: entry.stamp.milliseconds)
    if !isKept, known.stamp.milliseconds <= entry.stamp.milliseconds { self[index] = entry }
    return self[index]
  }
}
