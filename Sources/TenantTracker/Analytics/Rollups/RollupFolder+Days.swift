public import Core
public import Database

extension RollupFolder {
  /// How long after its end an hour may be folded: what comes later than that leaves a mark.
  public static let patience = Duration.minutes(5)
  /// Days before the last closing that are looked at again: today, the day before, and one for the zones.
  private static let recentDays: Int64 = 3

  /// Brings a tenant's rollups up to date: closes hours that are over, folds what is missing, newest days first, and
  /// what has marks.
  /// - Parameters:
  ///   - everything: looks at all days since the first click, not only at the last ones.
  ///   - isCancelled: between two steps.
  public func keep(
    zone: TimeZoneName, currency: Currency, everything: Bool, of scope: TenantScope,
    isCancelled: () -> Bool = { Task.isCancelled }
  ) async throws {
    guard let first = try await store.firstClick(of: scope) else { return }
    let before = try await store.state(of: scope)
    let closing = (clock.now() - Self.patience).hour
    let isArranged = try await store.arrange(zone: zone, currency: currency, firstClick: first, of: scope)
    try await store.close(until: closing, of: scope)
    var renewed: [Range<Timestamp>] = []
    while !isCancelled(), let range = try await renew(in: currency, of: scope) { renewed.append(range) }
    let start = try await renewed.isEmpty ? first : store.firstClick(of: scope) ?? first
    // Before the first closing clicks leave no marks.
    if everything || isArranged || before.closedUntil <= first {
      return try await build(from: start, to: closing, zone, currency, scope, isCancelled)
    }
    if before.closedUntil < closing {
      let recent = max(start, before.closedUntil - .days(Self.recentDays))
      try await build(from: recent, to: closing, zone, currency, scope, isCancelled)
    }
    // Late clicks may be of days that had none, and so no buckets to renew.
    for range in renewed where range.upperBound > start && range.lowerBound < closing {
      try await build(
        from: max(start, range.lowerBound), to: min(range.upperBound, closing), zone, currency, scope, isCancelled)
    }
  }

  /// What is missing of the local days that some time touches, the newest first.
  private func build(
    from first: Timestamp, to last: Timestamp, _ zone: TimeZoneName, _ currency: Currency, _ scope: TenantScope,
    _ isCancelled: () -> Bool
  ) async throws {
    for day in try await days(from: first, to: last, zone, scope).reversed() {
      if isCancelled() { return }
      try await build(day, in: currency, of: scope)
    }
  }

  /// The local days that some time touches, in order.
  public func days(
    from first: Timestamp, to last: Timestamp, _ zone: TimeZoneName, _ scope: TenantScope
  ) async throws -> [Range<Timestamp>] {
    guard first <= last else { return [] }
    let row = try await scope.one(
      """
      SELECT (\(first)::timestamptz AT TIME ZONE \(zone.description))::date AS first,
        (\(last)::timestamptz AT TIME ZONE \(zone.description))::date AS last
      """)
    let (from, to): (LocalDate, LocalDate) = (try row.get("first"), try row.get("last"))
    let dates = (0...max(0, to.daysSinceEpoch - from.daysSinceEpoch) + 1).map { from.adding(days: $0) }
    let edges = try await ReportWindow.firstInstants(of: dates, zone: zone, in: scope)
    // A day that an island skipped is empty.
    return zip(edges, edges.dropFirst()).filter { $0 < $1 }.map { $0..<$1 }
  }
}
