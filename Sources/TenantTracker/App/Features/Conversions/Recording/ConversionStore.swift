import ClickPath
import Conversions
import Core
import Database

/// All SQL on conversions and their history.
struct ConversionStore: Sendable {
  private static let columns: SQL = """
    id, click_id, click_ts, parent_id, type, status, scheme_status, review, original_status, txid, seq, goal,
    payout_micros, currency, revenue_micros, cost_micros, rate_missing, rate, rate_day, match, campaign_id, offer_id, source_id,
    network_id, publisher_id, country, created_at, updated_at
    """

  // Reading

  func page(
    _ filter: ConversionFilter, limit: Int, after cursor: ConversionID?, of scope: TenantScope
  ) async throws(DatabaseError) -> Page<Conversion> {
    var conditions = filter.conditions
    // A conversion's id is minted when its hit comes in: both sort alike.
    if let cursor { conditions.append("(created_at, id) < (\(cursor.timestamp), \(cursor))") }
    if conditions.isEmpty { conditions.append("true") }
    let found = try await list(
      "WHERE \(SQL.joined(conditions, separator: " AND ")) ORDER BY created_at DESC, id DESC LIMIT \(limit + 1)",
      of: scope.schema, in: scope)
    return Page(fetched: found, limit: limit) { $0.id.description }
  }

  /// In the order they came.
  func list(ofClick id: ClickID, of scope: TenantScope) async throws(DatabaseError) -> [Conversion] {
    try await list("WHERE click_id = \(id) ORDER BY created_at, id", of: scope.schema, in: scope)
  }

  /// In no order.
  func list(ids: [ConversionID], of scope: TenantScope) async throws(DatabaseError) -> [Conversion] {
    try await list("WHERE id = ANY (\(ids))", of: scope.schema, in: scope)
  }

  /// Of a click's conversions those that ``ConversionRules`` decide about a claim by. The ones with its id or its key are
  /// locked until the transaction ends, so that one hit at a time decides about them; the sales that it may follow are
  /// read as they are.
  func lock(
    _ claim: ConversionClaim, ofClick id: ClickID, in connection: Connection, schema: SchemaName
  ) async throws(DatabaseError) -> [Conversion] {
    let hasTransaction: SQL = claim.transactionID.map { "txid = \($0)" as SQL } ?? "txid IS NULL"
    let alike = try await list(
      """
      WHERE click_id = \(id) AND (id = \(claim.id) OR (type = \(claim.type.rawValue) AND \(hasTransaction)))
      ORDER BY id FOR NO KEY UPDATE
      """, of: schema, in: connection)
    guard claim.type.isFollowUp else { return alike }
    let sales = try await list(
      "WHERE click_id = \(id) AND type = \(ConversionType.sale.rawValue) ORDER BY id", of: schema, in: connection)
    return alike + sales.filter { sale in !alike.contains { $0.id == sale.id } }
  }

  /// The conversion, locked until the transaction ends; nil when there is none.
  func lock(
    _ id: ConversionID, in connection: Connection, schema: SchemaName
  ) async throws(DatabaseError) -> Conversion? {
    try await list("WHERE id = \(id) FOR NO KEY UPDATE", of: schema, in: connection).first
  }

  /// Where a conversion comes from; nil when there is none with this id.
  func origin(of id: ConversionID, in scope: TenantScope) async throws(DatabaseError) -> ConversionOrigin? {
    let row = try await scope.first(
      """
      SELECT click_id, campaign_id, offer_id, network_id, source_id, country FROM \(scope.schema).conversions
      WHERE id = \(id)
      """)
    guard let row else { return nil }
    return try ConversionOrigin(row)
  }

  private func list(
    _ clauses: SQL, of schema: SchemaName, in executor: any SQLExecutor
  ) async throws(DatabaseError) -> [Conversion] {
    let rows = try await executor.query("SELECT \(Self.columns) FROM \(schema).conversions \(clauses)")
    var conversions: [Conversion] = []
    for row in rows { conversions.append(try Self.conversion(row)) }
    return conversions
  }

  // Writing

  /// What a new conversion has, its click's dimensions among it.
  static let insertedColumns: SQL = """
    id, click_id, click_ts, parent_id, type, status, scheme_status, review, original_status, txid, seq, goal,
    payout_micros, currency, revenue_micros, cost_micros, rate_missing, rate, rate_day, match, campaign_id, offer_id,
    created_at, updated_at, flow_id, landing_id, source_id, network_id, country, region, city, isp, os, browser, device,
    language, referrer_domain, external_id, visitor_id, publisher_id, sub1, sub2, sub3, sub4, sub5
    """

  /// A new conversion's row of ``insertedColumns``.
  static func values(_ conversion: Conversion, of click: ClickEvent) -> SQL {
    """
    (\(conversion.id), \(conversion.clickID), \(conversion.clickTime), \(conversion.parentID),
      \(conversion.type.rawValue), \(conversion.status.rawValue), \(conversion.schemeStatus?.rawValue),
      \(conversion.review?.rawValue), \(conversion.originalStatus), \(conversion.transactionID),
      \(Int32(conversion.sequence)), \(conversion.goal), \(conversion.payout.amount), \(conversion.payout.currency),
      \(conversion.revenue), \(conversion.cost), \(conversion.isRateMissing), \(conversion.rate?.rate.rawValue),
      \(conversion.rate?.day), \(conversion.match), \(conversion.campaignID), \(conversion.offerID),
      \(conversion.createdAt), \(conversion.updatedAt), \(click.flowID), \(click.landingID), \(click.sourceID),
      \(click.networkID), \(click.country), \(click.region), \(click.city), \(click.isp), \(click.os),
      \(click.browser), \(click.device), \(click.language), \(click.referrerDomain), \(click.externalID),
      \(click.visitorID), \(conversion.publisherID), \(click.subs[1]), \(click.subs[2]), \(click.subs[3]),
      \(click.subs[4]), \(click.subs[5]))
    """
  }

  /// Adds the conversion with the dimensions of its click.
  /// - Returns: false when there is one with the same key by now.
  func insert(
    _ conversion: Conversion, of click: ClickEvent, in connection: Connection, schema: SchemaName
  ) async throws(DatabaseError) -> Bool {
    let inserted = try await connection.execute(
      """
      INSERT INTO \(schema).conversions (\(Self.insertedColumns)) VALUES \(Self.values(conversion, of: click))
      ON CONFLICT DO NOTHING
      """)
    return inserted == 1
  }

  /// Moves status, payout and what follows from them.
  func update(_ conversion: Conversion, in connection: Connection, schema: SchemaName) async throws(DatabaseError) {
    try await connection.execute(
      """
      UPDATE \(schema).conversions SET status = \(conversion.status.rawValue),
        scheme_status = \(conversion.schemeStatus?.rawValue), review = \(conversion.review?.rawValue),
        original_status = \(conversion.originalStatus), payout_micros = \(conversion.payout.amount),
        currency = \(conversion.payout.currency), revenue_micros = \(conversion.revenue),
        cost_micros = \(conversion.cost), rate_missing = \(conversion.isRateMissing),
        rate = \(conversion.rate?.rate.rawValue), rate_day = \(conversion.rate?.day),
        updated_at = \(conversion.updatedAt)
      WHERE id = \(conversion.id)
      """)
  }

  /// One line of a conversion's history.
  struct HistoryEntry: Sendable {
    var conversionID: ConversionID
    var at: Timestamp
    /// `postback`, or who changed it.
    var actor: String
    /// Nil when the conversion was new.
    var from: ConversionStatus?
    /// What was asked for.
    var to: ConversionStatus
    var fromScheme: SchemeStatus? = nil
    var toScheme: SchemeStatus? = nil
    var originalStatus: String?
    var outcome: HistoryOutcome
    /// Of whoever decided.
    var note: String? = nil
  }

  static let historyColumns: SQL = """
    conversion_id, at, actor, from_status, to_status, from_scheme, to_scheme, original_status, outcome, note
    """

  /// A row of ``historyColumns``.
  static func values(_ entry: HistoryEntry) -> SQL {
    """
    (\(entry.conversionID), \(entry.at), \(entry.actor), \(entry.from?.rawValue), \(entry.to.rawValue),
      \(entry.fromScheme?.rawValue), \(entry.toScheme?.rawValue), \(entry.originalStatus), \(entry.outcome.rawValue),
      \(entry.note))
    """
  }

  func append(_ entry: HistoryEntry, in connection: Connection, schema: SchemaName) async throws(DatabaseError) {
    try await connection.execute(
      "INSERT INTO \(schema).conversion_history (\(Self.historyColumns)) VALUES \(Self.values(entry))")
  }

  private static func rate(_ row: Row) throws(DatabaseError) -> AppliedRate? {
    guard let rate = try row.get("rate", as: Int64?.self).flatMap({ ExchangeRate(rawValue: $0) }),
      let day = try row.get("rate_day", as: LocalDate?.self)
    else { return nil }
    return AppliedRate(rate: rate, day: day)
  }

  private static func conversion(_ row: Row) throws(DatabaseError) -> Conversion {
    Conversion(
      id: try row.get("id"), clickID: try row.get("click_id"), clickTime: try row.get("click_ts"),
      parentID: try row.get("parent_id"), type: ConversionType(rawValue: try row.get("type")),
      status: ConversionStatus(rawValue: try row.get("status")) ?? .hold,
      schemeStatus: try row.get("scheme_status", as: String?.self).flatMap(SchemeStatus.init(rawValue:)),
      review: try row.get("review", as: String?.self).flatMap(ReviewState.init(rawValue:)),
      originalStatus: try row.get("original_status"), transactionID: try row.get("txid"),
      sequence: try row.get("seq"), goal: try row.get("goal"),
      payout: Money(try row.get("payout_micros"), try row.get("currency")), revenue: try row.get("revenue_micros"),
      cost: try row.get("cost_micros"), isRateMissing: try row.get("rate_missing"),
      rate: try Self.rate(row), match: try row.get("match"),
      campaignID: try row.get("campaign_id"), offerID: try row.get("offer_id"),
      sourceID: try row.get("source_id"), networkID: try row.get("network_id"),
      publisherID: try row.get("publisher_id"), country: try row.get("country"),
      createdAt: try row.get("created_at"),
      updatedAt: try row.get("updated_at"))
  }
}
