import Database

/// How long a bucket of rollups is: an hour or a day of the tenant's time zone.
public enum RollupSpan: String, Sendable, CaseIterable {
  case hour, day

  /// Of its rows.
  var table: SQL { self == .hour ? "rollup_hours" : "rollup_days" }

  /// Different keys of one grouping that a bucket may have. Where there are more the bucket is wide for the grouping: it
  /// has no rows of it, and reports by it read that time's clicks instead.
  public var mostKeys: Int { self == .hour ? 5_000 : 20_000 }
}
