import Conversions
import Core
import Database

// All SQL that adds to statements. Their tables are inserted into and never updated: what is written stays.
extension StatementStore {
  /// A statement to be.
  struct Opening: Sendable {
    var publisherID: Int64
    var currency: Currency
    var days: ClosedRange<LocalDate>
    var period: Range<Timestamp>
    var dueDate: LocalDate
    var minimum: Micros
    var closedBy: String
    var at: Timestamp
  }

  /// Makes the statement and gives it what has been approved until its end and is in none yet.
  /// - Returns: its id; nil when there is one of this period.
  func open(_ opening: Opening, in connection: Connection, schema: SchemaName) async throws -> Int64? {
    let end = opening.period.upperBound
    let row = try await connection.first(
      """
      INSERT INTO \(schema).payout_statements (publisher_id, currency, from_date, to_date, period_start, period_end,
        due_date, minimum_micros, closed_by, closed_at)
      VALUES (\(opening.publisherID), \(opening.currency), \(opening.days.lowerBound), \(opening.days.upperBound),
        \(opening.period.lowerBound), \(end), \(opening.dueDate), \(opening.minimum), \(opening.closedBy),
        \(opening.at))
      ON CONFLICT DO NOTHING RETURNING id
      """)
    guard let row else { return nil }
    let id: Int64 = try row.get("id")
    try await connection.execute(
      """
      UPDATE \(schema).commissions SET statement_id = \(id), updated_at = \(opening.at)
      WHERE publisher_id = \(opening.publisherID) AND currency = \(opening.currency) AND statement_id IS NULL
        AND status = 'approved' AND earned_at < \(end)
      """)
    try await connection.execute(
      """
      UPDATE \(schema).commission_adjustments SET statement_id = \(id)
      WHERE publisher_id = \(opening.publisherID) AND currency = \(opening.currency) AND statement_id IS NULL
        AND at < \(end)
      """)
    return id
  }

  /// What of a publisher's is in no statement yet: since when, by currency, and where the last statement ended.
  func openItems(
    of publisherID: Int64, in executor: any SQLExecutor, schema: SchemaName
  ) async throws -> [(currency: Currency, since: Timestamp, lastEnd: Timestamp?)] {
    try await executor.query(
      """
      SELECT i.currency, min(i.at) AS since,
        (SELECT max(s.period_end) FROM \(schema).payout_statements s
          WHERE s.publisher_id = \(publisherID) AND s.currency = i.currency) AS last_end
      FROM (
        SELECT currency, earned_at AS at FROM \(schema).commissions
        WHERE publisher_id = \(publisherID) AND statement_id IS NULL AND status = 'approved'
        UNION ALL
        SELECT currency, at FROM \(schema).commission_adjustments
        WHERE publisher_id = \(publisherID) AND statement_id IS NULL
      ) i
      GROUP BY i.currency ORDER BY i.currency
      """
    ).map { (try $0.get("currency"), try $0.get("since"), try $0.get("last_end")) }
  }

  /// Publishers with something that is in no statement yet.
  func publishersWithOpenItems(of scope: TenantScope) async throws -> [Int64] {
    try await scope.query(
      """
      SELECT publisher_id FROM \(scope.schema).commissions WHERE statement_id IS NULL AND status = 'approved'
      UNION
      SELECT publisher_id FROM \(scope.schema).commission_adjustments WHERE statement_id IS NULL
      ORDER BY publisher_id
      """
    ).map { try $0.get("publisher_id") }
  }

  /// Makes a statement final.
  func lock(
    _ statement: Statement, as draft: Draft, by actor: String, at time: Timestamp, in connection: Connection,
    schema: SchemaName
  ) async throws {
    let (sheet, lines) = (draft.sheet, draft.lines)
    try await connection.execute(
      """
      INSERT INTO \(schema).payout_locks (statement_id, line_count, carried_in_micros, earned_micros, adjusted_micros,
        payable_micros, carried_out_micros, locked_by, locked_at)
      VALUES (\(statement.id), \(Int32(lines.count)), \(sheet.carriedIn), \(sheet.earned), \(sheet.adjusted),
        \(sheet.payable), \(sheet.carriedOut), \(actor), \(time))
      """)
    for part in lines.chunks(of: 1_000) {
      try await connection.execute(
        """
        INSERT INTO \(schema).payout_lines (statement_id, number, kind, at, conversion_id, detail, amount_micros)
        SELECT \(statement.id), l.number, l.kind, l.at, l.conversion_id, l.detail, l.amount
        FROM unnest(\(part.map(\.number)), \(part.map(\.kind.rawValue)), \(part.map(\.at)), \(part.map(\.conversionID)),
          \(part.map { JSONValue.object($0.detail) }), \(part.map(\.amount)))
          AS l (number, kind, at, conversion_id, detail, amount)
        """)
    }
    try await settle(draft, at: time, in: connection, schema: schema)
  }

  /// - Returns: false when it has been paid before.
  func pay(
    _ statement: Statement, _ payment: Statement.Payment, in connection: Connection, schema: SchemaName
  ) async throws -> Bool {
    let inserted = try await connection.execute(
      """
      INSERT INTO \(schema).payout_payments (statement_id, reference, paid_by, paid_at)
      VALUES (\(statement.id), \(payment.reference), \(payment.paidBy), \(payment.paidAt)) ON CONFLICT DO NOTHING
      """)
    guard inserted == 1 else { return false }
    // With it is paid what earlier statements had carried over.
    try await connection.execute(
      """
      UPDATE \(schema).commissions SET status = 'paid', updated_at = \(payment.paidAt)
      WHERE status = 'approved' AND statement_id IN (
        SELECT s.id FROM \(schema).payout_statements s JOIN \(schema).payout_locks l ON l.statement_id = s.id
        WHERE s.publisher_id = \(statement.publisherID) AND s.currency = \(statement.currency)
          AND s.period_end <= \(statement.period.upperBound) AND (s.id = \(statement.id) OR l.payable_micros = 0))
      """)
    return true
  }
}
