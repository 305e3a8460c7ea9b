import Conversions
import Core
import Database
import Web

/// One line of a conversion's history, as it is read.
struct ConversionHistoryLine: Sendable {
  let entry: ConversionStore.HistoryEntry

  /// Where the conversion stood before, by the scheme's word if it had one.
  var json: JSONValue {
    [
      "at": JSONValue(entry.at), "actor": .string(entry.actor), "from": JSONValue(entry.from?.rawValue),
      "to": .string(entry.to.rawValue), "from_scheme": JSONValue(entry.fromScheme?.rawValue),
      "to_scheme": JSONValue(entry.toScheme?.rawValue), "original_status": JSONValue(entry.originalStatus),
      "outcome": .string(entry.outcome.rawValue), "note": JSONValue(entry.note),
    ]
  }

  static let schema = Schema.object([
    .required("at", .timestamp),
    .required("actor", Schema.string.described("Who said so: `postback`, `shopify`, somebody's e-mail address.")),
    .required("from", Schema.string.nullable.described("Null when it was new.")),
    .required("to", Schema.string.described("What was asked for.")),
    .required("from_scheme", .string.nullable), .required("to_scheme", .string.nullable),
    .required("original_status", .string.nullable),
    .required("outcome", .choice(["applied", "refused", "unchanged", "held"])), .required("note", .string.nullable),
  ])
}

extension ConversionStore {
  /// Lines that are shown of one conversion.
  static let historyLimit = 500

  func find(_ id: ConversionID, of scope: TenantScope) async throws(DatabaseError) -> Conversion? {
    try await list(ids: [id], of: scope).first
  }

  /// Newest first.
  func history(of id: ConversionID, in scope: TenantScope) async throws(DatabaseError) -> [ConversionHistoryLine] {
    let rows = try await scope.query(
      """
      SELECT conversion_id, at, actor, from_status, to_status, from_scheme, to_scheme, original_status, outcome, note
      FROM \(scope.schema).conversion_history WHERE conversion_id = \(id) ORDER BY id DESC LIMIT \(Self.historyLimit)
      """)
    var lines: [ConversionHistoryLine] = []
    for row in rows {
      lines.append(
        ConversionHistoryLine(
          entry: HistoryEntry(
            conversionID: try row.get("conversion_id"), at: try row.get("at"), actor: try row.get("actor"),
            from: try row.get("from_status", as: String?.self).flatMap(ConversionStatus.init(rawValue:)),
            to: ConversionStatus(rawValue: try row.get("to_status")) ?? .hold,
            fromScheme: try row.get("from_scheme", as: String?.self).flatMap(SchemeStatus.init(rawValue:)),
            toScheme: try row.get("to_scheme", as: String?.self).flatMap(SchemeStatus.init(rawValue:)),
            originalStatus: try row.get("original_status"),
            outcome: HistoryOutcome(rawValue: try row.get("outcome")) ?? .applied, note: try row.get("note"))))
    }
    return lines
  }

  /// How long before a hit a line may tell whose order its number is: see ``CustomerStore``.
  private static let orderAge = Duration.days(90)

  /// Drops the lines of hits that moved nothing, once no hit of the postback log needs them. What a conversion went
  /// through, and whatever has a note, is kept as long as the conversion.
  /// - Parameter logBegin: how far back the postback log goes.
  func removeOldHistory(logBegin: Timestamp, of scope: TenantScope) async throws(DatabaseError) {
    let end = logBegin - Self.orderAge
    for _ in 0..<Self.mostBatches {
      let removed = try await scope.execute(
        """
        DELETE FROM \(scope.schema).conversion_history WHERE id IN (
          SELECT id FROM \(scope.schema).conversion_history
          WHERE at < \(end) AND outcome IN ('unchanged', 'refused') AND note IS NULL ORDER BY at LIMIT \(Self.batch))
        """)
      if removed < Self.batch { return }
    }
  }

  /// Rows that one statement removes, and statements of one round.
  private static let (batch, mostBatches) = (10_000, 50)

  /// How many fit; counting ends at `limit`.
  func count(_ filter: ConversionFilter, limit: Int, of scope: TenantScope) async throws(DatabaseError) -> Int {
    let row = try await scope.one(
      """
      SELECT count(*) AS count FROM (
        SELECT id FROM \(scope.schema).conversions WHERE \(filter.condition) LIMIT \(limit)) AS counted
      """)
    return Int(try row.get("count", as: Int64.self))
  }

  /// Those that fit, newest first, at most `limit`.
  func ids(_ filter: ConversionFilter, limit: Int, of scope: TenantScope) async throws(DatabaseError) -> [ConversionID]
  {
    let rows = try await scope.query(
      """
      SELECT id FROM \(scope.schema).conversions WHERE \(filter.condition) ORDER BY created_at DESC, id DESC
      LIMIT \(limit)
      """)
    var ids: [ConversionID] = []
    for row in rows { ids.append(try row.get("id")) }
    return ids
  }

  /// Which of these there are.
  func known(_ ids: [ConversionID], of scope: TenantScope) async throws(DatabaseError) -> Set<ConversionID> {
    let rows = try await scope.query("SELECT id FROM \(scope.schema).conversions WHERE id = ANY (\(ids))")
    var known: Set<ConversionID> = []
    for row in rows { known.insert(try row.get("id")) }
    return known
  }
}

extension ConversionFilter {
  fileprivate var condition: SQL {
    let conditions = conditions
    return conditions.isEmpty ? "true" : SQL.joined(conditions, separator: " AND ")
  }
}
