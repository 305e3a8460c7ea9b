import Core
import Database

/// The parts of a report's statement that read tables: `period, keys..., base metrics...` each.
struct ReportParts {
  let plan: ReportPlan
  let schema: SchemaName

  private var request: ReportRequest { plan.request }

  var all: [SQL] {
    plan.covers.indices.flatMap { period in
      rollups(period) + clicks(period) + [conversions(period)]
    } + (request.countsPeople ? [people] : [])
  }

  // Clicks

  private func clicks(_ period: Int) -> [SQL] {
    let ranges = plan.covers[period].ranges(.raw)
    guard !ranges.isEmpty else { return [] }
    let values = BaseMetric.allCases.map { metric in
      bounded(metric.overClicks(plan.currency, converts: !plan.rates.isEmpty), metric)
    }
    return [
      part(
        period, time: "ts", values,
        from: "\(schema).clicks\(plan.rates.isEmpty ? "" : plan.rates.join)",
        where: [SQL.within(ranges, "ts")] + request.filters.map { $0.sql(over: $0.grouping.column) })
    ]
  }

  private func rollups(_ period: Int) -> [SQL] {
    guard let dimension = plan.dimension else { return [] }
    return RollupSpan.allCases.compactMap { span in
      let ranges = plan.covers[period].ranges(span == .day ? .days : .hours)
      guard !ranges.isEmpty else { return nil }
      return part(
        period, time: "since", entity: dimension.keyColumn,
        BaseMetric.allCases.map { bounded($0.overRollups, $0) },
        from: "\(schema).\(span.table)",
        where: ["dimension = \(unescaped: "\(dimension.number)")", SQL.within(ranges, "since")]
          + request.filters.map { $0.sql(over: dimension.keyColumn) })
    }
  }

  // Conversions

  private func conversions(_ period: Int) -> SQL {
    let time = conversionTime
    let money = ConversionMoney(plan)
    return part(
      period, time: time,
      BaseMetric.allCases.map { bounded($0.overConversions(schema, money), $0) },
      from: "\(schema).conversions\(money.join)", where: conversionConditions(period))
  }

  private var conversionTime: SQL { request.basis == .click ? "click_ts" : "created_at" }

  private func conversionConditions(_ period: Int) -> [SQL] {
    let range = plan.ranges[period]
    return ["\(conversionTime) >= \(range.lowerBound)", "\(conversionTime) < \(range.upperBound)"]
      + request.filters.map { $0.sql(over: $0.grouping.column) }
  }

  // Customers

  /// Who bought, and in how many orders, per key: once for the groups and once more, without keys, for the totals.
  var buyers: SQL {
    let conditions = [CountedSale.condition(schema), CountedSale.opensOrder]
    let buyers = plan.covers.indices.map { period -> SQL in
      """
      SELECT \(unescaped: "\(period)") AS period, \(SQL.list(keys(period, time: conversionTime) + ["\(CountedSale.customer) AS customer"])),
        count(*) AS orders
      FROM \(schema).conversions
      WHERE \(SQL.joined(conversionConditions(period) + conditions, separator: " AND "))
      GROUP BY \(SQL.list((0...request.groupings.count).map { SQL(unescaped: "\($0 + 2)") }))
      """
    }
    let totals = ["", "previous_"].enumerated().flatMap { period, prefix in
      BaseMetric.allCases.filter(\.isDistinct).map { metric in
        SQL(
          unescaped: """
            count(*) FILTER (WHERE period = \(period)\(metric == .repeatCustomers ? " AND orders > 1" : "")) \
            AS total_\(prefix)\(metric.column)
            """)
      }
    }
    // Without groupings each of them is there once already.
    let everybody: SQL =
      request.groupings.isEmpty
      ? SQL("buyers") : "(SELECT period, customer, sum(orders) AS orders FROM buyers GROUP BY period, customer) buyer"
    return """
      buyers AS (\(SQL.joined(buyers, separator: " UNION ALL "))),
      everybody AS (SELECT \(SQL.list(totals)) FROM \(everybody)),

      """
  }

  private var people: SQL {
    let keys = request.groupings.indices.map { SQL(unescaped: "k\($0)") }
    let values = BaseMetric.allCases.map { metric -> SQL in
      switch metric {
      case .customers: "count(*)"
      case .repeatCustomers: "count(*) FILTER (WHERE orders > 1)"
      default: "0"
      }
    }
    let buyers: SQL = "buyers"
    return "SELECT period, \(SQL.list(keys + values)) FROM \(buyers) GROUP BY \(SQL.list(["period"] + keys))"
  }

  // Of all

  private func bounded(_ aggregate: SQL?, _ metric: BaseMetric) -> SQL {
    let value: SQL = aggregate ?? "0"
    return "\(metric.isMoney ? SQL.bounded(value) : "\(value)::bigint") AS \(unescaped: metric.column)"
  }

  /// - Parameter entity: the column that holds the key of whatever is no time; nil: each grouping's own.
  private func part(
    _ period: Int, time: SQL, entity: SQL? = nil, _ values: [SQL], from table: SQL, where conditions: [SQL]
  ) -> SQL {
    // Grouped by position: a key with a parameter in it (the time zone) is not the same expression twice.
    let positions = request.groupings.indices.map { SQL(unescaped: "\($0 + 2)") }
    return """
      SELECT \(unescaped: "\(period)") AS period, \(SQL.list(keys(period, time: time, entity: entity) + values))
      FROM \(table)
      WHERE \(SQL.joined(conditions, separator: " AND ")) \(SQL.grouped(by: positions))
      """
  }

  private func keys(_ period: Int, time: SQL, entity: SQL? = nil) -> [SQL] {
    let daysLater = period == 0 ? 0 : plan.window.daysBetween
    let local: SQL = "(\(time) AT TIME ZONE \(request.zone.description))"
    return request.groupings.enumerated().map { index, grouping in
      let key: SQL =
        switch grouping.kind {
        case .entity(let column, _), .text(let column): entity ?? SQL(unescaped: column)
        case .hourOfDay: "extract(hour FROM \(local))::bigint"
        case .dayOfWeek: "extract(isodow FROM \(local))::bigint"
        case .day: "\(local)::date + \(unescaped: "\(daysLater)")"
        }
      return "\(key) AS \(unescaped: "k\(index)")"
    }
  }
}

extension Grouping {
  /// The column of `clicks` and `conversions`; a request has no filter of times.
  fileprivate var column: SQL {
    switch kind {
    case .entity(let column, _), .text(let column): SQL(unescaped: column)
    case .hourOfDay, .dayOfWeek, .day: "NULL"
    }
  }
}

extension ReportRequest.Filter {
  fileprivate func sql(over column: SQL) -> SQL {
    let values: SQL =
      switch values {
      case .ids(let ids): "\(column) = ANY(\(ids))"
      case .texts(let texts): "\(column) = ANY(\(texts))"
      case .parts(let parts): "\(column) ILIKE ANY(\(parts.map(\.likePattern)))"
      }
    let fits: SQL = includesMissing ? "(\(values) OR \(column) IS NULL)" : values
    return isNegated ? "(\(fits)) IS NOT TRUE" : fits
  }
}

extension String {
  /// Texts with this in them: what LIKE takes for wildcards is only itself.
  fileprivate var likePattern: String {
    "%\(replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_"))%"
  }
}
