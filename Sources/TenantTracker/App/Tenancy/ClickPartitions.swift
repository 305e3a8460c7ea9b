import Core
import Database
import Synchronization

/// The monthly partitions of `clicks`. Only the DDL role makes them, ahead of time or just before a batch that needs one.
struct ClickPartitions: Sendable {
  let control: ConnectionPool
  private let known = KnownPartitions()

  init(control: ConnectionPool) { self.control = control }

  /// The month that holds a moment and the one after it.
  struct Month: Hashable, Sendable {
    let year: Int
    let month: Int

    init(of time: Timestamp) {
      let date = time.utcDate
      year = date.year
      month = date.month
    }

    private init(year: Int, month: Int) {
      self.year = year
      self.month = month
    }

    var next: Month { month == 12 ? Month(year: year + 1, month: 1) : Month(year: year, month: month + 1) }

    var start: Timestamp { (LocalDate(year: year, month: month, day: 1) ?? LocalDate(daysSinceEpoch: 0)).utcMidnight }

    /// `clicks_202611`.
    var table: String { "clicks_\(year)\(month < 10 ? "0" : "")\(month)" }
  }

  /// The partition of `time` and the next.
  func ensure(around time: Timestamp, schema: SchemaName) async throws {
    let month = Month(of: time)
    try await ensure([month, month.next], schema: schema)
  }

  func ensure(_ months: some Collection<Month> & Sendable, schema: SchemaName) async throws {
    for month in Set(months).sorted(by: { $0.start < $1.start }) where !known.contains(schema, month) {
      // Bounds of a partition can't be parameters; these are numbers of ours.
      try await control.execute(
        """
        CREATE TABLE IF NOT EXISTS \(schema).\(identifier: month.table) PARTITION OF \(schema).clicks
        FOR VALUES FROM (\(literal: month.start.rfc3339)) TO (\(literal: month.next.start.rfc3339))
        """)
      known.insert(schema, month)
    }
  }

  /// Looks at the database afresh from now on: it may have been restored.
  func forget() { known.removeAll() }
}

/// Partitions that are known to be there.
private final class KnownPartitions: Sendable {
  private struct Key: Hashable {
    let schema: SchemaName
    let month: ClickPartitions.Month
  }

  private let keys = Mutex<Set<Key>>([])

  func contains(_ schema: SchemaName, _ month: ClickPartitions.Month) -> Bool {
    keys.withLock { $0.contains(Key(schema: schema, month: month)) }
  }

  func insert(_ schema: SchemaName, _ month: ClickPartitions.Month) {
    keys.withLock { _ = $0.insert(Key(schema: schema, month: month)) }
  }

  func removeAll() { keys.withLock { $0.removeAll() } }
}
