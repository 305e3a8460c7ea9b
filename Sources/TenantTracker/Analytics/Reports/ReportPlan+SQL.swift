import Core
import Database

// The one statement of a report:
//
//     buyers     how many orders each customer has per key, when people are to be counted
//     everybody  the same without keys: who is in two groups is one customer
//     parts      clicks, their rollups and conversions, each aggregated by the keys, for each period
//     grouped    the parts added up by key, so that a key with conversions but no clicks (or the reverse) is there too
//     totals     of all groups, before any is left out, and how many of them are within the bounds
//     ranked     the place of every group that is within the bounds
//     answer     the groups asked for with the names of what their keys identify, each beside the totals
extension ReportPlan {
  func sql(schema: SchemaName) -> SQL {
    let keys = request.groupings.indices.map { SQL(unescaped: "k\($0)") }
    let bases = BaseMetric.allCases.map { SQL(unescaped: $0.column) }
    let sums = bases + bases.map { "previous_\($0)" }
    let totals: [SQL] = sums.map { "total_\($0)" }
    let names = names(schema)
    let parts = ReportParts(plan: self, schema: schema)
    let (buyers, everybody): (SQL, SQL) = request.countsPeople ? (parts.buyers, " CROSS JOIN everybody") : ("", "")
    let (within, counted): (SQL, SQL) =
      bounds.map { condition -> (SQL, SQL) in
        (" WHERE \(condition)", " FILTER (WHERE \(condition))")
      } ?? ("", "")
    let all: SQL = "parts AS (\(SQL.joined(parts.all, separator: " UNION ALL ")))"
    return """
      WITH \(buyers)\(all),
      grouped AS (
        SELECT \(SQL.list(keys + periodSums(bases)))
        FROM \(SQL(unescaped: "parts")) \(SQL.grouped(by: keys))
      ),
      totals AS (
        SELECT \(SQL.list(totalSums(bases))), count(*)\(counted) AS group_count
        FROM grouped\(everybody)
      ),
      ranked AS (
        SELECT \(SQL.list(keys + sums)), row_number() OVER (ORDER BY \(SQL.list(order(keys)))) AS place
        FROM grouped\(within)
      )
      SELECT \(SQL.list(keys + sums + totals + names.columns + ["place", "group_count"]))
      FROM totals LEFT JOIN ranked ON place > \(request.offset) AND place <= \(request.offset + request.limit)\(names.joins)
      ORDER BY place
      """
  }

  private func periodSums(_ bases: [SQL]) -> [SQL] {
    ["", "previous_"].enumerated().flatMap { period, prefix in
      zip(BaseMetric.allCases, bases).map { metric, base -> SQL in
        let column = SQL(unescaped: prefix) + base
        guard period == 0 || request.comparesPrevious else { return "0::bigint AS \(column)" }
        let sum: SQL = "COALESCE(sum(\(base)) FILTER (WHERE period = \(unescaped: "\(period)")), 0)"
        return "\(metric.isMoney ? SQL.bounded(sum) : "\(sum)::bigint") AS \(column)"
      }
    }
  }

  private func totalSums(_ bases: [SQL]) -> [SQL] {
    ["", "previous_"].enumerated().flatMap { period, prefix in
      zip(BaseMetric.allCases, bases).map { metric, base -> SQL in
        let column = SQL(unescaped: prefix) + base
        guard period == 0 || request.comparesPrevious else { return "0::bigint AS total_\(column)" }
        if metric.isDistinct, request.countsPeople { return "COALESCE(max(total_\(column)), 0) AS total_\(column)" }
        let sum: SQL = "COALESCE(sum(\(column)), 0)"
        return "\(metric.isMoney ? SQL.bounded(sum) : "\(sum)::bigint") AS total_\(column)"
      }
    }
  }

  /// As asked; else times in their order and everything else by clicks. Ties go by key, so that an answer is repeatable.
  private func order(_ keys: [SQL]) -> [SQL] {
    let isByTime = request.groupings.first?.isTime ?? false
    let sort = request.sort ?? (isByTime ? nil : .init(.metric(.clicks), descending: true))
    var order: [SQL] = []
    if let sort {
      let expression: SQL =
        switch sort.key {
        case .metric(let metric): metric.formula.sql
        case .grouping(let grouping): request.groupings.firstIndex(of: grouping).map { keys[$0] } ?? "NULL::bigint"
        }
      order.append("\(expression) \(unescaped: sort.descending ? "DESC" : "ASC") NULLS LAST")
    }
    return order + keys.map { "\($0) NULLS LAST" }
  }

  /// Nil: all groups are within them.
  private var bounds: SQL? {
    request.bounds.isEmpty ? nil : SQL.joined(request.bounds.map(\.sql), separator: " AND ")
  }

  private func names(_ schema: SchemaName) -> (columns: [SQL], joins: SQL) {
    var columns: [SQL] = []
    var joins: SQL = ""
    for (index, grouping) in request.groupings.enumerated() {
      guard case .entity(_, let table) = grouping.kind else { continue }
      columns.append(SQL(unescaped: "n\(index).name AS name\(index)"))
      joins += " LEFT JOIN \(schema).\(unescaped: table) \(unescaped: "n\(index) ON n\(index).id = k\(index)")"
    }
    return (columns, joins)
  }
}

extension ReportRequest.Bound {
  /// Over the columns named like the base metrics; what has no value is within no bound.
  fileprivate var sql: SQL {
    let unit: SQL =
      switch metric.format {
      case .money: "1"
      case .count, .ratio: "1000000"
      case .percent: "100000000"
      }
    let comparison: SQL = side == .min ? ">=" : "<="
    return "\(metric.formula.sql) \(comparison) \(value.rawValue)::numeric / \(unit)"
  }
}

extension SQL {
  static func list(_ items: [SQL]) -> SQL { joined(items, separator: ", ") }

  static func grouped(by keys: [SQL]) -> SQL { keys.isEmpty ? "" : "GROUP BY \(list(keys))" }

  /// A sum (or a difference of two) beyond 64 bits is nonsense that somebody sent, no reason for a whole report to fail.
  static func bounded(_ sum: SQL) -> SQL { "LEAST(GREATEST(\(sum), -4e18), 4e18)::bigint" }

  /// Whether a moment is in one of these stretches of time. Spelled out, so that Postgres leaves out the partitions that
  /// have none of them.
  static func within(_ ranges: [Range<Timestamp>], _ time: SQL) -> SQL {
    let conditions = ranges.map { "(\(time) >= \($0.lowerBound) AND \(time) < \($0.upperBound))" as SQL }
    return conditions.isEmpty ? "false" : "(\(joined(conditions, separator: " OR ")))"
  }
}
