/// What is remembered of visitors: how often they came, whether they were there before, what they were shown. Bounded;
/// every question and its consequence are one step, so of any number of visits at once exactly as many pass as may.
///
/// It changes when a hit is decided, before its record is durable. Whatever was answered is in the journal, from which
/// ``replay(_:in:after:)`` makes it again.
public final class VisitorMemory: Sendable {
  public let keys: VisitorKeys
  /// Visits that count for a frequency cap: one entry each.
  let visits: MemoryShards<MemoryVisit>
  /// First visits.
  let firsts: MemoryShards<MemoryMark>
  /// What visitors are bound to.
  let bindings: MemoryShards<MemoryItem>

  /// A part of this size makes room in about a millisecond at most.
  private static let bytesPerPart = 2 << 20
  private static let leastParts = 64
  /// Visits that a frequency cap can count; more are as many.
  static let largestCap = 1_000

  /// - Parameter bytes: that it may hold, at least 16 MiB: half for first visits, a quarter each for caps and bindings.
  public init(keys: VisitorKeys, bytes: Int = 256 << 20) {
    self.keys = keys
    let bytes = max(bytes, 16 << 20)
    var parts = Self.leastParts
    while bytes / parts > Self.bytesPerPart { parts *= 2 }
    visits = MemoryShards(bytes: bytes / 4, count: parts, entriesPerKey: Self.largestCap)
    firsts = MemoryShards(bytes: bytes / 2, count: parts)
    bindings = MemoryShards(bytes: bytes / 4, count: parts)
  }

  /// By kind: `visits`, `first_visits`, `bindings`.
  public var figures: KeyValuePairs<String, MemoryFigures> {
    ["visits": visits.figures, "first_visits": firsts.figures, "bindings": bindings.figures]
  }

  func removeAll() {
    visits.removeAll()
    firsts.removeAll()
    bindings.removeAll()
  }
}
