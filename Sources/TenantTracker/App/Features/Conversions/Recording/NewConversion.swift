import ClickPath
import Conversions
import Core
import Database

/// A conversion that nobody knew, with what is written beside it: how its history begins, its hit's line in the log.
struct NewConversion: Sendable {
  let conversion: Conversion
  let click: ClickEvent
  let history: ConversionStore.HistoryEntry
  let hit: PostbackHit
  let verdict: PostbackVerdict

  /// The table's key of new ones, in any order that is everywhere the same.
  fileprivate static func isBefore(_ left: NewConversion, _ right: NewConversion) -> Bool {
    let (one, other) = (left.conversion, right.conversion)
    return (one.clickID, one.type.rawValue, one.transactionID ?? "", one.id)
      < (other.clickID, other.type.rawValue, other.transactionID ?? "", other.id)
  }
}

/// All SQL on what is new altogether.
struct NewConversionStore: Sendable {
  /// Adds conversions, history and log by one statement, which is all or nothing by itself. Of those whose key or id is
  /// taken by now nothing is written.
  /// - Returns: for each, in their order, whether it was added.
  /// - Throws: ``DatabaseError/isUniqueViolation`` of `postback_log` when one of the hits is in the log already.
  func add(
    _ new: [NewConversion], in executor: any SQLExecutor, schema: SchemaName
  ) async throws(DatabaseError) -> [Bool] {
    try Self.added(new, by: try await executor.query(Self.statement(new, schema: schema)))
  }

  /// The same beside others who wait for it to end.
  /// - Throws: as above, and soon a time-out, when somebody holds one of the keys.
  func add(_ new: [NewConversion], soonIn scope: TenantScope) async throws(DatabaseError) -> [Bool] {
    let statement = Self.statement(new, schema: scope.schema)
    return try Self.added(new, by: try await scope.query(statement, timeout: .milliseconds(500)))
  }

  private static func statement(_ new: [NewConversion], schema: SchemaName) -> SQL {
    // A hit that was given up and comes again from the journal may meet itself.
    var seen: Set<ConversionID> = []
    // In one order, so that two nodes with the same conversions never wait for each other in a ring.
    let sorted = new.filter { seen.insert($0.conversion.id).inserted }.sorted(by: NewConversion.isBefore)
    let conversions = sorted.map { ConversionStore.values($0.conversion, of: $0.click) }
    let history = sorted.map { ConversionStore.values($0.history) }
    let log = sorted.map { PostbackLogStore.values($0.hit, $0.verdict) }
    return """
      WITH made AS (
        INSERT INTO \(schema).conversions (\(ConversionStore.insertedColumns))
        VALUES \(SQL.joined(conversions, separator: ", "))
        ON CONFLICT DO NOTHING RETURNING id
      ), logged AS (
        INSERT INTO \(schema).postback_log (\(PostbackLogStore.insertedColumns))
        SELECT \(PostbackLogStore.insertedColumns)
        FROM (VALUES \(SQL.joined(log, separator: ", "))) AS l (\(PostbackLogStore.insertedColumns))
        WHERE l.conversion_id IN (SELECT m.id FROM made m)
      )
      INSERT INTO \(schema).conversion_history (\(ConversionStore.historyColumns))
      SELECT \(ConversionStore.historyColumns)
      FROM (VALUES \(SQL.joined(history, separator: ", "))) AS h (\(ConversionStore.historyColumns))
      WHERE h.conversion_id IN (SELECT m.id FROM made m)
      RETURNING conversion_id
      """
  }

  private static func added(_ new: [NewConversion], by rows: [Row]) throws(DatabaseError) -> [Bool] {
    var added: Set<ConversionID> = []
    for row in rows { added.insert(try row.get("conversion_id")) }
    return new.map { added.contains($0.conversion.id) }
  }
}
