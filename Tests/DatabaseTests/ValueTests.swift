import Core
import Database
import FoundationEssentials
import TestSupport
import Testing

/// Every type goes to the server and comes back the same, and the server reads it as we do.
@Suite struct ValueTests {
  private enum Color: String, SQLValue, SQLDecodable, SQLElement, Equatable { case red, green }

  private func roundTrip<T: SQLValue & SQLDecodable & Equatable>(
    _ values: [T], on connection: Connection, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    for value in values {
      let row = try await connection.one("SELECT \(value) AS value, \(nil as T?) AS nothing")
      #expect(try row.get("value", as: T.self) == value, sourceLocation: sourceLocation)
      #expect(try row.get("value", as: T?.self) == value, sourceLocation: sourceLocation)
      #expect(try row.get("nothing", as: T?.self) == nil, sourceLocation: sourceLocation)
      #expect(throws: DatabaseError.self, sourceLocation: sourceLocation) { try row.get("nothing", as: T.self) }
    }
  }

  @Test func numbers() async throws {
    let connection = try await openConnection()
    var random = SeededGenerator(seed: 1)
    let wide = (0..<50).map { _ in Int64.random(in: .min ... .max, using: &random) }
    try await roundTrip([0, 1, -1, .min, .max] + wide, on: connection)
    try await roundTrip([Int.min, 0, .max], on: connection)
    try await roundTrip([Int32.min, -1, .max], on: connection)
    try await roundTrip([Int16.min, -1, .max], on: connection)
    try await roundTrip([true, false], on: connection)
    try await roundTrip(wide.map { Micros(rawValue: $0) }, on: connection)
    let doubles = wide.map { Double(bitPattern: UInt64(bitPattern: $0)) }.filter { !$0.isNaN }
    try await roundTrip([0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, 0.1] + doubles, on: connection)
  }

  @Test func texts() async throws {
    let connection = try await openConnection()
    var random = SeededGenerator(seed: 2)
    let scalars: [ClosedRange<UInt32>] = [1...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0x1F300...0x1F6FF]
    let texts = (0..<100).map { _ in
      String(
        String.UnicodeScalarView(
          (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
            let range = scalars[Int.random(in: 0..<scalars.count, using: &random)]
            return Unicode.Scalar(UInt32.random(in: range, using: &random))
          }))
    }
    try await roundTrip(texts, on: connection)
    try await roundTrip(try [#require(Currency("chf")), .usd], on: connection)
    try await roundTrip([try #require(EmailAddress("a.b+c@example.com"))], on: connection)
    try await roundTrip([Color.red, .green], on: connection)
    try await roundTrip([[Color.red, .green]], on: connection)
  }

  @Test func bytes() async throws {
    let connection = try await openConnection()
    try await roundTrip([[], [0], Array(0...255)] as [[UInt8]], on: connection)
    let hex: String? = try await connection.scalar("SELECT encode(\([0, 255, 39] as [UInt8]), 'hex')")
    #expect(hex == "00ff27")
  }

  @Test func times() async throws {
    let connection = try await openConnection()
    var random = SeededGenerator(seed: 3)
    let moments = (0..<50).map { _ in
      Timestamp(microseconds: Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &random))
    }
    try await roundTrip([Timestamp(seconds: 0), Timestamp(microseconds: -1)] + moments, on: connection)
    let days = (0..<50).map { _ in LocalDate(daysSinceEpoch: Int.random(in: -719_162...2_932_896, using: &random)) }
    try await roundTrip(days, on: connection)
    for moment in moments.prefix(10) {
      let text: String? = try await connection.scalar(
        "SELECT to_char(\(moment) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")
      #expect(text == moment.rfc3339)
    }
    for day in days.prefix(10) {
      #expect(try await connection.scalar("SELECT to_char(\(day), 'YYYY-MM-DD')") == day.description)
    }
    let row = try await connection.one("SELECT 'infinity'::timestamptz AS moment, '-infinity'::date AS day")
    #expect(throws: DatabaseError.self) { try row.get("moment", as: Timestamp.self) }
    #expect(throws: DatabaseError.self) { try row.get("day", as: LocalDate.self) }
  }

  @Test func identities() async throws {
    let connection = try await openConnection()
    var random = SeededGenerator(seed: 4)
    let ids = (0..<50).map { _ in UUIDv7(high: random.next(), low: random.next()) }
    try await roundTrip(ids, on: connection)
    try await roundTrip([UUID()], on: connection)
    for id in ids.prefix(10) { #expect(try await connection.scalar("SELECT \(id)::text") == id.description) }
    let addresses = ["127.0.0.1", "255.255.255.255", "::1", "2001:db8::ff00:42:8329", "fe80::1"]
    try await roundTrip(try addresses.map { try #require(IPAddress($0)) }, on: connection)
    for text in addresses {
      #expect(try await connection.scalar("SELECT host(\(try #require(IPAddress(text))))") == text)
    }
    #expect(try await connection.scalar("SELECT '10.1.0.0/16'::cidr") == IPAddress("10.1.0.0"))
  }

  @Test func documents() async throws {
    let connection = try await openConnection()
    let document: JSONValue = [
      "a": [1, "x\u{1F600}", nil, true], "b": ["c": [:]], "n": .number("12345678901234567890.5"),
    ]
    let row = try await connection.one(
      "SELECT \(document) AS wide, '{\"k\": 1}'::json AS narrow, \(document) -> 'a' ->> 1 AS part")
    #expect(try row.get("wide", as: JSONValue.self) == document)
    #expect(try row.get("narrow", as: JSONValue.self) == ["k": 1])
    #expect(try row.get("part", as: String.self) == "x\u{1F600}")
  }

  @Test func arrays() async throws {
    let connection = try await openConnection()
    try await roundTrip([[], [1], [Int64.min, 0, .max]] as [[Int64]], on: connection)
    try await roundTrip([[], [""], ["a,b", #"{"x"}"#, "NULL", #"\"#]] as [[String]], on: connection)
    try await roundTrip([[], [UUIDv7(high: 1, low: 2)]] as [[UUIDv7]], on: connection)
    try await roundTrip([[Timestamp(seconds: 1)]], on: connection)
    let sum: Int? = try await connection.scalar("SELECT sum(n) FROM unnest(\([1, 2, 3])) AS numbers (n)")
    #expect(sum == 6)
    let row = try await connection.one("SELECT ARRAY[1, NULL] AS holes, ARRAY[[1], [2]] AS matrix")
    #expect(throws: DatabaseError.self) { try row.get("holes", as: [Int].self) }
    #expect(throws: DatabaseError.self) { try row.get("matrix", as: [Int].self) }
  }

  @Test(
    arguments: [
      ("0", 0), ("1", 1), ("-1", -1), ("10000", 10_000), ("123456789012345678", 123_456_789_012_345_678),
      ("-9223372036854775808", Int64.min), ("9223372036854775807", .max), ("5.000", 5),
    ] as [(String, Int64)])
  func wholeNumericsAreIntegers(text: String, value: Int64) async throws {
    #expect(try await openConnection().scalar("SELECT \(text)::numeric") == value)
  }

  @Test(arguments: ["0.5", "9223372036854775808", "-9223372036854775809", "NaN"])
  func otherNumericsAreNoIntegers(text: String) async throws {
    let row = try await openConnection().one("SELECT \(text)::numeric AS value")
    #expect(throws: DatabaseError.self) { try row.get("value", as: Int64.self) }
  }

  @Test(arguments: [0, 0.1, -12_345.678_9, 1e20, 1.5e-7, 1e300])
  func numericsAreDoubles(value: Double) async throws {
    let connection = try await openConnection()
    #expect(try await connection.scalar("SELECT \("\(value)")::numeric") == value)
    #expect(try await connection.scalar("SELECT 1.5::real") == 1.5)
  }

  @Test func aValueThatDoesNotFitIsRefused() async throws {
    let row = try await openConnection().one("SELECT 70000 AS wide, 'x' AS text, 1 AS number")
    #expect(throws: DatabaseError.self) { try row.get("wide", as: Int16.self) }
    #expect(throws: DatabaseError.self) { try row.get("text", as: Int.self) }
    #expect(throws: DatabaseError.self) { try row.get("number", as: String.self) }
    let missing = await databaseError { try row.get("absent", as: Int.self) }
    #expect(missing?.kind == .decoding)
    #expect(missing?.column == "absent")
  }

  @Test func enumsReadAsTheirLabel() async throws {
    let connection = try await openConnection()
    let name = uniqueName("mood")
    try await connection.execute("CREATE SCHEMA \(name)")
    try await connection.execute("CREATE TYPE \(name).mood AS ENUM ('sad', 'glad')")
    #expect(try await connection.scalar("SELECT 'glad'::\(name).mood") == "glad")
  }
}
