import Analytics
import ClickPath
import Core
import Database

/// All SQL on costs that are entered by hand.
struct CostChangeStore: Sendable {
  /// How long a change can be undone.
  static let undoAge: Duration = .hours(24 * 30)
  /// Clicks changed in one transaction.
  static let batch = 5_000

  // What would be changed

  /// `click_id, cost_micros, currency, new_cost_micros` of each click that a request is about.
  private func choice(_ request: CostRequest, _ schema: SchemaName) -> SQL {
    switch request.selection {
    case .filter(let filter): return choice(request, filter, schema)
    case .lines(let lines): return choice(lines, request.period, schema)
    }
  }

  private func choice(_ request: CostRequest, _ filter: CostRequest.Filter, _ schema: SchemaName) -> SQL {
    var conditions: [SQL] = [
      "ts >= \(request.period.lowerBound) AND ts < \(request.period.upperBound)", "status = 'ok'",
    ]
    if let id = filter.campaignID { conditions.append("campaign_id = \(id)") }
    if let id = filter.sourceID { conditions.append("source_id = \(id)") }
    if let sub = filter.sub { conditions.append("\(identifier: "sub\(sub.number)") = \(sub.value)") }
    // A total is divided to the micro: what is left over goes to the last.
    let cost: SQL =
      switch request.mode {
      case .perClick: "\(request.cost)::bigint"
      case .total:
        """
        \(request.cost)::bigint / count(*) OVER () + CASE WHEN row_number() OVER (ORDER BY id) = count(*) OVER ()
          THEN \(request.cost)::bigint % count(*) OVER () ELSE 0 END
        """
      }
    return """
      SELECT id AS click_id, cost_micros, currency, \(cost) AS new_cost_micros FROM \(schema).clicks
      WHERE \(SQL.joined(conditions, separator: " AND "))
      """
  }

  private func choice(
    _ lines: [CostRequest.Line], _ period: Range<Timestamp>, _ schema: SchemaName
  ) -> SQL {
    var (ids, costs): ([ClickID], [Micros]) = ([], [])
    var (names, others): ([String], [Micros]) = ([], [])
    for line in lines {
      if let id = ClickID(line.name), id.isVersion7 {
        ids.append(id)
        costs.append(line.cost)
      } else {
        names.append(line.name)
        others.append(line.cost)
      }
    }
    // Of several clicks with the source's id, the last.
    return """
      SELECT c.id AS click_id, c.cost_micros, c.currency, l.cost AS new_cost_micros
      FROM unnest(\(ids), \(ids.map(\.timestamp)), \(costs)) AS l (id, ts, cost)
      JOIN \(schema).clicks c ON c.id = l.id AND c.ts = l.ts AND c.status = 'ok'
      UNION ALL
      SELECT click_id, cost_micros, currency, new_cost_micros FROM (
        SELECT DISTINCT ON (l.name) c.id AS click_id, c.cost_micros, c.currency, l.cost AS new_cost_micros
        FROM unnest(\(names), \(others)) AS l (name, cost)
        JOIN \(schema).clicks c ON c.external_id = l.name AND c.status = 'ok'
          AND c.ts >= \(period.lowerBound) AND c.ts < \(period.upperBound)
        ORDER BY l.name, c.id DESC
      ) AS named
      """
  }

  /// `clicks, before, after`. What no 64 bits hold is shown as the most they do.
  private func sums(in currency: Currency) -> SQL {
    """
    count(*) AS clicks,
      LEAST(COALESCE(sum(cost_micros) FILTER (WHERE currency = \(currency)), 0), 9e18)::bigint AS before,
      LEAST(COALESCE(sum(new_cost_micros), 0), 9e18)::bigint AS after
    """
  }

  func effect(_ request: CostRequest, in currency: Currency, of scope: TenantScope) async throws -> CostEffect {
    let row = try await scope.one(
      """
      SELECT \(sums(in: currency))
      FROM (\(choice(request, scope.schema))) AS chosen
      """)
    let clicks: Int64 = try row.get("clicks")
    var unmatched: Int64 = 0
    if case .lines(let lines) = request.selection { unmatched = max(Int64(lines.count) - clicks, 0) }
    return CostEffect(clicks: clicks, unmatched: unmatched, before: try row.get("before"), after: try row.get("after"))
  }

  // Changing

  /// Another change is being carried out. What that one does is not settled before it has ended.
  struct Busy: Error {}

  /// Settles which clicks get what cost, and what they cost before. From here on it is only to be carried out.
  /// - Returns: nil when there is no such click.
  /// - Throws: ``Busy``.
  func begin(
    _ request: CostRequest, id: UUIDv7, in currency: Currency, by actor: String, at time: Timestamp,
    in connection: Connection, schema: SchemaName
  ) async throws -> CostChange? {
    try await waitForNone(in: connection, schema: schema)
    try await connection.execute(
      """
      INSERT INTO \(schema).cost_changes
        (id, state, request, clicks, before_micros, after_micros, currency, made_by, created_at, updated_at)
      VALUES (\(id), 'running', \(request.json), 0, 0, 0, \(currency), \(actor), \(time), \(time))
      """)
    try await connection.execute(
      """
      INSERT INTO \(schema).cost_change_clicks (change_id, click_id, cost_micros, currency, new_cost_micros)
      SELECT \(id), click_id, cost_micros, currency, new_cost_micros FROM (\(choice(request, schema))) AS chosen
      ON CONFLICT (change_id, click_id) DO NOTHING
      """)
    try await connection.execute(
      """
      UPDATE \(schema).cost_changes SET clicks = t.clicks, before_micros = t.before, after_micros = t.after
      FROM (
        SELECT \(sums(in: currency))
        FROM \(schema).cost_change_clicks WHERE change_id = \(id)
      ) AS t WHERE id = \(id)
      """)
    let change = try await find(id, in: connection, schema: schema)
    return change.flatMap { $0.clicks > 0 ? $0 : nil }
  }

  private func waitForNone(in connection: Connection, schema: SchemaName) async throws {
    // Of two that begin at once, the second sees the first.
    _ = try await connection.query("SELECT name FROM \(schema).locks WHERE name = 'costs' FOR UPDATE")
    let open = try await connection.query(
      "SELECT id FROM \(schema).cost_changes WHERE state IN ('running', 'undoing') LIMIT 1")
    guard open.isEmpty else { throw Busy() }
  }

  /// Carries out the next part of a change, or undoes it. Several nodes may try: one of them does it.
  /// - Returns: whether there may be more to do.
  func step(_ id: UUIDv7, at time: Timestamp, in scope: TenantScope) async throws -> Bool {
    try await scope.transaction(retries: 5) { connection in
      let schema = scope.schema
      let row = try await connection.query(
        """
        SELECT state, last_click, currency FROM \(schema).cost_changes
        WHERE id = \(id) AND state IN ('running', 'undoing') FOR UPDATE SKIP LOCKED
        """
      ).first
      guard let row else { return false }
      let isUndo = try row.get("state", as: String.self) == "undoing"
      let last = try row.get("last_click", as: ClickID?.self) ?? ClickID(high: 0, low: 0)
      let ids: [ClickID] = try await connection.query(
        """
        SELECT click_id FROM \(schema).cost_change_clicks WHERE change_id = \(id) AND click_id > \(last)
        ORDER BY click_id LIMIT \(Self.batch)
        """
      ).map { try $0.get("click_id") }
      guard let first = ids.first, let end = ids.last else {
        try await connection.execute(
          """
          UPDATE \(schema).cost_changes SET state = \(isUndo ? "undone" : "done"), updated_at = \(time) WHERE id = \(id)
          """)
        return false
      }
      let currency: Currency = try row.get("currency")
      // What somebody has changed since is not undone.
      let assignment: SQL =
        isUndo
        ? "cost_micros = x.cost_micros, currency = x.currency"
        : "cost_micros = x.new_cost_micros, currency = \(currency)"
      let condition: SQL =
        isUndo ? "AND c.cost_micros = x.new_cost_micros AND c.currency = \(currency)" : ""
      let update: SQL = """
        UPDATE \(schema).clicks c SET \(assignment) FROM \(schema).cost_change_clicks x
        WHERE x.change_id = \(id) AND x.click_id >= \(first) AND x.click_id <= \(end) AND c.id = x.click_id
          AND c.ts >= \(first.timestamp) AND c.ts <= \(end.timestamp) \(condition)
        RETURNING c.ts
        """
      try await connection.execute(RollupMark.costs(changedBy: update, schema: schema))
      try await connection.execute(
        """
        UPDATE \(schema).cost_changes SET done = done + \(ids.count), last_click = \(end), updated_at = \(time)
        WHERE id = \(id)
        """)
      return true
    }
  }

  /// - Returns: false when it is not done, or too old.
  /// - Throws: ``Busy``.
  func beginUndo(
    _ id: UUIDv7, at time: Timestamp, in connection: Connection, schema: SchemaName
  ) async throws -> Bool {
    try await waitForNone(in: connection, schema: schema)
    return try await connection.execute(
      """
      UPDATE \(schema).cost_changes SET state = 'undoing', done = 0, last_click = NULL, updated_at = \(time)
      WHERE id = \(id) AND state = 'done' AND created_at > \(time - Self.undoAge)
      """) == 1
  }

  func open(of scope: TenantScope) async throws -> [UUIDv7] {
    try await scope.query(
      "SELECT id FROM \(scope.schema).cost_changes WHERE state IN ('running', 'undoing') ORDER BY id LIMIT 100"
    ).map { try $0.get("id") }
  }

  /// Forgets what is needed for undoing only.
  func removeOld(before time: Timestamp, of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute(
      """
      DELETE FROM \(scope.schema).cost_change_clicks WHERE change_id IN (
        SELECT id FROM \(scope.schema).cost_changes WHERE created_at < \(time) AND state IN ('done', 'undone', 'failed'))
      """)
  }

  // One click

  /// A change that is still being carried out leaves the click alone from then on.
  /// - Returns: what it cost before; nil when the database has no such click.
  func setCost(
    _ cost: Micros, _ currency: Currency, of id: ClickID, in connection: Connection, schema: SchemaName
  ) async throws -> (cost: Micros, currency: Currency)? {
    let row = try await connection.query(
      """
      SELECT cost_micros, currency FROM \(schema).clicks WHERE id = \(id) AND ts = \(id.timestamp) FOR UPDATE
      """
    ).first
    guard let row else { return nil }
    try await connection.execute(
      """
      DELETE FROM \(schema).cost_change_clicks x USING \(schema).cost_changes k
      WHERE k.state IN ('running', 'undoing') AND x.change_id = k.id AND x.click_id = \(id)
      """)
    let update: SQL = """
      UPDATE \(schema).clicks SET cost_micros = \(cost), currency = \(currency)
      WHERE id = \(id) AND ts = \(id.timestamp) RETURNING ts
      """
    try await connection.execute(RollupMark.costs(changedBy: update, schema: schema))
    return (try row.get("cost_micros"), try row.get("currency"))
  }

  // Reading

  private static let columns: SQL = """
    id, state, request, clicks, done, before_micros, after_micros, currency, made_by, created_at
    """

  func find(_ id: UUIDv7, in executor: any SQLExecutor, schema: SchemaName) async throws -> CostChange? {
    try await executor.query("SELECT \(Self.columns) FROM \(schema).cost_changes WHERE id = \(id)").first.map(
      Self.change)
  }

  /// The last ones first.
  func recent(_ count: Int, of scope: TenantScope) async throws -> [CostChange] {
    try await scope.query(
      "SELECT \(Self.columns) FROM \(scope.schema).cost_changes ORDER BY id DESC LIMIT \(count)"
    ).map(Self.change)
  }

  private static func change(_ row: Row) throws -> CostChange {
    CostChange(
      id: try row.get("id"), state: CostChange.State(rawValue: try row.get("state")) ?? .failed,
      request: try row.get("request"), clicks: try row.get("clicks"), done: try row.get("done"),
      before: try row.get("before_micros"), after: try row.get("after_micros"), currency: try row.get("currency"),
      madeBy: try row.get("made_by"), createdAt: try row.get("created_at"))
  }
}
