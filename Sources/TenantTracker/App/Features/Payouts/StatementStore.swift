import Conversions
import Core
import Database

/// All SQL that reads statements. A statement's rows are only ever added.
struct StatementStore: Sendable {
  let commissions = CommissionStore()

  private static func select(_ schema: SchemaName) -> SQL {
    """
    SELECT s.id, s.publisher_id, p.name AS publisher, s.currency, s.from_date, s.to_date, s.period_start, s.period_end,
      s.due_date, s.minimum_micros, s.closed_by, s.closed_at, l.line_count, l.carried_in_micros, l.earned_micros,
      l.adjusted_micros, l.payable_micros, l.carried_out_micros, l.locked_by, l.locked_at, y.reference, y.paid_by,
      y.paid_at
    FROM \(schema).payout_statements s
    JOIN \(schema).publishers p ON p.id = s.publisher_id
    LEFT JOIN \(schema).payout_locks l ON l.statement_id = s.id
    LEFT JOIN \(schema).payout_payments y ON y.statement_id = s.id
    """
  }

  struct Filter: Sendable {
    var publisherID: Int64?
    var state: Statement.State?

    var conditions: [SQL] {
      var conditions: [SQL] = ["true"]
      if let publisherID { conditions.append("s.publisher_id = \(publisherID)") }
      switch state {
      case .draft?: conditions.append("l.statement_id IS NULL")
      case .locked?: conditions.append("l.payable_micros > 0 AND y.statement_id IS NULL")
      case .carried?: conditions.append("l.payable_micros = 0")
      case .paid?: conditions.append("y.statement_id IS NOT NULL")
      case nil: break
      }
      return conditions
    }
  }

  /// Newest first.
  func page(_ request: PageRequest, _ filter: Filter, of scope: TenantScope) async throws -> Page<Statement> {
    let found = try await scope.query(
      """
      \(Self.select(scope.schema)) WHERE \(SQL.joined(filter.conditions, separator: " AND "))
        AND \(request.following("s.id")) ORDER BY \(request.order("s.id")) LIMIT \(request.limit + 1)
      """
    ).map(Self.statement)
    return Page(fetched: found, limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, in executor: any SQLExecutor, schema: SchemaName) async throws -> Statement? {
    try await executor.query("\(Self.select(schema)) WHERE s.id = \(id)").first.map(Self.statement)
  }

  /// The statement of the same publisher and currency before this one.
  func previous(
    to statement: Statement, in executor: any SQLExecutor, schema: SchemaName
  ) async throws -> Statement? {
    try await executor.query(
      """
      \(Self.select(schema))
      WHERE s.publisher_id = \(statement.publisherID) AND s.currency = \(statement.currency)
        AND s.period_end < \(statement.period.upperBound)
      ORDER BY s.period_end DESC LIMIT 1
      """
    ).first.map(Self.statement)
  }

  func isLocked(_ id: Int64, in executor: any SQLExecutor, schema: SchemaName) async throws -> Bool {
    try await executor.first("SELECT 1 AS one FROM \(schema).payout_locks WHERE statement_id = \(id)") != nil
  }

  func isPaid(_ id: Int64, in executor: any SQLExecutor, schema: SchemaName) async throws -> Bool {
    try await executor.first("SELECT 1 AS one FROM \(schema).payout_payments WHERE statement_id = \(id)") != nil
  }

  // Reckoning

  /// A draft's sheet as it stands, with what it was reckoned from.
  struct Draft: Sendable {
    let sheet: StatementSheet
    let commissions: [Commission]
    /// Of its adjustments.
    let reasons: [Int64: String]
  }

  /// - Parameter locking: keeps its commissions as they are until the transaction ends.
  func draft(
    of statement: Statement, in executor: any SQLExecutor, schema: SchemaName, locking: Bool = false
  ) async throws -> Draft {
    // What is carried in may come through several drafts: back to one that is locked, then forth again.
    var chain = [statement]
    var carried = Micros.zero
    while let before = try await previous(to: chain[chain.count - 1], in: executor, schema: schema) {
      if let totals = before.totals {
        carried = totals.carriedOut
        break
      }
      chain.append(before)
    }
    for earlier in chain.dropFirst().reversed() {
      carried = try await reckon(earlier, carried, in: executor, schema, locking: false).sheet.carriedOut
    }
    return try await reckon(statement, carried, in: executor, schema, locking: locking)
  }

  private func reckon(
    _ statement: Statement, _ carriedIn: Micros, in executor: any SQLExecutor, _ schema: SchemaName, locking: Bool
  ) async throws -> Draft {
    let commissions = try await commissions.list(
      ofStatement: statement.id, in: executor, schema: schema, locking: locking)
    let rows = try await executor.query(
      """
      SELECT id, conversion_id, at, amount_micros, reason FROM \(schema).commission_adjustments
      WHERE statement_id = \(statement.id) ORDER BY at, id
      """)
    var reasons: [Int64: String] = [:]
    let adjustments = try rows.map { row in
      let id: Int64 = try row.get("id")
      reasons[id] = try row.get("reason", as: String.self)
      return StatementSheet.Adjustment(
        id: id, conversionID: try row.get("conversion_id"), at: try row.get("at"),
        amount: try row.get("amount_micros"))
    }
    let sheet = StatementSheet(
      commissions: commissions.map(\.entry), adjustments: adjustments, carriedIn: carriedIn,
      minimum: statement.minimum)
    return Draft(sheet: sheet, commissions: commissions, reasons: reasons)
  }

  /// Writes a draft's tiers and amounts to its commissions.
  func settle(_ id: Int64, at time: Timestamp, in connection: Connection, schema: SchemaName) async throws {
    guard let statement = try await find(id, in: connection, schema: schema) else { return }
    let draft = try await reckon(statement, .zero, in: connection, schema, locking: true)
    try await settle(draft, at: time, in: connection, schema: schema)
  }

  func settle(_ draft: Draft, at time: Timestamp, in connection: Connection, schema: SchemaName) async throws {
    let stored = Dictionary(draft.commissions.map { ($0.conversionID, $0) }) { first, _ in first }
    let changed = draft.sheet.lines.compactMap { line -> (id: ConversionID, tier: Int, amount: Micros)? in
      guard case .commission(let entry, let tier) = line.source, let commission = stored[entry.conversionID],
        commission.tier != tier || commission.amount != line.amount
      else { return nil }
      return (entry.conversionID, tier, line.amount)
    }
    try await commissions.settle(changed, at: time, in: connection, schema: schema)
  }

  /// A locked statement's lines.
  func lines(
    of id: Int64, after number: Int, limit: Int, of scope: TenantScope
  ) async throws -> [StatementLine] {
    try await scope.query(
      """
      SELECT number, kind, at, conversion_id, detail, amount_micros FROM \(scope.schema).payout_lines
      WHERE statement_id = \(id) AND number > \(number) ORDER BY number LIMIT \(limit)
      """
    ).map { row in
      StatementLine(
        number: Int(try row.get("number", as: Int32.self)),
        kind: StatementLine.Kind(rawValue: try row.get("kind")) ?? .adjustment, at: try row.get("at"),
        conversionID: try row.get("conversion_id"), amount: try row.get("amount_micros"),
        detail: try row.get("detail", as: JSONValue.self).objectValue ?? [:])
    }
  }

  private static func statement(_ row: Row) throws -> Statement {
    let (first, last): (LocalDate, LocalDate) = (try row.get("from_date"), try row.get("to_date"))
    let (start, end): (Timestamp, Timestamp) = (try row.get("period_start"), try row.get("period_end"))
    var statement = Statement(
      id: try row.get("id"), publisherID: try row.get("publisher_id"), publisherName: try row.get("publisher"),
      currency: try row.get("currency"), days: first...max(first, last), period: start..<max(start, end),
      dueDate: try row.get("due_date"), minimum: try row.get("minimum_micros"), closedBy: try row.get("closed_by"),
      closedAt: try row.get("closed_at"))
    if let payable = try row.get("payable_micros", as: Micros?.self) {
      statement.totals = .init(
        carriedIn: try row.get("carried_in_micros"), earned: try row.get("earned_micros"),
        adjusted: try row.get("adjusted_micros"), payable: payable, carriedOut: try row.get("carried_out_micros"),
        lineCount: Int(try row.get("line_count", as: Int32.self)))
      statement.lockedBy = try row.get("locked_by")
      statement.lockedAt = try row.get("locked_at")
    }
    if let reference = try row.get("reference", as: String?.self) {
      statement.payment = .init(
        reference: reference, paidBy: try row.get("paid_by"), paidAt: try row.get("paid_at"))
    }
    return statement
  }
}
