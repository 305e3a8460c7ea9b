import Database
import TestSupport
import Testing

@Suite struct ConnectionTests {
  @Test func executeCountsRows() async throws {
    let connection = try await openConnection()
    try await connection.execute("CREATE TEMP TABLE numbers (n bigint)")
    #expect(try await connection.execute("INSERT INTO pg_temp.numbers (n) SELECT generate_series(1, 7)") == 7)
    #expect(try await connection.execute("DELETE FROM pg_temp.numbers WHERE n > \(5)") == 2)
    #expect(try await connection.query("SELECT n FROM pg_temp.numbers").count == 5)
  }

  @Test func statementsOfManyTasksTakeTurns() async throws {
    let connection = try await openConnection()
    try await withThrowingTaskGroup(of: Bool.self) { tasks in
      for number in 0..<100 {
        tasks.addTask { try await connection.scalar("SELECT \(number)") == number }
      }
      for try await isRight in tasks { #expect(isRight) }
    }
  }

  @Test func aWideAnswerComesWhole() async throws {
    let rows = try await openConnection().query(
      "SELECT n, repeat('x', 100) AS filler FROM generate_series(1, 50000) AS n")
    #expect(rows.count == 50_000)
    #expect(try rows.last?.get("n", as: Int.self) == 50_000)
  }

  @Test func aParameterLargerThanTheSocketsBufferArrives() async throws {
    let text = String(repeating: "0123456789abcdef", count: 1 << 20)
    #expect(try await openConnection().scalar("SELECT length(\(text))") == text.utf8.count)
  }

  @Test func tooManyParametersAreRefusedWithoutHarm() async throws {
    let connection = try await openConnection()
    let list = SQL.joined((0..<70_000).map { "\($0)" }, separator: ", ")
    #expect(await databaseError { try await connection.query("SELECT 1 WHERE 1 IN (\(list))") }?.sqlState == "54023")
    #expect(try await connection.scalar("SELECT 1") == 1)
  }

  @Test func cancellingTheTaskCancelsTheStatement() async throws {
    let connection = try await openConnection()
    let begin = ContinuousClock.now
    let error = try await withThrowingTaskGroup(of: DatabaseError?.self) { tasks in
      tasks.addTask { await databaseError { try await connection.query("SELECT pg_sleep(60)") } }
      try await eventually { try await isRunning("SELECT pg_sleep(60)", on: connection) }
      tasks.cancelAll()
      return try await tasks.next() ?? nil
    }
    #expect(error?.kind == .cancelled)
    #expect(ContinuousClock.now - begin < .seconds(30))
    #expect(connection.isOpen)
    #expect(try await connection.scalar("SELECT 1") == 1)
  }

  @Test func aCancelledTasksStatementIsNeverSent() async throws {
    let connection = try await openConnection()
    try await connection.execute("CREATE TEMP TABLE marks (n bigint)")
    let error = await withTaskGroup(of: DatabaseError?.self) { tasks in
      tasks.cancelAll()
      tasks.addTask { await databaseError { try await connection.execute("INSERT INTO pg_temp.marks (n) VALUES (1)") } }
      return await tasks.next() ?? nil
    }
    #expect(error?.kind == .cancelled)
    #expect(try await connection.scalar("SELECT count(1) FROM pg_temp.marks") == 0)
  }

  @Test func aSlowStatementTimesOutAndTheConnectionStaysUsable() async throws {
    let connection = try await openConnection(statementTimeout: .milliseconds(100))
    let error = await databaseError { try await connection.query("SELECT pg_sleep(60)") }
    #expect(error?.kind == .timeout)
    #expect(error?.sqlState == "57014")
    #expect(try await connection.scalar("SELECT 1") == 1)
    #expect(try await connection.query("SELECT pg_sleep(0.3)", timeout: nil).count == 1)
  }

  @Test func cancellingMomentsBeforeTheEndNeverHitsTheNextStatement() async throws {
    let connection = try await openConnection()
    for _ in 0..<50 {
      await withTaskGroup { tasks in
        tasks.addTask { _ = try? await connection.query("SELECT pg_sleep(0.002)") }
        try? await Task.sleep(for: .milliseconds(2))
        tasks.cancelAll()
      }
      #expect(try await connection.scalar("SELECT 1") == 1)
    }
  }

  @Test func aTerminatedBackendIsALostConnection() async throws {
    let connection = try await openConnection()
    let other = try await openConnection()
    let error = try await withThrowingTaskGroup(of: DatabaseError?.self) { tasks in
      tasks.addTask { await databaseError { try await connection.query("SELECT pg_sleep(60)") } }
      try await eventually { try await isRunning("SELECT pg_sleep(60)", on: connection) }
      try await other.execute("SELECT pg_terminate_backend(\(connection.backendPID))")
      return try await tasks.next() ?? nil
    }
    #expect(error?.kind == .connectionLost)
    #expect(error?.sqlState == "57P01")
    #expect(error?.isRetryable == true)
    #expect(!connection.isOpen)
    #expect(await databaseError { try await connection.query("SELECT 1") }?.kind == .connectionLost)
  }

  @Test func abortingBreaksTheRunningStatementOff() async throws {
    let connection = try await openConnection()
    let error = try await withThrowingTaskGroup(of: DatabaseError?.self) { tasks in
      tasks.addTask { await databaseError { try await connection.query("SELECT pg_sleep(60)") } }
      try await eventually { try await isRunning("SELECT pg_sleep(60)", on: connection) }
      connection.abort()
      return try await tasks.next() ?? nil
    }
    #expect(error?.kind == .connectionLost)
  }

  @Test func aMissingServerIsUnreachable() async throws {
    let dsn = try DSN(parsing: "postgresql://user:s3cret@/db?host=/nowhere")
    let error = try #require(await databaseError { try await Connection.open(dsn) })
    #expect(error.kind == .unreachable)
    #expect(error.isConnectionProblem)
    #expect(error.detail?.contains("/nowhere") == true)
    #expect(!error.description.contains("s3cret"))
  }

  @Test func aWrongPasswordIsUnreachableToo() async throws {
    let dsn = try await roomDatabase().dsn.with(password: "wrong")
    let error = await databaseError { try await Connection.open(dsn) }
    #expect(error?.kind == .unreachable)
    #expect(error?.detail?.contains("password authentication failed") == true)
  }

  @Test func aServerThatNeverAnswersTimesOut() async throws {
    let deaf = try DeafServer()
    let dsn = try DSN(parsing: "postgresql://user@127.0.0.1:\(deaf.port)/db?connect_timeout=2")
    #expect(await databaseError { try await Connection.open(dsn) }?.kind == .unreachable)
  }

  @Test func sessionsRunInUTC() async throws {
    #expect(try await openConnection().scalar("SELECT current_setting('TimeZone')") == "UTC")
  }

  @Test func copyStatementsWithoutDataFailWithoutHarm() async throws {
    let connection = try await openConnection()
    try await connection.execute("CREATE TEMP TABLE sink (n bigint)")
    #expect(await databaseError { try await connection.execute("COPY pg_temp.sink FROM STDIN") }?.kind == .server)
    #expect(try await connection.scalar("SELECT 1") == 1)
  }

  private func isRunning(_ query: String, on connection: Connection) async throws -> Bool {
    let observer = try await openConnection()
    let running: Bool? = try await observer.scalar(
      """
      SELECT state = 'active' AND query = \(query) FROM pg_catalog.pg_stat_activity
      WHERE pid = \(connection.backendPID)
      """)
    return running ?? false
  }
}
