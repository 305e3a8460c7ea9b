import ClickPath
import Core
import Glibc
import Synchronization

extension JournalKind {
  static let click = JournalKind(rawValue: 1)
}

extension JournalSettings {
  /// Segments of 16 KiB and a second's patience cut to a millisecond.
  static let small = JournalSettings(segmentBytes: 16 << 10, retryInterval: .milliseconds(1))
}

/// Everything a journal shouted.
final class FaultLog: Sendable {
  private let log = Mutex<[JournalFault]>([])

  var all: [JournalFault] { log.withLock { $0 } }
  var losses: [JournalFault] { all.filter(\.isLoss) }
  var torn: [JournalFault] { all.filter { if case .torn = $0 { true } else { false } } }
  var note: @Sendable (JournalFault) -> Void { { [self] fault in log.withLock { $0.append(fault) } } }

  func contains(_ isWanted: (JournalFault) -> Bool) -> Bool { all.contains(where: isWanted) }
}

/// A lane whose outcomes can be asked for.
final class TestLane: Sendable {
  private struct State {
    var accepted = 0
    var durable: [UInt64] = []
    var failed: [UInt64] = []
    var batches: [Int] = []
    var waiters: [(Int, CheckedContinuation<Void, Never>)] = []

    var settled: Int { durable.count + failed.count }
  }

  private final class Outcomes: Sendable {
    let state = Mutex(State())

    func note(_ tokens: [UInt64], _ outcome: JournalOutcome) {
      let woken = state.withLock { state in
        if outcome == .durable { state.durable += tokens } else { state.failed += tokens }
        state.batches.append(tokens.count)
        let settled = state.settled
        let woken = state.waiters.filter { $0.0 <= settled }
        state.waiters.removeAll { $0.0 <= settled }
        return woken.map(\.1)
      }
      for waiter in woken { waiter.resume() }
    }
  }

  private let outcomes: Outcomes
  private let lane: JournalLane

  init(_ journal: Journal) {
    let outcomes = Outcomes()
    self.outcomes = outcomes
    lane = journal.registerLane { outcomes.note($0, $1) }
  }

  var durable: [UInt64] { outcomes.state.withLock { $0.durable } }
  var failed: [UInt64] { outcomes.state.withLock { $0.failed } }
  /// How many tokens each call brought.
  var batches: [Int] { outcomes.state.withLock { $0.batches } }

  func append(_ token: UInt64, tenantID: Int64 = 1, padding: Int = 0) throws(JournalRefusal) {
    try lane.append(
      tenantID: tenantID, kind: .click, payload: TestPayload.make(token, padding: padding), token: token)
    outcomes.state.withLock { $0.accepted += 1 }
  }

  /// Appends all of `tokens`, waiting where too many are pending, and waits for their outcomes.
  func appendAll(
    _ tokens: Range<UInt64>, tenantID: (UInt64) -> Int64 = { _ in 1 }, padding: (UInt64) -> Int = { _ in 0 }
  ) async throws {
    for token in tokens {
      do throws(JournalRefusal) {
        try append(token, tenantID: tenantID(token), padding: padding(token))
      } catch {
        guard error == .overloaded else { throw error }
        await settle()
        try append(token, tenantID: tenantID(token), padding: padding(token))
      }
    }
    await settle()
  }

  /// Waits until everything accepted has an outcome.
  func settle() async {
    await withCheckedContinuation { continuation in
      let isSettled = outcomes.state.withLock { state in
        if state.settled < state.accepted { state.waiters.append((state.accepted, continuation)) }
        return state.settled >= state.accepted
      }
      if isSettled { continuation.resume() }
    }
  }
}

/// A payload that says which token it belongs to and can be checked.
enum TestPayload {
  static func make(_ token: UInt64, padding: Int = 0) -> [UInt8] {
    withUnsafeBytes(of: token.littleEndian, Array.init)
      + (0..<padding).map { UInt8(truncatingIfNeeded: $0 &+ Int(token)) }
  }

  /// The token, if the payload is as it was made.
  static func token(_ payload: ArraySlice<UInt8>) -> UInt64? {
    guard payload.count >= 8 else { return nil }
    let token = payload.prefix(8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    return payload.elementsEqual(make(token, padding: payload.count - 8)) ? token : nil
  }
}

extension Journal {
  /// All there is to read, in batches of odd sizes.
  func everything(from position: JournalPosition = .start, maxRecords: Int = 7) async throws -> [JournalRecord] {
    var reader = reader(from: position)
    var records: [JournalRecord] = []
    while true {
      let batch = try await reader.next(maxRecords: maxRecords, maxBytes: 1_000)
      if batch.isEmpty { return records }
      records += batch.records
    }
  }

  func tokens(from position: JournalPosition = .start) async throws -> [UInt64] {
    try await everything(from: position).compactMap { TestPayload.token($0.payload) }
  }
}

/// A real directory that goes with its owner.
final class JournalFolder: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/trackily-journal-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  var names: [String] {
    guard let files = try? POSIXJournalFiles(directory: path) else { return [] }
    return ((try? files.names()) ?? []).sorted()
  }
}
