import Analytics
import Core
import Database
import Web

/// The customers whose first order was in one month, and what they did in it and in each month after.
struct Cohort: Sendable, Hashable {
  struct Month: Sendable, Hashable {
    /// 0 is the month of the first order.
    let later: Int
    /// Who ordered then.
    var customers: Int64
    var revenue: Micros
  }

  /// Its first day, in the time zone asked for.
  let month: LocalDate
  let customers: Int64
  /// Ascending; months in which nothing came are left out.
  let months: [Month]

  static let monthRange = 1...24

  /// In ten-thousandths of a percent, as a metric is rounded.
  func retention(_ month: Month) -> Int64 {
    var base = BaseValues()
    base[.customers] = customers
    base[.repeatCustomers] = month.customers
    guard case .percent(let value)? = Metric.repeatRate.value(of: base) else { return 0 }
    return value
  }

  var json: JSONValue {
    [
      "month": .string(String(month.description.prefix(7))), "customers": .int(customers),
      "months": .array(
        months.map { month in
          [
            "later": .int(month.later), "customers": .int(month.customers),
            "retention": MetricValue.percent(tenThousandths: retention(month)).json,
            "revenue": JSONValue(month.revenue),
          ]
        }),
    ]
  }

  static let schema = Schema.object([
    .required("month", Schema.string.described("Of the first order: `2026-11`.")), .required("customers", .integer),
    .required(
      "months",
      Schema.array(
        .object([
          .required("later", Schema.integer.described("Months after the first order's; 0 is that month.")),
          .required("customers", Schema.integer.described("Who ordered then.")),
          .required("retention", Schema.number.described("Of the cohort, in percent.")),
          .required("revenue", .money),
        ])
      ).described("Months in which nothing came are left out.")),
  ])
}

extension CustomerValueStore {
  /// The cohorts of so many months up to `today`'s, the latest first.
  func cohorts(
    months: Int, today: LocalDate, zone: TimeZoneName, of scope: TenantScope
  ) async throws(DatabaseError) -> [Cohort] {
    let rows = try await scope.query(
      """
      WITH monthly AS (
        SELECT customer, date_trunc('month', created_at AT TIME ZONE \(zone.description)) AS month,
          bool_or(is_order) AS ordered, sum(revenue_micros) AS revenue
        FROM (\(Self.paid("WHERE status = 'sale'", scope.schema))) approved GROUP BY 1, 2
      ),
      placed AS (
        SELECT month, ordered, revenue, min(month) FILTER (WHERE ordered) OVER (PARTITION BY customer) AS born
        FROM monthly
      )
      SELECT born::date AS month,
        GREATEST(0, 12 * (extract(year FROM month) - extract(year FROM born))
          + extract(month FROM month) - extract(month FROM born))::bigint AS later,
        count(*) FILTER (WHERE ordered) AS buyers, LEAST(COALESCE(sum(revenue), 0), 4e18)::bigint AS revenue
      FROM placed
      WHERE born > date_trunc('month', \(today)::date::timestamp) - \(Int64(months)) * interval '1 month'
      GROUP BY 1, 2 ORDER BY 1 DESC, 2
      """)
    var cohorts: [Cohort] = []
    for row in rows {
      let month = try row.get("month", as: LocalDate.self)
      let entry = Cohort.Month(
        later: Int(try row.get("later", as: Int64.self)), customers: try row.get("buyers"),
        revenue: try row.get("revenue"))
      // Whose first order it was ordered in that month: the first row of a cohort counts all of it.
      let known = cohorts.last?.month == month ? cohorts.removeLast() : nil
      cohorts.append(
        Cohort(month: month, customers: known?.customers ?? entry.customers, months: (known?.months ?? []) + [entry]))
    }
    return cohorts
  }
}
