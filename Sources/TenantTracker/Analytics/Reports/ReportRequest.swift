public import Core

/// What a report is asked to show, every part checked.
public struct ReportRequest: Sendable, Hashable {
  /// Which time of a conversion puts it into a day.
  public enum TimeBasis: String, Sendable, CaseIterable {
    /// The click's: a day's conversions are those its clicks led to.
    case click
    /// The conversion's own.
    case conversion
  }

  /// One filter: any of these values.
  public struct Filter: Sendable, Hashable {
    public enum Values: Sendable, Hashable {
      case ids([Int64])
      case texts([String])
    }

    public let grouping: Grouping
    public let values: Values
    /// Rows that have no value, too.
    public let includesMissing: Bool
  }

  /// What rows are ordered by.
  public struct Sort: Sendable, Hashable {
    public enum Key: Sendable, Hashable {
      case metric(Metric)
      case grouping(Grouping)
    }

    public let key: Key
    public let descending: Bool

    public init(_ key: Key, descending: Bool = false) {
      self.key = key
      self.descending = descending
    }
  }

  /// Nil: the last thirty days, today included.
  public var from: LocalDate?
  public var to: LocalDate?
  public var zone: TimeZoneName
  public var basis: TimeBasis
  public var filters: [Filter]
  public var groupings: [Grouping]
  public var metrics: [Metric]
  /// Nil: by time if that is the first grouping, else by clicks.
  public var sort: Sort?
  /// Beside each row the same over as many days before.
  public var comparesPrevious: Bool
  /// Rows at most.
  public var limit: Int

  public static let mostGroupings = 5
  public static let mostRows = 10_000
  public static let standardRows = 1_000
  /// The value of a filter that means "has none".
  public static let missingValue = "(none)"

  public init(
    from: LocalDate? = nil, to: LocalDate? = nil, zone: TimeZoneName = .utc, basis: TimeBasis = .click,
    filters: [Filter] = [], groupings: [Grouping] = [], metrics: [Metric] = Metric.allCases,
    sort: Sort? = nil, comparesPrevious: Bool = false, limit: Int = standardRows
  ) {
    self.from = from
    self.to = to
    self.zone = zone
    self.basis = basis
    self.filters = filters
    self.groupings = groupings
    self.metrics = metrics
    self.sort = sort
    self.comparesPrevious = comparesPrevious
    self.limit = limit
  }
}
