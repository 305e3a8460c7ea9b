/// When something was remembered and for how long, in one word.
struct MemoryStamp: BitwiseCopyable, Hashable, Sendable {
  /// Milliseconds since 1970 above 16 bits of hours.
  private let word: UInt64

  /// - Parameter hours: 1...65,535; what lies beyond counts as the nearest.
  init(milliseconds: Int64, hours: Int) {
    word = UInt64(bitPattern: milliseconds) << 16 | UInt64(max(1, min(hours, 65_535)))
  }

  var milliseconds: Int64 { Int64(bitPattern: word) >> 16 }
  var hours: Int { Int(word & 0xFFFF) }

  func isOver(at now: Int64) -> Bool { !MemoryWindow(hours: hours).holds(milliseconds, at: now) }
}

/// A time span that counts back from now. Exactly its length ago is outside. A clock that was ahead and set back must
/// not make what was remembered last for ever: what lies further ahead than the window is long is outside too.
struct MemoryWindow: Sendable {
  private let milliseconds: UInt64

  init(hours: Int) { milliseconds = UInt64(max(1, hours)) * 3_600_000 }

  func holds(_ time: Int64, at now: Int64) -> Bool { (now - time).magnitude < milliseconds }
}

/// One thing remembered. Key zero marks a free slot.
struct MemoryEntry<Value: MemoryValue>: BitwiseCopyable, Sendable {
  var key: UInt64
  var stamp: MemoryStamp
  var value: Value

  static var free: Self { Self(key: 0, stamp: MemoryStamp(milliseconds: 0, hours: 1), value: .none) }

  var isFree: Bool { key == 0 }
}

/// What is remembered besides a time.
protocol MemoryValue: BitwiseCopyable, Hashable, Sendable {
  static var none: Self { get }
}

/// That it was: first visits.
struct MemoryMark: MemoryValue {
  static let none = MemoryMark()
}

/// The random half of a click's id, which tells visits of the same millisecond apart.
struct MemoryVisit: MemoryValue {
  let click: UInt64
  static let none = MemoryVisit(click: 0)
}

/// The landing or offer that a visitor is bound to.
struct MemoryItem: MemoryValue {
  let id: Int64
  static let none = MemoryItem(id: 0)
}
