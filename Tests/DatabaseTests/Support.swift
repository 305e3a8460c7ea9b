import Database
import Synchronization
import TestSupport

/// A connection to the database that all suites of this room share.
func openConnection(statementTimeout: Duration? = .seconds(30)) async throws -> Connection {
  try await Connection.open(try await roomDatabase().dsn, statementTimeout: statementTimeout)
}

func roomDatabase() async throws -> TestDatabase { try await TestPostgres.shared("database-room") }

/// A name for a table or schema that no other test uses.
func uniqueName(_ prefix: String) -> SchemaName {
  SchemaName("\(prefix)_\(UInt64.random(in: .min ... .max))") ?? uniqueName(prefix)
}

/// What `body` throws as a database error, or nil.
func databaseError<T>(_ body: () async throws -> T) async -> DatabaseError? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? DatabaseError
  }
}

/// The same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
  private let state: Mutex<Value>

  init(_ value: Value) { state = Mutex(value) }

  var value: Value { state.withLock { $0 } }

  @discardableResult
  func update<Answer: Sendable>(_ change: (inout Value) -> Answer) -> Answer { state.withLock { change(&$0) } }
}

/// How many are inside at once, and the most there ever were.
struct Crowd: Sendable {
  private(set) var now = 0
  private(set) var most = 0

  mutating func enter() {
    now += 1
    most = max(most, now)
  }

  mutating func leave() { now -= 1 }
}

extension AsyncStream where Element: Sendable {
  /// The next element, or nil at the end.
  func next() async -> Element? { await first { _ in true } }
}
