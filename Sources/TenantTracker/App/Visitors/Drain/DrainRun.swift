import ClickPath
import Core

/// How far each tenant's streams have come in one run of the drain, and where to read on.
struct DrainRun: Sendable {
  /// A tenant that could not be written, or had more postbacks than others would wait for.
  struct Pause: Sendable {
    /// When it is tried again. Its next records do not put that off.
    var due: Timestamp
    /// How much of what was set aside is back already.
    var putBack = JournalPosition.start

    /// A time further off than anybody waits is one of a clock that has been set back since.
    func isDue(at now: Timestamp) -> Bool { due <= now || due - now > Drainer.patience }
  }

  private struct Place: Hashable {
    let stream: DrainStore.Stream
    let tenantID: Int64
  }

  var reader: JournalReader
  /// Tenants whose records are set aside.
  var paused: [Int64: Pause] = [:]
  /// When segments were last let go, and up to which.
  var tidied: (segment: Int64, at: Timestamp)?
  private var positions: [Place: JournalPosition] = [:]

  init(reader: JournalReader) { self.reader = reader }

  /// Up to where a tenant's records of a stream have been dealt with: they are in its schema or set aside.
  subscript(stream: DrainStore.Stream, tenantID: Int64) -> JournalPosition {
    get { positions[Place(stream: stream, tenantID: tenantID)] ?? .start }
    set { positions[Place(stream: stream, tenantID: tenantID)] = newValue }
  }

  /// Notes that both streams of a tenant have been dealt with up to `end`.
  mutating func pass(_ end: JournalPosition, _ tenantID: Int64) {
    for stream in DrainStore.Stream.allCases { self[stream, tenantID] = max(self[stream, tenantID], end) }
  }

  /// Tenants that are gone hold nothing back.
  mutating func keep(only tenantIDs: Set<Int64>) {
    positions = positions.filter { tenantIDs.contains($0.key.tenantID) }
  }

  /// Whether something that was set aside can be put back now.
  func hasDue(at now: Timestamp) -> Bool { paused.values.contains { $0.isDue(at: now) } }

  var earliest: JournalPosition { positions.values.min() ?? .start }
  var furthest: JournalPosition { positions.values.max() ?? .start }
}
