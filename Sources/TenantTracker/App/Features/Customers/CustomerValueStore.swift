import Analytics
import Core
import Database

/// All SQL on what customers bring. Who is one person and what an order is, ``CountedSale`` says for reports and lists alike.
struct CustomerValueStore: Sendable {
  struct Answer: Sendable {
    let page: Page<CustomerValue>
    let totals: CustomerValue.Totals
  }

  func page(_ filter: CustomerFilter, of scope: TenantScope) async throws(DatabaseError) -> Answer {
    let schema = scope.schema
    let direction: SQL = filter.isDescending ? "DESC" : "ASC"
    let rows = try await scope.query(
      """
      WITH life AS (\(Self.lives(filter, schema))),
      listed AS (
        SELECT customer, orders, revenue, first_at, last_at FROM life WHERE \(Self.following(filter))
        ORDER BY \(filter.sort.column) \(direction), customer \(direction) LIMIT \(filter.limit + 1)
      ),
      totals AS (
        SELECT count(*) AS customers, count(*) FILTER (WHERE orders > 1) AS repeated,
          COALESCE(sum(orders), 0)::bigint AS all_orders, COALESCE(sum(revenue), 0)::bigint AS all_revenue
        FROM life
      )
      SELECT t.customers, t.repeated, t.all_orders, t.all_revenue, l.customer, l.orders, l.revenue, l.first_at, l.last_at,
        \(Self.beginning)
      FROM totals t LEFT JOIN listed l ON true LEFT JOIN LATERAL (\(Self.firstOrder(schema))) f ON true
      ORDER BY l.\(filter.sort.column) \(direction), l.customer \(direction)
      """)
    guard let first = rows.first else { return Answer(page: Page(items: []), totals: CustomerValue.Totals()) }
    var values: [CustomerValue] = []
    for row in rows { if let value = try Self.value(row) { values.append(value) } }
    return Answer(
      page: Page(fetched: values, limit: filter.limit) { filter.sort.cursor(of: $0).text },
      totals: CustomerValue.Totals(
        customers: try first.get("customers"), repeatCustomers: try first.get("repeated"),
        orders: try first.get("all_orders"), revenue: try first.get("all_revenue")))
  }

  func find(_ id: UUIDv7, of scope: TenantScope) async throws(DatabaseError) -> CustomerValue? {
    let row = try await scope.first(
      """
      SELECT l.customer, l.orders, l.revenue, l.first_at, l.last_at, \(Self.beginning)
      FROM (\(Self.lives(of: "WHERE status = 'sale' AND \(Self.belongs(to: "\(id)"))", scope.schema))) l
        LEFT JOIN LATERAL (\(Self.firstOrder(scope.schema))) f ON true
      WHERE l.orders > 0
      """)
    return try row.flatMap { row throws(DatabaseError) in try Self.value(row) }
  }

  // Pieces

  /// Those that fit, each with all they ever did.
  private static func lives(_ filter: CustomerFilter, _ schema: SchemaName) -> SQL {
    var condition: SQL = "WHERE status = 'sale'"
    if filter.isNarrow {
      condition += " AND \(CountedSale.customer) IN (\(fitting(filter, schema)))"
    }
    return "\(lives(of: condition, schema)) HAVING count(*) FILTER (WHERE is_order) >= \(filter.minOrders)"
  }

  private static func lives(of conversions: SQL, _ schema: SchemaName) -> SQL {
    """
    SELECT customer, count(*) FILTER (WHERE is_order) AS orders,
      LEAST(COALESCE(sum(revenue_micros), 0), 4e18)::bigint AS revenue,
      min(created_at) FILTER (WHERE is_order) AS first_at, max(created_at) FILTER (WHERE is_order) AS last_at
    FROM (\(paid(conversions, schema))) paid GROUP BY customer
    """
  }

  /// Approved conversions, each with whose it is and whether it is an order.
  static func paid(_ condition: SQL, _ schema: SchemaName) -> SQL {
    """
    SELECT \(CountedSale.customer) AS customer, revenue_micros, created_at, \(isOrder(schema)) AS is_order
    FROM \(schema).conversions \(condition)
    """
  }

  private static func isOrder(_ schema: SchemaName) -> SQL {
    "(\(CountedSale.condition(schema)) AND \(CountedSale.opensOrder))"
  }

  /// Who has an order that fits: the same people that the metric `customers` counts.
  private static func fitting(_ filter: CustomerFilter, _ schema: SchemaName) -> SQL {
    var conditions = [isOrder(schema)]
    if let period = filter.period {
      let time: SQL = filter.basis == .click ? "click_ts" : "created_at"
      conditions.append("\(time) >= \(period.lowerBound) AND \(time) < \(period.upperBound)")
    }
    conditions += filter.ids.map { "\(identifier: $0.column) = \($0.id)" }
    return """
      SELECT \(CountedSale.customer) FROM \(schema).conversions WHERE \(SQL.joined(conditions, separator: " AND "))
      """
  }

  private static func following(_ filter: CustomerFilter) -> SQL {
    guard let cursor = filter.cursor else { return "true" }
    let comparison: SQL = filter.isDescending ? "<" : ">"
    let value: SQL = filter.sort.isTime ? "\(Timestamp(microseconds: cursor.value))" : "\(cursor.value)"
    return "(\(filter.sort.column), customer) \(comparison) (\(value), \(cursor.id))"
  }

  /// ``CountedSale/customer`` the other way round, such that indexes find the rows.
  private static func belongs(to customer: SQL) -> SQL {
    """
    (visitor_id = \(customer)
      OR (visitor_id IS NULL AND email_hash BETWEEN uuid_send(\(customer))
        AND uuid_send(\(customer)) || decode(repeat('ff', 16), 'hex'))
      OR (visitor_id IS NULL AND email_hash IS NULL AND click_id = \(customer)))
    """
  }

  private static let beginning: SQL = """
    f.campaign_id, f.source_id, f.country, f.visitor_id IS NOT NULL AS is_visitor, f.email_hash IS NOT NULL AS has_email,
    encode(substring(f.email_hash FROM 1 FOR 4), 'hex') AS email_mark
    """

  private static func firstOrder(_ schema: SchemaName) -> SQL {
    """
    WITH own AS MATERIALIZED (\(own("l.customer", schema)))
    SELECT campaign_id, source_id, country, visitor_id, email_hash FROM own WHERE \(isOrder(schema))
    ORDER BY created_at, id LIMIT 1
    """
  }

  /// A customer's conversions. To be materialized before they are put in order: their order's index would lead through
  /// everybody's.
  static func own(_ customer: SQL, _ schema: SchemaName) -> SQL {
    """
    SELECT id, click_id, click_ts, type, status, txid, seq, campaign_id, source_id, country, visitor_id, email_hash,
      created_at
    FROM \(schema).conversions WHERE \(belongs(to: customer))
    """
  }

  /// Nil where the row holds totals only.
  private static func value(_ row: Row) throws(DatabaseError) -> CustomerValue? {
    guard let id = try row.get("customer", as: UUIDv7?.self) else { return nil }
    let isVisitor = try row.get("is_visitor", as: Bool.self)
    let hasEmail = try row.get("has_email", as: Bool.self)
    return CustomerValue(
      id: id, kind: isVisitor ? .visitor : hasEmail ? .email : .click, emailMark: try row.get("email_mark"),
      orders: try row.get("orders"), revenue: try row.get("revenue"), firstOrderAt: try row.get("first_at"),
      lastOrderAt: try row.get("last_at"), campaignID: try row.get("campaign_id"),
      sourceID: try row.get("source_id"), country: try row.get("country"))
  }
}

extension CustomerFilter.Sort {
  var isTime: Bool { self == .lastOrder || self == .firstOrder }

  fileprivate var column: SQL {
    switch self {
    case .ltv: "revenue"
    case .orders: "orders"
    case .lastOrder: "last_at"
    case .firstOrder: "first_at"
    }
  }

  fileprivate func cursor(of customer: CustomerValue) -> CustomerFilter.Cursor {
    let value =
      switch self {
      case .ltv: customer.revenue.rawValue
      case .orders: customer.orders
      case .lastOrder: customer.lastOrderAt.microseconds
      case .firstOrder: customer.firstOrderAt.microseconds
      }
    return .init(value: value, id: customer.id)
  }
}
