import ClickPath
import Core
import Database

/// A page of the click log.
struct ClickLogPage: Sendable {
  var page: Page<ClickEvent>
  /// How far was searched, when that is not to the end and the page is not full: the next one goes on from there.
  var searchedTo: Timestamp?

  var items: [ClickEvent] { page.items }
  var nextCursor: String? { page.nextCursor }

  var json: JSONValue {
    var object = page.json(\.json).objectValue ?? [:]
    object["searched_to"] = JSONValue(searchedTo)
    return .object(object)
  }
}

/// All SQL on clicks that reads. They are written by the journal's drainer alone.
struct ClickStore: Sendable {
  var clock: any WallClock = SystemClock()
  /// Clicks of one page that a filter is held against.
  var depth = 500_000
  /// Of them in one statement.
  var step = 50_000

  private static let columns = SQL(
    unescaped: """
      id, status, campaign_id, flow_id, landing_id, offer_id, source_id, network_id, country, region, city, isp, os,
      browser, device, language, referrer_domain, external_id, visitor_id, ip, referrer, user_agent, cost_micros,
      currency, is_unique, is_unique_flow, is_unique_global, connection, fraud_score, publisher_id, trace, \(SubIDs.numbers.map { "sub\($0)" }.joined(separator: ", "))
      """)

  /// Goes straight to the one partition that can hold the id.
  func find(_ id: ClickID, of scope: TenantScope) async throws(DatabaseError) -> ClickEvent? {
    try await find([id], of: scope)[0]
  }

  /// The clicks that have these ids, in their order; nil for an id that none has. Goes straight to the partitions that can
  /// hold them.
  func find(_ ids: [ClickID], of scope: TenantScope) async throws(DatabaseError) -> [ClickEvent?] {
    let possible = Set(ids.filter(\.isVersion7))
    guard !possible.isEmpty else { return ids.map { _ in nil } }
    let conditions = possible.map { id -> SQL in "(id = \(id) AND ts = \(id.timestamp))" }
    let rows = try await scope.query(
      "SELECT \(Self.columns) FROM \(scope.schema).clicks WHERE \(SQL.joined(conditions, separator: " OR "))")
    var clicks: [ClickID: ClickEvent] = [:]
    for row in rows {
      let click = try Self.click(row, scope.tenantID)
      clicks[click.id] = click
    }
    return ids.map { clicks[$0] }
  }

  /// Newest first unless the filter says otherwise; the cursor is the last id seen.
  ///
  /// The log is read stretch by stretch from that end on: a page of a hundred million clicks costs what its rows cost. A
  /// filter that few clicks fit is looked for in ``depth`` clicks; then the page has what was found, and says how far
  /// the search has come.
  func page(
    _ filter: ClickFilter, limit: Int, after cursor: ClickID?, of scope: TenantScope
  ) async throws(DatabaseError) -> ClickLogPage {
    let conditions = filter.conditions
    var search = ClickSearch(
      try await bounds(filter, cursor, scope), after: cursor, isOldestFirst: filter.isOldestFirst)
    var found: [ClickEvent] = []
    var passed = 0
    while found.count <= limit, let stretch = search.stretch {
      guard passed < depth else {
        return ClickLogPage(
          page: Page(items: found, nextCursor: search.cursor.description), searchedTo: search.cursor.timestamp)
      }
      let last = try await conditions.isEmpty ? nil : lastID(in: stretch, search.isOldestFirst, scope)
      let part = last.map { search.cut(stretch, at: $0) } ?? stretch
      for row in try await scope.query(
        Self.statement(
          part, conditions, limit: limit + 1 - found.count, isOldestFirst: search.isOldestFirst, of: scope.schema))
      {
        found.append(try Self.click(row, scope.tenantID))
      }
      search.pass(part, isFull: last != nil)
      if last != nil { passed += step }
    }
    return ClickLogPage(page: Page(fetched: found, limit: limit) { $0.id.description }, searchedTo: nil)
  }

  static func statement(
    _ stretch: Range<ClickID>, _ conditions: [SQL], limit: Int, isOldestFirst: Bool, of schema: SchemaName
  ) -> SQL {
    let direction: SQL = isOldestFirst ? "ASC" : "DESC"
    return """
      SELECT \(columns) FROM \(schema).clicks
      WHERE \(SQL.joined([stretch.condition] + conditions, separator: " AND "))
      ORDER BY id \(direction) LIMIT \(limit)
      """
  }

  /// Where nothing says when the log begins, its first click does.
  private func bounds(
    _ filter: ClickFilter, _ cursor: ClickID?, _ scope: TenantScope
  ) async throws(DatabaseError) -> Range<ClickID> {
    let bounds = filter.bounds(now: clock.now())
    guard filter.isOldestFirst, filter.period == nil, filter.clickID == nil, cursor == nil else { return bounds }
    let row = try await scope.first("SELECT id FROM \(scope.schema).clicks ORDER BY id LIMIT 1")
    let first = try row?.get("id", as: ClickID.self) ?? bounds.upperBound
    return first..<max(first, bounds.upperBound)
  }

  /// The id that is ``step`` clicks into the stretch, found in the index alone; nil when there are fewer.
  private func lastID(
    in stretch: Range<ClickID>, _ isOldestFirst: Bool, _ scope: TenantScope
  ) async throws(DatabaseError) -> ClickID? {
    let direction: SQL = isOldestFirst ? "ASC" : "DESC"
    let row = try await scope.first(
      """
      SELECT id FROM \(scope.schema).clicks WHERE \(stretch.condition)
      ORDER BY id \(direction) OFFSET \(step - 1) LIMIT 1
      """)
    return try row?.get("id", as: ClickID.self)
  }

  private static func click(_ row: Row, _ tenantID: Int64) throws(DatabaseError) -> ClickEvent {
    var click = ClickEvent(
      id: try row.get("id"), tenantID: tenantID, status: ClickStatus(rawValue: try row.get("status")) ?? .ok,
      campaignID: try row.get("campaign_id"), ip: try row.get("ip"), currency: try row.get("currency"))
    click.flowID = try row.get("flow_id")
    click.landingID = try row.get("landing_id")
    click.offerID = try row.get("offer_id")
    click.sourceID = try row.get("source_id")
    click.networkID = try row.get("network_id")
    click.country = try row.get("country")
    click.region = try row.get("region")
    click.city = try row.get("city")
    click.isp = try row.get("isp")
    click.os = try row.get("os")
    click.browser = try row.get("browser")
    click.device = try row.get("device")
    click.language = try row.get("language")
    click.referrerDomain = try row.get("referrer_domain")
    click.externalID = try row.get("external_id")
    click.visitorID = try row.get("visitor_id")
    click.referrer = try row.get("referrer")
    click.userAgent = try row.get("user_agent")
    click.cost = try row.get("cost_micros")
    click.isUnique = try row.get("is_unique")
    click.isUniqueInFlow = try row.get("is_unique_flow")
    click.isUniqueGlobally = try row.get("is_unique_global")
    click.connection = try row.get("connection")
    click.fraudScore = try row.get("fraud_score", as: Int16?.self).map { UInt8(clamping: $0) }
    click.publisherID = try row.get("publisher_id")
    click.trace = try row.get("trace")
    for number in SubIDs.numbers { click.subs[number] = try row.get("sub\(number)") }
    return click
  }
}
