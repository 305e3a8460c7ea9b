import Conversions
import Core
import Database

/// All SQL on commissions and what became of them after their statement.
struct CommissionStore: Sendable {
  private static let columns: SQL = """
    conversion_id, publisher_id, rule_id, rule, type, offer_id, earned_at, base_micros, base_missing, tier,
    amount_micros, currency, status, statement_id
    """

  struct Filter: Sendable {
    var publisherID: Int64?
    var statementID: Int64?
    var status: Commission.Status?
    var conversionID: ConversionID?
  }

  /// Newest first.
  func page(
    _ filter: Filter, limit: Int, after cursor: ConversionID?, of scope: TenantScope
  ) async throws -> Page<Commission> {
    var conditions: [SQL] = ["true"]
    if let id = filter.publisherID { conditions.append("publisher_id = \(id)") }
    if let id = filter.statementID { conditions.append("statement_id = \(id)") }
    if let status = filter.status { conditions.append("status = \(status.rawValue)") }
    if let id = filter.conversionID { conditions.append("conversion_id = \(id)") }
    // A conversion's id is minted when its hit comes in: both sort alike.
    if let cursor { conditions.append("(earned_at, conversion_id) < (\(cursor.timestamp), \(cursor))") }
    let found = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).commissions WHERE \(SQL.joined(conditions, separator: " AND "))
      ORDER BY earned_at DESC, conversion_id DESC LIMIT \(limit + 1)
      """
    ).map(Self.commission)
    return Page(fetched: found, limit: limit) { $0.conversionID.description }
  }

  /// The conversion's commission, locked until the transaction ends.
  func lock(_ id: ConversionID, in connection: Connection, schema: SchemaName) async throws -> Commission? {
    try await connection.query(
      "SELECT \(Self.columns) FROM \(schema).commissions WHERE conversion_id = \(id) FOR UPDATE"
    ).first.map(Self.commission)
  }

  /// The approved ones of a statement.
  func list(
    ofStatement id: Int64, in executor: any SQLExecutor, schema: SchemaName, locking: Bool = false
  ) async throws -> [Commission] {
    let lock: SQL = locking ? "FOR UPDATE" : ""
    return try await executor.query(
      """
      SELECT \(Self.columns) FROM \(schema).commissions WHERE statement_id = \(id) AND status = 'approved'
      ORDER BY earned_at, conversion_id \(lock)
      """
    ).map(Self.commission)
  }

  /// What a publisher has under a rule that is in no statement yet and came before this.
  func progress(
    before commission: Commission, in connection: Connection, schema: SchemaName
  ) async throws -> CommissionTiers.Progress {
    let row = try await connection.one(
      """
      SELECT count(*) AS count, COALESCE(sum(base_micros), 0)::bigint AS volume FROM \(schema).commissions
      WHERE publisher_id = \(commission.publisherID) AND rule_id = \(commission.agreement.ruleID)
        AND currency = \(commission.currency) AND statement_id IS NULL AND status IN ('pending', 'approved')
        AND (earned_at, conversion_id) < (\(commission.earnedAt), \(commission.conversionID))
      """)
    return .init(count: try row.get("count"), volume: try row.get("volume"))
  }

  func insert(_ commission: Commission, at time: Timestamp, in connection: Connection, schema: SchemaName) async throws
  {
    try await connection.execute(
      """
      INSERT INTO \(schema).commissions (
        conversion_id, publisher_id, rule_id, rule, type, offer_id, earned_at, base_micros, base_missing, tier,
        amount_micros, currency, status, created_at, updated_at)
      VALUES (\(commission.conversionID), \(commission.publisherID), \(commission.agreement.ruleID),
        \(commission.agreement.json), \(commission.type.rawValue), \(commission.offerID), \(commission.earnedAt),
        \(commission.base), \(commission.isBaseMissing), \(Int32(commission.tier)), \(commission.amount),
        \(commission.currency), \(commission.status.rawValue), \(time), \(time))
      ON CONFLICT DO NOTHING
      """)
  }

  func update(_ commission: Commission, at time: Timestamp, in connection: Connection, schema: SchemaName) async throws
  {
    try await connection.execute(
      """
      UPDATE \(schema).commissions SET base_micros = \(commission.base), base_missing = \(commission.isBaseMissing),
        tier = \(Int32(commission.tier)), amount_micros = \(commission.amount), status = \(commission.status.rawValue),
        statement_id = \(commission.statementID), updated_at = \(time)
      WHERE conversion_id = \(commission.conversionID)
      """)
  }

  /// Writes tiers and amounts as a statement has reckoned them.
  func settle(
    _ lines: [(id: ConversionID, tier: Int, amount: Micros)], at time: Timestamp, in connection: Connection,
    schema: SchemaName
  ) async throws {
    for part in lines.chunks(of: 1_000) {
      try await connection.execute(
        """
        UPDATE \(schema).commissions c SET tier = l.tier, amount_micros = l.amount, updated_at = \(time)
        FROM unnest(\(part.map(\.id)), \(part.map { Int64($0.tier) }), \(part.map(\.amount.rawValue)))
          AS l (conversion_id, tier, amount)
        WHERE c.conversion_id = l.conversion_id
        """)
    }
  }

  // Adjustments

  /// What a commission has come to: as it was billed, with all adjustments since.
  func adjusted(_ id: ConversionID, in connection: Connection, schema: SchemaName) async throws -> Micros {
    try await connection.one(
      """
      SELECT COALESCE(sum(amount_micros), 0)::bigint AS total FROM \(schema).commission_adjustments
      WHERE conversion_id = \(id)
      """
    ).get("total")
  }

  func adjust(
    _ commission: Commission, by amount: Micros, reason: String, at time: Timestamp, in connection: Connection,
    schema: SchemaName
  ) async throws {
    try await connection.execute(
      """
      INSERT INTO \(schema).commission_adjustments (conversion_id, publisher_id, amount_micros, currency, reason, at)
      VALUES (\(commission.conversionID), \(commission.publisherID), \(amount), \(commission.currency), \(reason), \(time))
      """)
  }

  private static func commission(_ row: Row) throws -> Commission {
    guard
      let agreement = Commission.Agreement(
        ruleID: try row.get("rule_id"), try row.get("rule", as: JSONValue.self), currency: try row.get("currency"))
    else { throw UnreadableAgreement() }
    return Commission(
      conversionID: try row.get("conversion_id"), publisherID: try row.get("publisher_id"), agreement: agreement,
      type: ConversionType(rawValue: try row.get("type")), offerID: try row.get("offer_id"),
      earnedAt: try row.get("earned_at"), base: try row.get("base_micros"), isBaseMissing: try row.get("base_missing"),
      tier: Int(try row.get("tier", as: Int32.self)), amount: try row.get("amount_micros"),
      status: Commission.Status(rawValue: try row.get("status")) ?? .pending, statementID: try row.get("statement_id"))
  }
}

/// Stored terms are not what this version writes.
struct UnreadableAgreement: Error {}

extension Array {
  /// In parts of so many, the last one shorter.
  func chunks(of count: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
  }
}
