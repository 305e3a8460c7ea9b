import Synchronization

/// The places decoded last, by their record's offset. Its size is fixed: a place takes the slot of another, never more
/// room. Many threads read at once, so it is split into parts with a lock each, held for one comparison.
final class PlaceCache: Sendable {
  /// Never more places than these are kept: with their texts about 5 MB a database.
  static let capacity = partCount * slotCount

  private static let partCount = 64
  private static let slotCount = 256

  private final class Part: Sendable {
    let slots = Mutex([GeoPlace?](repeating: nil, count: PlaceCache.slotCount))
  }

  private let parts = (0..<partCount).map { _ in Part() }

  /// The place at `offset`, from memory or else read now and kept.
  func place(at offset: UInt32, read: (UInt32) -> GeoPlace?) -> GeoPlace? {
    // Fibonacci hashing: records lie a few dozen bytes apart, and neighbours must not share a slot.
    let hash = Int((offset &* 0x9E37_79B1) >> 18)
    let part = parts[hash / Self.slotCount]
    let slot = hash % Self.slotCount
    let known = part.slots.withLock { $0[slot] }
    if let known, known.offset == offset { return known }
    guard let place = read(offset) else { return nil }
    part.slots.withLock { $0[slot] = place }
    return place
  }

  /// How many places are kept now.
  var count: Int { parts.reduce(0) { sum, part in sum + part.slots.withLock { $0.count { $0 != nil } } } }
}
