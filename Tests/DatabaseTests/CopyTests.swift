import Core
import Database
import TestSupport
import Testing

@Suite struct CopyTests {
  private func target(_ connection: Connection) async throws -> SQL {
    try await connection.execute(
      """
      CREATE TEMP TABLE copied (
        id uuid PRIMARY KEY, at timestamptz NOT NULL, big bigint, small integer, tiny smallint, flag boolean,
        name text, address inet, details jsonb, tags text[], numbers bigint[], amount bigint)
      """)
    return "pg_temp.copied (id, at, big, small, tiny, flag, name, address, details, tags, numbers, amount)"
  }

  private func id(_ number: Int) -> UUIDv7 { UUIDv7(high: 7, low: UInt64(number)) }

  private func rows(_ count: Int) -> CopyRows {
    var rows = CopyRows(reservingBytes: count * 200)
    for number in 0..<count {
      rows.beginRow()
      rows.append(id(number))
      rows.append(Timestamp(seconds: Int64(number)))
      if number.isMultiple(of: 3) {
        for _ in 0..<10 { rows.appendNull() }
        continue
      }
      rows.append(Int64(number))
      rows.append(Int32(number))
      rows.append(Int16(number % 100))
      rows.append(number.isMultiple(of: 2))
      rows.append(utf8: "näme \u{1F600} \(number)\t\n\\N".utf8)
      rows.append(IPAddress(v4: UInt32(number)))
      rows.append(["n": .int(number)] as JSONValue)
      rows.append(["a", "b,\(number)"])
      rows.append([Int64(number), -1])
      rows.append(Micros(rawValue: Int64(number)) as Micros?)
    }
    return rows
  }

  @Test func tenThousandRowsArrive() async throws {
    let connection = try await openConnection()
    let target = try await target(connection)
    #expect(try await connection.copyIn(target, rows: rows(10_000)) == 10_000)
    let whole = try await connection.one(
      """
      SELECT count(1) AS total, count(name) AS named, sum(big) AS big, sum(small) AS small,
             count(1) FILTER (WHERE details ->> 'n' = big::text AND numbers[1] = big AND amount = big) AS agreeing
      FROM pg_temp.copied
      """)
    let kept = (0..<10_000).filter { !$0.isMultiple(of: 3) }
    #expect(try whole.get("total", as: Int.self) == 10_000)
    #expect(try whole.get("named", as: Int.self) == kept.count)
    #expect(try whole.get("agreeing", as: Int.self) == kept.count)
    #expect(try whole.get("big", as: Int.self) == kept.reduce(0, +))
    #expect(try whole.get("small", as: Int.self) == kept.reduce(0, +))
    let row = try await connection.one("SELECT name, address, tags, flag FROM pg_temp.copied WHERE id = \(id(4_000))")
    #expect(try row.get("name", as: String.self) == "näme \u{1F600} 4000\t\n\\N")
    #expect(try row.get("address", as: IPAddress.self) == IPAddress("0.0.15.160"))
    #expect(try row.get("tags", as: [String].self) == ["a", "b,4000"])
    #expect(try row.get("flag", as: Bool.self))
  }

  @Test func noRowsAreNoError() async throws {
    let connection = try await openConnection()
    #expect(try await connection.copyIn(target(connection), rows: CopyRows()) == 0)
  }

  @Test func jsonTextAndTextBytesNeedNoValues() async throws {
    let connection = try await openConnection()
    try await connection.execute("CREATE TEMP TABLE raw (name text, details jsonb)")
    var rows = CopyRows()
    rows.beginRow()
    rows.append(utf8: Array("plain".utf8))
    rows.append(jsonb: Array(#"{"a":[1,2]}"#.utf8))
    try await connection.copyIn("pg_temp.raw (name, details)", rows: rows)
    #expect(try await connection.scalar("SELECT details -> 'a' ->> 1 FROM pg_temp.raw WHERE name = 'plain'") == "2")
  }

  @Test func anErrorUndoesAllAndLeavesTheConnectionUsable() async throws {
    let connection = try await openConnection()
    let target = try await target(connection)
    var doubled = rows(5_000)
    doubled.beginRow()
    doubled.append(id(1))
    doubled.append(Timestamp(seconds: 0))
    for _ in 0..<10 { doubled.appendNull() }
    let error = await databaseError { try await connection.copyIn(target, rows: doubled) }
    #expect(error?.isUniqueViolation == true)
    #expect(try await connection.scalar("SELECT count(1) FROM pg_temp.copied") == 0)
    #expect(try await connection.copyIn(target, rows: rows(10)) == 10)
  }

  @Test func aRowOfTheWrongWidthIsRefused() async throws {
    let connection = try await openConnection()
    let target = try await target(connection)
    var narrow = CopyRows()
    narrow.beginRow()
    narrow.append(id(1))
    #expect(await databaseError { try await connection.copyIn(target, rows: narrow) }?.sqlState == "22P04")
    #expect(try await connection.scalar("SELECT 1") == 1)
  }

  @Test func anUnknownTableIsRefusedBeforeAnyData() async throws {
    let connection = try await openConnection()
    let error = await databaseError { try await connection.copyIn("pg_temp.absent (id)", rows: rows(1)) }
    #expect(error?.isUndefinedTable == true)
    #expect(try await connection.scalar("SELECT 1") == 1)
  }

  @Test func aCopyBlockedByALockIsCancelledWithItsTask() async throws {
    let (connection, holder) = (try await openConnection(), try await openConnection())
    let schema = uniqueName("copy")
    try await holder.execute("CREATE SCHEMA \(schema)")
    try await holder.execute("CREATE TABLE \(schema).blocked (n bigint PRIMARY KEY)")
    var rows = CopyRows()
    rows.beginRow()
    rows.append(Int64(1))
    let (data, target): (CopyRows, SQL) = (rows, "\(schema).blocked (n)")
    try await holder.transaction { holder in
      try await holder.copyIn(target, rows: data)
      try await withThrowingTaskGroup { tasks in
        tasks.addTask { try await connection.copyIn(target, rows: data) }
        try await eventually {
          try await holder.scalar(
            "SELECT wait_event_type = 'Lock' FROM pg_catalog.pg_stat_activity WHERE pid = \(connection.backendPID)"
          ) ?? false
        }
        tasks.cancelAll()
        let error = await databaseError { try await tasks.next() }
        #expect(error?.kind == .cancelled)
      }
    }
    #expect(try await connection.scalar("SELECT count(1) FROM \(schema).blocked") == 1)
  }
}
