import Core

/// Takes targets off the board one by one, on a connection of its own.
struct MigrationWorker: Sendable {
  let versions: SchemaVersions
  let dsn: DSN
  let options: Migrator.Options
  let clock: any WallClock
  let followUp: Migrator.FollowUp

  func run(_ board: MigrationBoard) async {
    var connection: Connection?
    while !Task.isCancelled, let work = board.next() {
      do throws(MigrationError) {
        let usable = try await usable(connection)
        connection = usable
        for migration in work.pending {
          try await apply(migration, to: work.target, isLast: migration == work.pending.last, on: usable)
          board.applied(migration, on: work.target)
        }
        board.finished(work.target, nil)
      } catch {
        board.finished(work.target, error)
      }
    }
    connection?.close()
  }

  private func usable(_ connection: Connection?) async throws(MigrationError) -> Connection {
    if let connection, connection.isOpen { return connection }
    var connectionOptions = ConnectionOptions(statementTimeout: nil)
    connectionOptions.settings["lock_timeout"] = "\(options.lockTimeout.wholeMicroseconds / 1_000)"
    do {
      return try await Connection.open(dsn, options: connectionOptions)
    } catch {
      throw .database(error)
    }
  }

  /// Tries again when a lock was in the way: the failed try has let every lock go, so readers got through.
  private func apply(
    _ migration: Migration, to target: SchemaName, isLast: Bool, on connection: Connection
  ) async throws(MigrationError) {
    var attempt = 1
    while true {
      do {
        return try await connection.transaction { connection in
          try await apply(migration, to: target, isLast: isLast, inTransactionOn: connection)
        }
      } catch {
        let error = error as? MigrationError ?? .database(error as? DatabaseError ?? DatabaseError(.cancelled))
        guard error.isLockConflict, attempt < options.lockAttempts else { throw error }
      }
      attempt += 1
      do { try await Task.sleep(for: options.lockPause) } catch { throw .database(DatabaseError(.cancelled)) }
    }
  }

  private func apply(
    _ migration: Migration, to target: SchemaName, isLast: Bool, inTransactionOn connection: Connection
  ) async throws {
    if migration.version == 1 { try await connection.execute("CREATE SCHEMA IF NOT EXISTS \(target)") }
    let script = migration.script(for: target)
    if let failure = await connection.runScript(script) {
      throw MigrationError.refused(
        file: migration.file, target: target, line: failure.position.map { script.line(ofCharacter: $0) },
        sqlState: failure.error.sqlState, message: failure.message ?? failure.error.description)
    }
    guard connection.isInTransaction else {
      throw MigrationError.leftTransaction(file: migration.file, target: target)
    }
    try await versions.record(migration, on: target, at: clock.now(), in: connection)
    guard isLast else { return }
    do {
      try await followUp(connection, target)
    } catch {
      throw MigrationError.followUp(file: migration.file, target: target, reason: "\(error)")
    }
  }
}

extension Connection {
  /// Runs a text of several statements; nil when all went well.
  fileprivate func runScript(_ script: String) async -> LinkFailure? {
    let outcome = await perform(timeout: statementTimeout) { link, call in link.run(script: script, &call) }
    if case .failure(let failure) = outcome { return failure }
    return nil
  }
}

extension String {
  /// The line of the character at `position`, both counted from 1. Postgres counts Unicode scalars.
  fileprivate func line(ofCharacter position: Int) -> Int {
    unicodeScalars.prefix(position - 1).count { $0 == "\n" } + 1
  }
}
