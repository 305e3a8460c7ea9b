/// What a transaction sees of the others.
public enum TransactionMode: Sendable {
  case readCommitted
  case repeatableRead
  case serializable
  /// One unchanging view for several reads.
  case readOnlySnapshot

  var begin: SQL {
    switch self {
    case .readCommitted: "BEGIN"
    case .repeatableRead: "BEGIN ISOLATION LEVEL REPEATABLE READ"
    case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
    case .readOnlySnapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    }
  }
}

extension Connection {
  /// Runs `body` between BEGIN and COMMIT, or ROLLBACK when it throws. Inside a transaction it is a savepoint: then a
  /// throw undoes only what `body` did.
  @discardableResult
  public func transaction<T>(
    _ mode: TransactionMode = .readCommitted, _ body: (Connection) async throws -> T
  ) async throws -> T {
    if isInTransaction { return try await savepoint(body) }
    try await execute(mode.begin)
    state.update { $0.hints = [] }
    let answer: T
    do {
      answer = try await body(self)
    } catch {
      await rollBack("ROLLBACK")
      throw error
    }
    // A COMMIT cut off half-way would leave its outcome unknown, so it isn't cancelled with the task.
    let commit = try await run("COMMIT", timeout: statementTimeout, isShielded: true)
    // Postgres answers COMMIT after a swallowed error with ROLLBACK.
    guard commit.tag == "COMMIT" else {
      throw DatabaseError(.server, sqlState: "25P02", detail: "the transaction had failed and was rolled back")
    }
    await giveHints()
    return answer
  }

  /// Has a statement run by itself once the running transaction is committed. It is a hint: when it fails, or the process
  /// dies before it, nobody hears of that.
  ///
  /// Made for NOTIFY: a transaction that has notified holds a lock of the whole server until its commit is on disk, so
  /// that all such transactions commit one after another.
  public func afterCommit(_ statement: SQL) {
    state.update { $0.hints.append(statement) }
  }

  private func giveHints() async {
    let hints = state.update { values in
      defer { values.hints = [] }
      return values.hints
    }
    for hint in hints { _ = try? await run(hint, timeout: .seconds(10), isShielded: true) }
  }

  private func savepoint<T>(_ body: (Connection) async throws -> T) async throws -> T {
    let depth = state.update { values in
      values.savepoints += 1
      return values.savepoints
    }
    let name = SQL(unescaped: "s\(depth)")
    let hints = state.current.hints.count
    defer { state.update { $0.savepoints = max(0, depth - 1) } }
    try await execute("SAVEPOINT \(name)")
    do {
      let answer = try await body(self)
      try await execute("RELEASE SAVEPOINT \(name)")
      return answer
    } catch {
      await rollBack("ROLLBACK TO SAVEPOINT \(name)")
      state.update { $0.hints.removeLast(max(0, $0.hints.count - hints)) }
      throw error
    }
  }

  /// Undoes even when the task is cancelled. A connection that can't is given up: the server then undoes by itself.
  private func rollBack(_ statement: SQL) async {
    guard isOpen else { return }
    do {
      _ = try await run(statement, timeout: .seconds(10), isShielded: true)
    } catch {
      abort()
    }
  }
}
