import Core
import Testing

@Suite struct EnvironmentReaderTests {
  @Test func settingsAreReadOrTakeTheirDefault() throws {
    var reader = EnvironmentReader(["PORT": "3001", "NAME": "x"])
    #expect(reader.required("NAME", "a name") { $0 } == "x")
    #expect(reader.optional("PORT", default: 3_000, "a port") { Int($0) } == 3_001)
    #expect(reader.optional("OTHER_PORT", default: 3_000, "a port") { Int($0) } == 3_000)
    #expect(reader.optional("MISSING", "a number") { Int($0) } == nil)
    try reader.finish()
  }

  @Test func everyProblemIsToldOnALineOfItsOwn() throws {
    var reader = EnvironmentReader(["PORT": "many", "LEVEL": "loud", "EMPTY": ""])
    #expect(reader.required("DATABASE_URL", "a postgresql:// URL") { $0 } == nil)
    #expect(reader.optional("PORT", default: 3_000, "a port number") { Int($0) } == 3_000)
    #expect(reader.optional("LEVEL", "debug or info") { ["debug": 1][$0] } == nil)
    #expect(reader.required("EMPTY", "not empty") { $0 } == nil)
    reader.fault("A and B exclude each other")
    let error = try #require(throws: ConfigurationError.self) { try reader.finish() }
    #expect(
      error.problems == [
        "DATABASE_URL is missing: it must be a postgresql:// URL", "PORT is wrong: it must be a port number",
        "LEVEL is wrong: it must be debug or info", "EMPTY is missing: it must be not empty",
        "A and B exclude each other",
      ])
    #expect(error.description.split(separator: "\n").count == 5)
  }

  @Test func aVariableSetToNothingIsNotSet() throws {
    var reader = EnvironmentReader(["PORT": "", "KEY": ""])
    #expect(reader.optional("PORT", default: 3_000, "a port") { Int($0) } == 3_000)
    #expect(reader.optional("KEY", "a key") { _ in "parsed" } == nil)
    try reader.finish()
  }

  @Test func valuesNeverAppearInAMessage() throws {
    var reader = EnvironmentReader(["SECRET_KEY": "hunter2", "URL": "postgres://u:hunter2@db"])
    _ = reader.required("SECRET_KEY", "32 characters") { _ in Int?.none }
    _ = reader.optional("URL", "a URL") { _ in Int?.none }
    let error = try #require(throws: ConfigurationError.self) { try reader.finish() }
    #expect(error.problems.count == 2)
    #expect(!"\(error)".contains("hunter2"))
  }
}
