import Database
import TestSupport
import Testing

@Suite struct TransactionTests {
  private struct Refused: Error {}

  private func table() async throws -> (Connection, Connection, SQL) {
    let (connection, observer) = (try await openConnection(), try await openConnection())
    let schema = uniqueName("tx")
    try await connection.execute("CREATE SCHEMA \(schema)")
    try await connection.execute("CREATE TABLE \(schema).items (n bigint PRIMARY KEY)")
    return (connection, observer, "\(schema).items")
  }

  private func contents(_ table: SQL, _ connection: Connection) async throws -> [Int] {
    try await connection.query("SELECT n FROM \(table) ORDER BY n").map { try $0.get("n") }
  }

  @Test func othersSeeItOnlyAfterCommit() async throws {
    let (connection, observer, items) = try await table()
    let answer = try await connection.transaction { connection in
      try await connection.execute("INSERT INTO \(items) (n) VALUES (1)")
      #expect(connection.isInTransaction)
      #expect(try await contents(items, observer).isEmpty)
      return "done"
    }
    #expect(answer == "done")
    #expect(!connection.isInTransaction)
    #expect(try await contents(items, observer) == [1])
  }

  @Test func throwingRollsBack() async throws {
    let (connection, _, items) = try await table()
    await #expect(throws: Refused.self) {
      try await connection.transaction { connection in
        try await connection.execute("INSERT INTO \(items) (n) VALUES (1)")
        throw Refused()
      }
    }
    #expect(!connection.isInTransaction)
    #expect(try await contents(items, connection).isEmpty)
  }

  @Test func aFailedStatementRollsBack() async throws {
    let (connection, _, items) = try await table()
    let error = await databaseError {
      try await connection.transaction { connection in
        try await connection.execute("INSERT INTO \(items) (n) VALUES (1)")
        try await connection.execute("INSERT INTO \(items) (n) VALUES (1)")
      }
    }
    #expect(error?.isUniqueViolation == true)
    #expect(try await contents(items, connection).isEmpty)
  }

  @Test func aSwallowedErrorIsNotTakenForACommit() async throws {
    let (connection, _, items) = try await table()
    let error = await databaseError {
      try await connection.transaction { connection in
        try await connection.execute("INSERT INTO \(items) (n) VALUES (1)")
        _ = try? await connection.execute("SELECT 1 / 0")
      }
    }
    #expect(error?.sqlState == "25P02")
    #expect(try await contents(items, connection).isEmpty)
  }

  @Test func anInnerTransactionIsASavepoint() async throws {
    let (connection, _, items) = try await table()
    try await connection.transaction { connection in
      try await connection.execute("INSERT INTO \(items) (n) VALUES (1)")
      await #expect(throws: DatabaseError.self) {
        try await connection.transaction { connection in
          try await connection.execute("INSERT INTO \(items) (n) VALUES (2)")
          try await connection.execute("INSERT INTO \(items) (n) VALUES (1)")
        }
      }
      try await connection.transaction { connection in
        try await connection.execute("INSERT INTO \(items) (n) VALUES (3)")
        try await connection.transaction { try await $0.execute("INSERT INTO \(items) (n) VALUES (4)") }
      }
    }
    #expect(try await contents(items, connection) == [1, 3, 4])
  }

  @Test func hintsAreGivenOnceAllIsCommittedAndNotElse() async throws {
    let (connection, observer, items) = try await table()
    try await connection.execute("CREATE TABLE \(items)_hints (n bigint, seen bigint)")
    let hint = { (n: Int64) -> SQL in "INSERT INTO \(items)_hints SELECT \(n), count(*) FROM \(items)" }
    try await connection.transaction { connection in
      connection.afterCommit(hint(1))
      try await connection.execute("INSERT INTO \(items) (n) VALUES (1)")
      await #expect(throws: Refused.self) {
        try await connection.transaction { connection in
          connection.afterCommit(hint(2))
          throw Refused()
        }
      }
      connection.afterCommit("SELECT 1 / 0")
      connection.afterCommit(hint(3))
      #expect(try await observer.query("SELECT n FROM \(items)_hints").isEmpty)
    }
    await #expect(throws: Refused.self) {
      try await connection.transaction { connection in
        connection.afterCommit(hint(4))
        throw Refused()
      }
    }
    try await connection.transaction { try await $0.execute("INSERT INTO \(items) (n) VALUES (2)") }
    let given = try await observer.query("SELECT n, seen FROM \(items)_hints ORDER BY n")
    #expect(
      try given.map { [try $0.get("n", as: Int64.self), try $0.get("seen", as: Int64.self)] } == [[1, 1], [3, 1]])
  }

  @Test func cancellationInsideRollsBackAndLeavesTheConnectionUsable() async throws {
    let (connection, _, items) = try await table()
    try await withThrowingTaskGroup { tasks in
      tasks.addTask {
        try await connection.transaction { connection in
          try await connection.execute("INSERT INTO \(items) (n) VALUES (1)")
          try await connection.execute("SELECT pg_sleep(60)")
        }
      }
      try await eventually { connection.isInTransaction }
      tasks.cancelAll()
      await #expect(throws: DatabaseError.self) { try await tasks.next() }
    }
    #expect(!connection.isInTransaction)
    #expect(try await contents(items, connection).isEmpty)
  }

  @Test func aSnapshotDoesNotMoveAndRefusesWrites() async throws {
    let (connection, observer, items) = try await table()
    try await connection.transaction(.readOnlySnapshot) { connection in
      #expect(try await contents(items, connection).isEmpty)
      try await observer.execute("INSERT INTO \(items) (n) VALUES (1)")
      #expect(try await contents(items, connection).isEmpty)
      let error = await databaseError {
        try await connection.transaction { try await $0.execute("INSERT INTO \(items) (n) VALUES (2)") }
      }
      #expect(error?.sqlState == "25006")
    }
    #expect(try await contents(items, connection) == [1])
  }

  @Test func deadlocksAreTriedAgain() async throws {
    let (connection, _, items) = try await table()
    try await connection.execute("INSERT INTO \(items) (n) VALUES (1), (2)")
    let pool = try await roomDatabase().pool()
    try await withThrowingTaskGroup { tasks in
      for (first, second) in [(1, 2), (2, 1)] {
        for _ in 0..<4 {
          tasks.addTask {
            try await pool.transaction(retries: 20) { connection in
              try await connection.execute("UPDATE \(items) SET n = n WHERE n = \(first)")
              try await connection.execute("SELECT pg_sleep(0.01)")
              try await connection.execute("UPDATE \(items) SET n = n WHERE n = \(second)")
            }
          }
        }
      }
      try await tasks.waitForAll()
    }
    await pool.close()
  }
}
