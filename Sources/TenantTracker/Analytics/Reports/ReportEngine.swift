public import Core
public import Database

/// Answers reports: finds the window, makes the plan, runs its statement, reads the answer.
public struct ReportEngine: Sendable {
  /// The rates into a currency that clicks between two instants need.
  public typealias Rates = @Sendable (Range<Timestamp>, Currency, TenantScope) async throws -> ClickRates

  private let clock: any WallClock
  private let rates: Rates

  /// - Parameter rates: without them, costs in other currencies are left out.
  public init(clock: any WallClock, rates: @escaping Rates = { _, _, _ in ClickRates() }) {
    self.clock = clock
    self.rates = rates
  }

  /// - Parameter currency: the tenant's; amounts in others that there is no rate for are left out and counted as
  ///   unconverted.
  /// - Throws: ``Problem`` for a request that cannot be answered, ``DatabaseError``.
  public func answer(
    _ request: ReportRequest, in currency: Currency, of scope: TenantScope
  ) async throws -> ReportAnswer {
    let window = try await ReportWindow.find(
      from: request.from, to: request.to, zone: request.zone, now: clock.now(), in: scope)
    let first = request.comparesPrevious ? window.previousStart : window.start
    let plan = ReportPlan(
      request, window: window, currency: currency, rates: try await rates(first..<window.end, currency, scope))
    return try ReportAnswer(plan, rows: try await scope.query(plan.sql(schema: scope.schema)))
  }
}

extension ReportAnswer {
  fileprivate init(_ plan: ReportPlan, rows: [Database.Row]) throws {
    let request = plan.request
    self.plan = plan
    self.rows = try rows.map { row in
      Row(
        keys: try request.groupings.enumerated().map { try GroupKey($1, at: $0, in: row) },
        values: try BaseValues(row), previous: request.comparesPrevious ? try BaseValues(row, prefix: "previous_") : nil
      )
    }
    totals = try rows.first.map { try BaseValues($0, prefix: "total_") } ?? BaseValues()
    previousTotals =
      request.comparesPrevious
      ? try rows.first.map { try BaseValues($0, prefix: "total_previous_") } ?? BaseValues() : nil
    groupCount = request.groupings.isEmpty ? 0 : try rows.first?.get("group_count") ?? 0
  }
}

extension BaseValues {
  fileprivate init(_ row: Database.Row, prefix: String = "") throws(DatabaseError) {
    self.init()
    for metric in BaseMetric.allCases { self[metric] = try row.get("\(prefix)\(metric.column)") }
  }
}

extension GroupKey {
  fileprivate init(_ grouping: Grouping, at index: Int, in row: Database.Row) throws(DatabaseError) {
    switch grouping.kind {
    case .entity: self = .entity(id: try row.get("k\(index)"), name: try row.get("name\(index)"))
    case .text: self = .text(try row.get("k\(index)"))
    case .hourOfDay: self = .hour(try row.get("k\(index)"))
    case .dayOfWeek: self = .weekday(try row.get("k\(index)"))
    case .day: self = .date(try row.get("k\(index)"))
    }
  }
}
