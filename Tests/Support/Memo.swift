/// Makes each value once, however many ask for it at the same time. A failure is kept too.
actor Memo<Key: Hashable & Sendable, Value: Sendable> {
  private typealias Outcome = Result<Value, any Error>

  private enum Entry {
    case making([CheckedContinuation<Outcome, Never>])
    case made(Outcome)
  }

  private var entries: [Key: Entry] = [:]

  func value(for key: Key, make: @Sendable () async throws -> Value) async throws -> Value {
    switch entries[key] {
    case .made(let outcome): return try outcome.get()
    case .making(let waiting):
      return try await withCheckedContinuation { entries[key] = .making(waiting + [$0]) }.get()
    case nil:
      entries[key] = .making([])
      let outcome: Outcome
      do { outcome = .success(try await make()) } catch { outcome = .failure(error) }
      if case .making(let waiting) = entries[key] {
        for continuation in waiting { continuation.resume(returning: outcome) }
      }
      entries[key] = .made(outcome)
      return try outcome.get()
    }
  }
}
