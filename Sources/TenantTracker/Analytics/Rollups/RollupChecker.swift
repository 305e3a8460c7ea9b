public import Core
public import Database

/// Counts the clicks of buckets once more and compares.
public struct RollupChecker: Sendable {
  /// A key of a bucket whose numbers are not those of its clicks.
  public struct Difference: Sendable, Hashable {
    public let bucket: RollupBucket
    /// Nil: all clicks.
    public let grouping: Grouping?
    public let key: String?
    /// What the rollup has, and what the clicks say: clicks, unique, blocked, cost in micros, unconverted.
    public let stored: [Int64]?
    public let counted: [Int64]?
  }

  public struct Finding: Sendable {
    /// Buckets that were compared.
    public var checked = 0
    /// Those with a mark: they are folded again soon, and nobody reads them until then.
    public var waiting = 0
    /// Those whose clicks are gone.
    public var withoutClicks = 0
    /// At most ``RollupChecker/mostDifferences``.
    public var differences: [Difference] = []
  }

  public static let mostDifferences = 1_000

  private static let patience = Duration.minutes(15)

  private let rates: RollupFolder.Rates

  public init(rates: @escaping RollupFolder.Rates = { _, _, _, _ in ClickRates() }) { self.rates = rates }

  /// - Parameter range: buckets that touch it are checked.
  public func check(
    _ range: Range<Timestamp>, in currency: Currency, of scope: TenantScope
  ) async throws -> Finding {
    let rows = try await scope.query(
      """
      SELECT span, since, until FROM \(scope.schema).rollup_buckets
      WHERE since < \(range.upperBound) AND until > \(range.lowerBound) AND currency = \(currency) ORDER BY since, span
      """)
    var finding = Finding()
    for row in rows {
      try Task.checkCancellation()
      try await check(try RollupBucket(row), currency, scope, &finding)
      if finding.differences.count >= Self.mostDifferences { break }
    }
    return finding
  }

  private func check(
    _ bucket: RollupBucket, _ currency: Currency, _ scope: TenantScope, _ finding: inout Finding
  ) async throws {
    let schema = scope.schema
    let part = try await scope.transaction(.readOnlySnapshot) { connection in
      var part = Finding()
      guard let state = try await connection.query(Self.state(of: bucket, schema)).first else { return part }
      if try state.get("is_waiting") {
        part.waiting = 1
      } else if try state.get("has_lost") {
        part.withoutClicks = 1
      } else {
        part.checked = 1
        let rates = try await rates(bucket.range, currency, connection, schema)
        let fold = RollupFold(schema: schema, currency: currency, rates: rates)
        part.differences = try Self.differences(
          of: bucket, try await connection.query(Self.comparison(of: bucket, fold), timeout: Self.patience))
      }
      return part
    }
    finding.checked += part.checked
    finding.waiting += part.waiting
    finding.withoutClicks += part.withoutClicks
    finding.differences += part.differences
  }

  private static func state(of bucket: RollupBucket, _ schema: SchemaName) -> SQL {
    """
    SELECT EXISTS (
        SELECT 1 FROM \(schema).rollup_marks m
        WHERE m.since < b.until AND m.until > b.since AND (m.cause <> 'rates' OR b.converts)
      ) AS is_waiting,
      final OR (SELECT count(*) FROM \(schema).clicks WHERE ts >= b.since AND ts < b.until) < b.hits AS has_lost
    FROM \(schema).rollup_buckets b WHERE b.span = \(bucket.span.rawValue) AND b.since = \(bucket.since)
    """
  }

  private static let columns: SQL = "dimension, id, value, \(RollupFold.values)"

  /// Rows that only one of both has; a grouping that is wide in the bucket has none in either.
  private static func comparison(of bucket: RollupBucket, _ fold: RollupFold) -> SQL {
    """
    WITH counted AS (
      SELECT \(columns) FROM (\(fold.rows(bucket.range))) f
      WHERE hits > 0 AND NOT dimension = ANY (
        SELECT unnest(b.wide) FROM \(fold.schema).rollup_buckets b
        WHERE b.span = \(bucket.span.rawValue) AND b.since = \(bucket.since))
    ),
    stored AS (
      SELECT \(columns) FROM \(fold.schema).\(bucket.span.table)
      WHERE dimension = ANY (\(RollupDimension.numbers)::smallint[]) AND since = \(bucket.since)
    )
    SELECT true AS is_stored, \(columns) FROM (
      SELECT \(columns) FROM stored EXCEPT ALL SELECT \(columns) FROM counted
    ) only_stored
    UNION ALL
    SELECT false AS is_stored, \(columns) FROM (
      SELECT \(columns) FROM counted EXCEPT ALL SELECT \(columns) FROM stored
    ) only_counted
    LIMIT \(mostDifferences)
    """
  }

  private static func differences(of bucket: RollupBucket, _ rows: [Row]) throws -> [Difference] {
    struct Place: Hashable {
      let dimension: Int32
      let key: String?
    }
    var sides: [Place: (stored: [Int64]?, counted: [Int64]?)] = [:]
    var order: [Place] = []
    for row in rows {
      let id: Int64? = try row.get("id")
      let place = Place(dimension: try row.get("dimension"), key: try id.map { "\($0)" } ?? row.get("value"))
      if sides[place] == nil { order.append(place) }
      let values: [Int64] = [
        Int64(try row.get("clicks", as: Int32.self)), Int64(try row.get("uniques", as: Int32.self)),
        Int64(try row.get("blocked", as: Int32.self)), try row.get("cost_micros"),
        Int64(try row.get("unconverted", as: Int32.self)),
      ]
      if try row.get("is_stored") {
        sides[place, default: (nil, nil)].stored = values
      } else {
        sides[place, default: (nil, nil)].counted = values
      }
    }
    return order.map { place in
      Difference(
        bucket: bucket, grouping: RollupDimension.all.first { $0.number == Int(place.dimension) }?.grouping,
        key: place.key, stored: sides[place]?.stored, counted: sides[place]?.counted)
    }
  }
}
