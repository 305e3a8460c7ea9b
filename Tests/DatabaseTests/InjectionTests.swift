import Database
import TestSupport
import Testing

@Suite struct InjectionTests {
  static let hostile = [
    "'; DROP TABLE victims; --", "\\'; SELECT 1", "$1", "\" OR \"\"=\"", "%s", "E'\\x27'", "$$body$$", "a\u{2019}b",
    "/* */ ' OR 1=1 --", "\u{FEFF}'", ":name", "?",
  ]

  @Test(arguments: hostile)
  func boundTextIsOnlyEverText(text: String) async throws {
    let connection = try await openConnection()
    try await connection.execute("CREATE TEMP TABLE victims (name text)")
    try await connection.execute("INSERT INTO pg_temp.victims (name) VALUES (\(text))")
    let found: String? = try await connection.scalar("SELECT name FROM pg_temp.victims WHERE name = \(text)")
    #expect(found == text)
    #expect(try await connection.scalar("SELECT count(1) FROM pg_temp.victims") == 1)
  }

  @Test(arguments: hostile)
  func quotedLiteralsAndIdentifiersAreOnlyEverThat(text: String) async throws {
    let row = try await openConnection().one("SELECT \(literal: text) AS \(identifier: text)")
    #expect(try row.get(at: 0, as: String.self) == text)
    #expect(row.columnNames == [text])
  }

  @Test func aZeroByteIsRefusedByTheServer() async throws {
    let error = await databaseError { try await openConnection().query("SELECT \("a\0b")") }
    #expect(error?.sqlState == "22021")
  }

  @Test func oneStatementCannotCarryAnother() async throws {
    let error = await databaseError { try await openConnection().query("SELECT 1; SELECT 2") }
    #expect(error?.sqlState == "42601")
  }

  @Test func errorsCarryNeitherTextNorValues() async throws {
    let connection = try await openConnection()
    try await connection.execute("CREATE TEMP TABLE people (email text PRIMARY KEY)")
    try await connection.execute("INSERT INTO pg_temp.people (email) VALUES (\("secret@example.com"))")
    let duplicate = try #require(
      await databaseError {
        try await connection.execute("INSERT INTO pg_temp.people (email) VALUES (\("secret@example.com"))")
      })
    #expect(duplicate.isUniqueViolation)
    #expect(duplicate.constraint == "people_pkey")
    #expect(duplicate.table == "people")
    let malformed = try #require(await databaseError { try await connection.query("SELECT \("secret")::bigint") })
    for error in [duplicate, malformed] {
      var dumped = ""
      dump(error, to: &dumped)
      #expect(!dumped.contains("secret"))
      #expect(!dumped.contains("INSERT"))
    }
  }
}
