public import Core
public import Database
import Foundation

/// Answers reports: finds the window, makes the plan, runs its statement, reads the answer.
public struct ReportEngine: Sendable {
  /// Seen by the same executor as what they convert.
  public typealias Rates = RollupFolder.Rates

  private let clock: any WallClock
  private let rates: Rates
  private let usesRollups: Bool
  private let rollups = RollupStore()
  /// Half of the processors are left to visitors.
  private let turns = ReportTurns(limit: ProcessInfo.processInfo.activeProcessorCount / 2)

  /// - Parameters:
  ///   - usesRollups: whether it may; all is counted from clicks otherwise.
  ///   - rates: without them, costs in other currencies are left out.
  public init(
    clock: any WallClock, usesRollups: Bool = true, rates: @escaping Rates = { _, _, _, _ in ClickRates() }
  ) {
    self.clock = clock
    self.usesRollups = usesRollups
    self.rates = rates
  }

  /// - Parameter currency: the tenant's; amounts in others that there is no rate for are left out and counted as
  ///   unconverted. The answer is in it unless the request names another.
  /// - Throws: ``Problem`` for a request that cannot be answered, one that takes too long among them;
  ///   ``DatabaseError``.
  public func answer(
    _ request: ReportRequest, in currency: Currency, of scope: TenantScope
  ) async throws -> ReportAnswer {
    let plan = try await plan(request, in: currency, of: scope)
    return try await Problem.unlessTooLarge(Self.advice) {
      try await turns.run {
        // One view of buckets, marks, rates, clicks and conversions: a fold in between changes nothing.
        try await scope.transaction(.readOnlySnapshot) { connection in
          let plan = try await covered(plan, in: connection, schema: scope.schema)
          return try ReportAnswer(plan, rows: try await connection.query(plan.sql(schema: scope.schema)))
        }
      }
    }
  }

  /// Hands out all rows of a report, some thousand at a time, however many there are: the request's limit and offset
  /// do not count. All are of one moment.
  /// - Returns: what ``answer(_:in:of:)`` says, with no rows.
  public func stream(
    _ request: ReportRequest, in currency: Currency, of scope: TenantScope,
    _ take: ([ReportAnswer.Row]) async throws -> Void
  ) async throws -> ReportAnswer {
    var request = request
    request.limit = Int(Int32.max)
    request.offset = 0
    let plan = try await plan(request, in: currency, of: scope)
    return try await Problem.unlessTooLarge(Self.advice) {
      try await scope.transaction(.readOnlySnapshot) { connection in
        let plan = try await covered(plan, in: connection, schema: scope.schema)
        try await connection.execute("DECLARE report NO SCROLL CURSOR FOR \(plan.sql(schema: scope.schema))")
        var whole: ReportAnswer?
        while true {
          let rows = try await connection.query("FETCH \(unescaped: "\(Self.rowsAtOnce)") FROM report")
          let part = try ReportAnswer(plan, rows: rows)
          if whole == nil { whole = part.withoutRows }
          if !part.rows.isEmpty { try await take(part.rows) }
          if rows.count < Self.rowsAtOnce { break }
        }
        return try whole ?? ReportAnswer(plan, rows: [])
      }
    }
  }

  private static let rowsAtOnce = 2_000

  /// How a report would be answered now, without reading any clicks.
  /// - Throws: as ``answer(_:in:of:)``.
  public func planned(
    _ request: ReportRequest, in currency: Currency, of scope: TenantScope
  ) async throws -> ReportPlan {
    let plan = try await plan(request, in: currency, of: scope)
    return try await scope.transaction(.readOnlySnapshot) { connection in
      try await covered(plan, in: connection, schema: scope.schema)
    }
  }

  /// How a report will be answered if there are neither rollups nor rates.
  private func plan(
    _ request: ReportRequest, in currency: Currency, of scope: TenantScope
  ) async throws -> ReportPlan {
    let now = clock.now()
    let window = try await ReportWindow.find(
      from: request.from, to: request.to, zone: request.zone, now: now, comparison: request.comparison ?? .previous,
      cutsComparison: request.cutsComparison, in: scope)
    let target = request.currency ?? currency
    return ReportPlan(
      request, window: window, currency: target, homeCurrency: target == currency ? nil : currency)
  }

  private func covered(
    _ plan: ReportPlan, in connection: Connection, schema: SchemaName
  ) async throws -> ReportPlan {
    var plan = plan
    if usesRollups, let dimension = RollupDimension(for: plan.request) {
      var covers: [RollupCover] = []
      for range in plan.ranges {
        covers.append(
          try await rollups.cover(
            range, for: plan.request, by: dimension, in: plan.currency, of: connection, schema: schema))
      }
      let watermark = try await rollups.closedUntil(in: connection, schema: schema)
      plan = plan.covered(by: covers, of: dimension, until: watermark)
    }
    guard let time = plan.convertedTime(now: clock.now()) else { return plan }
    return plan.converted(with: try await rates(time, plan.currency, connection, schema))
  }

  private static let advice =
    "Choose fewer days, or a single grouping with no filter but on itself: those are counted from rollups."
}

extension ReportAnswer {
  fileprivate init(_ plan: ReportPlan, rows: [Database.Row]) throws {
    let request = plan.request
    self.plan = plan
    // Without a group the totals stand alone.
    self.rows = try rows.filter { try $0.get("place", as: Int64?.self) != nil }.map { row in
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

  /// The totals alone.
  fileprivate var withoutRows: ReportAnswer {
    ReportAnswer(plan: plan, rows: [], totals: totals, previousTotals: previousTotals, groupCount: groupCount)
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
