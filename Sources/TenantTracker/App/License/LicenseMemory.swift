import Core
import Synchronization

/// The tenants' licences as last read from the database or written to it by this node.
final class LicenseMemory: Sendable {
  /// How long a standing read from the database is taken for true; another node may have refreshed it.
  private static let term = Duration.seconds(5)

  /// When reading or changing a record in the database began, counted in changes made by this node.
  struct Beginning: Sendable {
    fileprivate let changes: UInt64
  }

  private struct Remembered {
    /// Nil when the database has to be asked: two changes met, and only it knows which came last.
    var record: LicenseRecord?
    var readAt: Timestamp
    /// The count of changes when this node last changed the record; 0 if it has not.
    var changed: UInt64
  }

  private struct State {
    var changes: UInt64 = 0
    var records: [Int64: Remembered] = [:]
  }

  private let state = Mutex(State())

  func record(of tenantID: Int64, at now: Timestamp) -> LicenseRecord? {
    guard let known = state.withLock({ $0.records[tenantID] }) else { return nil }
    return now >= known.readAt && now - known.readAt < Self.term ? known.record : nil
  }

  /// To be called before the database is read or changed.
  func begin() -> Beginning { Beginning(changes: state.withLock { $0.changes }) }

  /// Remembers what was read, unless this node has changed the record since then: what was read may be older.
  func remember(read record: LicenseRecord, of tenantID: Int64, since beginning: Beginning, at now: Timestamp) {
    state.withLock { state in
      let changed = state.records[tenantID]?.changed ?? 0
      guard changed <= beginning.changes else { return }
      state.records[tenantID] = Remembered(record: record, readAt: now, changed: changed)
    }
  }

  /// Remembers what this node has just written.
  func remember(changed record: LicenseRecord, of tenantID: Int64, since beginning: Beginning, at now: Timestamp) {
    state.withLock { state in
      state.changes += 1
      let alone = (state.records[tenantID]?.changed ?? 0) <= beginning.changes
      state.records[tenantID] = Remembered(record: alone ? record : nil, readAt: now, changed: state.changes)
    }
  }
}
