import Analytics
import Core
import Database

/// All SQL of the product report.
struct ProductReportStore: Sendable {
  struct Answer: Sendable {
    let page: Page<ProductSales>
    let totals: ProductSales.Totals
  }

  /// Lines of approved conversions, each with the product of the catalogue that it is of: by SKU, else by the shop's id,
  /// else by name. One in use goes before one that is deleted.
  func sales(
    _ question: ProductReportQuestion, _ window: ReportWindow, in currency: Currency, of scope: TenantScope
  ) async throws(DatabaseError) -> Answer {
    let schema = scope.schema
    let rows = try await scope.query(
      """
      WITH sold AS (
        SELECT l.conversion_id, l.quantity, l.name, l.sku, p.id AS product_id, p.category,
          CASE WHEN l.currency = \(currency) THEN l.price_micros::numeric * l.quantity
            WHEN l.currency = c.currency THEN round(l.price_micros::numeric * l.quantity * c.rate / 1000000000000)
          END AS amount
        FROM \(schema).conversions c JOIN \(schema).conversion_products l ON l.conversion_id = c.id
          LEFT JOIN (\(Self.first(by: "sku", schema))) by_sku ON by_sku.key = l.sku
          LEFT JOIN (\(Self.first(by: "external_id", schema))) by_id ON by_id.key = l.external_id
          LEFT JOIN (\(Self.first(by: "lower(name)", schema))) by_name ON by_name.key = lower(l.name)
          LEFT JOIN \(schema).products p ON p.id = COALESCE(by_sku.id, by_id.id, by_name.id)
        WHERE c.status = 'sale' AND \(Self.conditions(question, window))
      ),
      grouped AS (
        SELECT \(question.grouping.key) AS key, max(product_id) AS product_id, max(name) AS name, max(sku) AS sku,
          max(category) AS category, sum(quantity) AS units, count(DISTINCT conversion_id) AS orders,
          COALESCE(sum(amount), 0) AS revenue, COALESCE(sum(quantity) FILTER (WHERE amount IS NOT NULL), 0) AS priced,
          count(*) FILTER (WHERE amount IS NULL) AS unpriced
        FROM sold GROUP BY 1
      ),
      shown AS (
        SELECT \(question.grouping.columns), g.units, g.orders, g.revenue, g.priced, g.key,
          sum(g.units) OVER () AS all_units, sum(g.revenue) OVER () AS all_revenue,
          sum(g.unpriced) OVER () AS all_unpriced, count(*) OVER () AS all_rows
        FROM grouped g LEFT JOIN \(schema).products p ON p.id = g.product_id
      )
      SELECT product_id, archived, name, sku, category, orders, all_rows, \(Self.bounded("units")) AS units,
        \(Self.bounded("revenue")) AS revenue, \(Self.bounded("all_units")) AS all_units,
        \(Self.bounded("all_revenue")) AS all_revenue, \(Self.bounded("all_unpriced")) AS all_unpriced,
        (SELECT count(DISTINCT conversion_id) FROM sold) AS all_orders,
        round(revenue * 1000000 / NULLIF(all_revenue, 0))::bigint AS share,
        \(Self.bounded("round(revenue / NULLIF(priced, 0))")) AS average
      FROM shown ORDER BY \(Self.order(question)) LIMIT \(question.limit + 1) OFFSET \(question.offset)
      """)
    var sales: [ProductSales] = []
    for row in rows { sales.append(try Self.sales(row)) }
    let next = question.offset + question.limit
    return Answer(
      page: Page(fetched: sales, limit: question.limit) { _ in "\(next)" },
      totals: try rows.first.map(Self.totals) ?? ProductSales.Totals())
  }

  /// The first product of each value.
  private static func first(by column: SQL, _ schema: SchemaName) -> SQL {
    """
    SELECT DISTINCT ON (\(column)) \(column) AS key, id FROM \(schema).products
    ORDER BY \(column), archived_at IS NOT NULL, archived_at DESC, id
    """
  }

  private static func conditions(_ question: ProductReportQuestion, _ window: ReportWindow) -> SQL {
    let time: SQL = question.basis == .click ? "c.click_ts" : "c.created_at"
    var conditions: [SQL] = ["\(time) >= \(window.start) AND \(time) < \(window.end)"]
    conditions += question.ids.map { "c.\(identifier: $0.column) = \($0.id)" }
    if let category = question.category { conditions.append("p.category = \(category)") }
    return SQL.joined(conditions, separator: " AND ")
  }

  private static func order(_ question: ProductReportQuestion) -> SQL {
    let column: SQL = question.sort == .name ? "lower(name)" : "\(identifier: question.sort.rawValue)"
    let direction: SQL = question.isDescending ? "DESC" : "ASC"
    return "\(column) \(direction) NULLS LAST, key NULLS LAST"
  }

  /// A sum beyond 64 bits is nonsense that somebody sent, no reason for the report to fail.
  private static func bounded(_ sum: SQL) -> SQL { "LEAST(\(sum), 4e18)::bigint" }

  private static func sales(_ row: Row) throws(DatabaseError) -> ProductSales {
    ProductSales(
      productID: try row.get("product_id"), isArchived: try row.get("archived"), name: try row.get("name"),
      sku: try row.get("sku"), category: try row.get("category"), units: try row.get("units"),
      orders: try row.get("orders"), revenue: try row.get("revenue"), share: try row.get("share"),
      averagePrice: try row.get("average"))
  }

  private static func totals(_ row: Row) throws(DatabaseError) -> ProductSales.Totals {
    ProductSales.Totals(
      units: try row.get("all_units"), orders: try row.get("all_orders"), revenue: try row.get("all_revenue"),
      unpricedLines: try row.get("all_unpriced"), rows: try row.get("all_rows"))
  }
}

extension ProductReportQuestion.Grouping {
  fileprivate var key: SQL {
    switch self {
    case .product: "COALESCE('p' || product_id, 's' || sku, 'n' || lower(name))"
    case .category: "category"
    }
  }

  /// Of what is in the catalogue, as it is there.
  fileprivate var columns: SQL {
    switch self {
    case .product:
      """
      g.product_id, p.archived_at IS NOT NULL AS archived, COALESCE(p.name, g.name) AS name,
      COALESCE(p.sku, g.sku) AS sku, g.category
      """
    case .category:
      "NULL::bigint AS product_id, false AS archived, g.category AS name, NULL::text AS sku, g.category"
    }
  }
}
