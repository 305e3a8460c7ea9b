import Analytics
import Core
import Database

/// What reports do not know: how much clicks of a variant differ in what they earned.
struct ABTestStore: Sendable {
  struct Key: Hashable, Sendable {
    let campaign: Int64
    let variant: Int64
  }

  /// For each variant the sum of the squares of what its clicks earned, in units of the tenant's currency.
  func squares(_ question: ABTestQuestion, _ window: ReportWindow, of scope: TenantScope) async throws -> [Key: Double]
  {
    let variant = SQL(unescaped: question.subject.grouping.rawValue + "_id")
    var conditions: [SQL] = [
      "click_ts >= \(window.start) AND click_ts < \(window.end)", "status = 'sale'", "\(variant) IS NOT NULL",
    ]
    if let campaign = question.campaignID { conditions.append("campaign_id = \(campaign)") }
    if let flow = question.flowID { conditions.append("flow_id = \(flow)") }
    let rows = try await scope.query(
      """
      SELECT campaign_id, variant, sum(revenue * revenue) AS squares
      FROM (
        SELECT campaign_id, \(variant) AS variant, click_id, sum(revenue_micros)::double precision / 1000000 AS revenue
        FROM \(scope.schema).conversions WHERE \(SQL.joined(conditions, separator: " AND "))
        GROUP BY campaign_id, \(variant), click_id
      ) earned
      GROUP BY campaign_id, variant
      """)
    var squares: [Key: Double] = [:]
    for row in rows {
      squares[Key(campaign: try row.get("campaign_id"), variant: try row.get("variant"))] = try row.get("squares")
    }
    return squares
  }
}
