import Testing

@testable import Database

@Suite struct DSNTests {
  @Test func aURLIsTakenApart() throws {
    let dsn = try DSN(parsing: "postgresql://user:s%40cret@db.example.com:5433/trackily?sslmode=require")
    #expect(dsn.user == "user")
    #expect(dsn.password == "s@cret")
    #expect(dsn.host == "db.example.com")
    #expect(dsn.port == "5433")
    #expect(dsn.database == "trackily")
    #expect(dsn.connectParameters(options: [:])["sslmode"] == "require")
  }

  @Test func noTextFormShowsThePassword() throws {
    let dsn = try DSN(parsing: "postgresql://user:s3cret@db/trackily")
    var dumped = ""
    dump(dsn, to: &dumped)
    for text in ["\(dsn)", String(reflecting: dsn), dumped, "\([dsn])"] {
      #expect(!text.contains("s3cret"))
      #expect(text.contains("user@db"))
    }
  }

  @Test(arguments: [
    "", "postgresql://", "not a dsn", "postgresql://u:s3cret@h/d?nonsense=1", "http://example.com/s3cret",
  ])
  func nonsenseIsRefusedWithoutRepeatingIt(text: String) {
    #expect {
      try DSN(parsing: text)
    } throws: {
      !"\($0)".contains("s3cret")
    }
  }

  @Test func anotherLoginKeepsThePlace() throws {
    let dsn = try DSN(parsing: "postgresql://a:b@h:1/d").with(user: "c", password: "e", applicationName: "app")
    #expect(dsn == (try DSN(parsing: "postgresql://c:e@h:1/d?application_name=app")))
  }

  @Test func severalHostsLookForTheWritableOne() throws {
    let dsn = try DSN(parsing: "postgresql://u@a,b/d")
    #expect(dsn.connectParameters(options: [:])["target_session_attrs"] == "read-write")
    let chosen = try DSN(parsing: "postgresql://u@a,b/d?target_session_attrs=any")
    #expect(chosen.connectParameters(options: [:])["target_session_attrs"] == "any")
  }

  @Test func settingsTravelAsStartUpOptions() throws {
    let dsn = try DSN(parsing: "postgresql://u@h/d?options=-c%20work_mem%3D8MB")
    #expect(dsn.connectParameters(options: ["TimeZone": "UTC"])["options"] == "-c TimeZone=UTC -c work_mem=8MB")
  }

  @Test(arguments: ["?pgbouncer=true", "?pgbouncer=true&sslmode=disable", "?sslmode=disable&pgbouncer=true"])
  func aPoolerGetsNoStartUpOptions(query: String) throws {
    let dsn = try DSN(parsing: "postgresql://u@h/d\(query)")
    #expect(dsn.connectParameters(options: ["TimeZone": "UTC"])["options"] == nil)
    #expect(dsn.database == "d")
  }
}
