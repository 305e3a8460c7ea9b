import Core
import Database
import Testing

@Suite struct SQLTests {
  let schema = SchemaName.control

  @Test func valuesBecomeNumberedParameters() {
    let sql: SQL = "SELECT 1 WHERE a = \(1) AND b = \("x") AND c = \(nil as Int?)"
    #expect(sql.text == "SELECT 1 WHERE a = $1 AND b = $2 AND c = $3")
    #expect(sql.parameterCount == 3)
  }

  @Test func schemaNamesBecomeIdentifiers() {
    #expect(("SELECT a FROM \(schema).t" as SQL).text == #"SELECT a FROM "control".t"#)
  }

  @Test func splicedStatementsAreRenumbered() {
    let condition: SQL = "b = \(2) OR c = \(3)"
    let sql: SQL = "SELECT 1 WHERE a = \(1) AND (\(condition)) AND d = \(4)"
    #expect(sql.text == "SELECT 1 WHERE a = $1 AND (b = $2 OR c = $3) AND d = $4")
  }

  @Test func joiningPutsTheSeparatorBetween() {
    let columns: [SQL] = ["a = \(1)", "b = \(2)"]
    #expect(SQL.joined(columns, separator: ", ").text == "a = $1, b = $2")
    #expect(SQL.joined([], separator: ", ").text.isEmpty)
  }

  @Test func concatenationKeepsParameters() {
    var sql: SQL = "SELECT \(1)"
    sql += " WHERE x = \(2)"
    #expect((sql + " LIMIT \(3)").text == "SELECT $1 WHERE x = $2 LIMIT $3")
  }

  @Test func identifiersAreQuoted() {
    #expect(("GRANT \(identifier: #"a"b"#)" as SQL).text == #"GRANT "a""b""#)
  }

  @Test(arguments: [("it's", "'it''s'"), (#"back\slash"#, #" E'back\\slash'"#), ("", "''")])
  func literalsAreQuoted(value: String, quoted: String) {
    #expect(("PASSWORD \(literal: value)" as SQL).text == "PASSWORD \(quoted)")
  }

  @Test(arguments: ["", "1a", "a-b", "A", "a\"b", "ä", "a b", String(repeating: "a", count: 64)])
  func schemaNamesRefuseWhatWouldNeedQuoting(name: String) {
    #expect(SchemaName(name) == nil)
  }

  @Test(arguments: ["a", "_", "t_abc234", String(repeating: "a", count: 63)])
  func schemaNamesTakePlainOnes(name: String) {
    #expect(SchemaName(name)?.description == name)
  }
}
