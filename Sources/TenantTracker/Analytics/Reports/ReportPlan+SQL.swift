import Core
import Database

// The one statement of a raw report:
//
//     parts    clicks and conversions, each aggregated by the keys; twice when compared with the period before
//     grouped  the parts added up by key, so that a key with conversions but no clicks (or the reverse) is there too
//     ranked   every group's place and, before any is cut off, the totals
//     answer   the first `limit` groups with the names of what their keys identify
extension ReportPlan {
  func sql(schema: SchemaName) -> SQL {
    let keys = request.groupings.indices.map { SQL(unescaped: "k\($0)") }
    let bases = BaseMetric.allCases.map { SQL(unescaped: $0.column) }
    let sums = bases + bases.map { "previous_\($0)" }
    let totals: [SQL] = sums.map { "total_\($0)" }
    let names = names(schema)
    return """
      WITH parts AS (\(SQL.joined(parts(schema), separator: " UNION ALL "))),
      grouped AS (
        SELECT \(list(keys + periodSums(bases)))
        FROM parts \(groupBy(keys))
      ),
      ranked AS (
        SELECT \(list(keys + sums + zip(sums, totals).map { "\(bounded("sum(\($0)) OVER ()")) AS \($1)" })), count(*) OVER () AS group_count,
          row_number() OVER (ORDER BY \(list(order(keys)))) AS place
        FROM grouped
      )
      SELECT \(list(keys + sums + totals + names.columns)), group_count FROM ranked\(names.joins)
      WHERE place <= \(request.limit) ORDER BY place
      """
  }

  private func list(_ items: [SQL]) -> SQL { SQL.joined(items, separator: ", ") }

  private func groupBy(_ keys: [SQL]) -> SQL { keys.isEmpty ? "" : "GROUP BY \(list(keys))" }

  // parts

  private enum Table { case clicks, conversions }

  private func parts(_ schema: SchemaName) -> [SQL] {
    let periods = request.comparesPrevious ? [0, 1] : [0]
    return periods.flatMap { period in
      [Table.clicks, .conversions].map { part(of: $0, period: period, schema: schema) }
    }
  }

  /// - Parameter period: 0 is the one asked for, 1 the one before.
  private func part(of table: Table, period: Int, schema: SchemaName) -> SQL {
    let time: SQL =
      switch (table, request.basis) {
      case (.clicks, _): "ts"
      case (.conversions, .click): "click_ts"
      case (.conversions, .conversion): "created_at"
      }
    let (start, end) = period == 0 ? (window.start, window.end) : (window.previousStart, window.start)
    let keys = request.groupings.enumerated().map { index, grouping -> SQL in
      "\(key(grouping, time: time, daysLater: period == 0 ? 0 : window.days.dayCount)) AS \(unescaped: "k\(index)")"
    }
    let values = BaseMetric.allCases.map { metric -> SQL in
      let aggregate =
        table == .clicks ? metric.overClicks(currency, converts: !rates.isEmpty) : metric.overConversions(schema)
      return "\(bounded(aggregate ?? "0")) AS \(unescaped: metric.column)"
    }
    let conditions = [SQL("\(time) >= \(start) AND \(time) < \(end)")] + request.filters.map(condition)
    // Grouped by position: a key with a parameter in it (the time zone) is not the same expression twice.
    let positions = request.groupings.indices.map { SQL(unescaped: "\($0 + 2)") }
    return """
      SELECT \(unescaped: "\(period)") AS period, \(list(keys + values))
      FROM \(schema).\(unescaped: table == .clicks ? "clicks" : "conversions")\(table == .clicks && !rates.isEmpty ? rates.join : "")
      WHERE \(SQL.joined(conditions, separator: " AND ")) \(groupBy(positions))
      """
  }

  private func key(_ grouping: Grouping, time: SQL, daysLater: Int) -> SQL {
    let local: SQL = "(\(time) AT TIME ZONE \(request.zone.description))"
    return switch grouping.kind {
    case .entity(let column, _), .text(let column): SQL(unescaped: column)
    case .hourOfDay: "extract(hour FROM \(local))::bigint"
    case .dayOfWeek: "extract(isodow FROM \(local))::bigint"
    case .day: "\(local)::date + \(unescaped: "\(daysLater)")"
    }
  }

  private func condition(_ filter: ReportRequest.Filter) -> SQL {
    let column: SQL =
      switch filter.grouping.kind {
      case .entity(let column, _), .text(let column): SQL(unescaped: column)
      case .hourOfDay, .dayOfWeek, .day: "NULL"  // a request has no such filter
      }
    let values: SQL =
      switch filter.values {
      case .ids(let ids): "\(column) = ANY(\(ids))"
      case .texts(let texts): "\(column) = ANY(\(texts))"
      }
    return filter.includesMissing ? "(\(values) OR \(column) IS NULL)" : values
  }

  // grouped

  private func periodSums(_ bases: [SQL]) -> [SQL] {
    bases.map { "\(bounded("COALESCE(sum(\($0)) FILTER (WHERE period = 0), 0)")) AS \($0)" }
      + bases.map { "\(bounded("COALESCE(sum(\($0)) FILTER (WHERE period = 1), 0)")) AS previous_\($0)" }
  }

  /// A sum (or a difference of two) beyond 64 bits is nonsense that somebody sent, no reason for the whole report to fail.
  private func bounded(_ sum: SQL) -> SQL { "LEAST(GREATEST(\(sum), -4e18), 4e18)::bigint" }

  // ranked

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

  // answer

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
