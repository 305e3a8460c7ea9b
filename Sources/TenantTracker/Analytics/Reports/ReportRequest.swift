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

  /// One filter: any of these values, or none of them.
  public struct Filter: Sendable, Hashable {
    public enum Values: Sendable, Hashable {
      case ids([Int64])
      case texts([String])
      /// Texts that have one of these in them, in any case.
      case parts([String])
    }

    public let grouping: Grouping
    public let values: Values
    /// Rows that have no value, too.
    public let includesMissing: Bool
    /// Only rows that it does not fit.
    public let isNegated: Bool

    public init(grouping: Grouping, values: Values, includesMissing: Bool = false, isNegated: Bool = false) {
      self.grouping = grouping
      self.values = values
      self.includesMissing = includesMissing
      self.isNegated = isNegated
    }
  }

  /// Only groups whose metric is within a bound. Totals stay those of all groups.
  public struct Bound: Sendable, Hashable {
    public enum Side: String, Sendable { case min, max }

    public let metric: Metric
    public let side: Side
    /// In the metric's unit: percent for percentages, the report's currency for money. It is included.
    public let value: Micros

    public init(_ metric: Metric, _ side: Side, _ value: Micros) {
      self.metric = metric
      self.side = side
      self.value = value
    }
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
  /// What each row is set beside; nil: nothing.
  public var comparison: ReportComparison?
  /// While some of the days are to come: what they are compared with ends at this time of the day, too.
  public var cutsComparison = false
  /// Rows at most.
  public var limit: Int
  /// Rows that are left out before the first.
  public var offset = 0
  public var bounds: [Bound] = []
  /// All money is in it; nil: the tenant's.
  public var currency: Currency?

  /// Whether there is something beside each row; by itself, as many days before.
  public var comparesPrevious: Bool {
    get { comparison != nil }
    set { comparison = newValue ? comparison ?? .previous : nil }
  }

  /// Whether people have to be counted for it; else customers and what comes of them are no numbers of its answer.
  public var countsPeople: Bool {
    if metrics.contains(where: \.countsPeople) || bounds.contains(where: \.metric.countsPeople) { return true }
    guard case .metric(let metric)? = sort?.key else { return false }
    return metric.countsPeople
  }

  public static let mostGroupings = 5
  public static let mostRows = 10_000
  public static let mostBounds = 10
  public static let standardRows = 1_000
  /// The value of a filter that means "has none".
  public static let missingValue = "(none)"

  public init(
    from: LocalDate? = nil, to: LocalDate? = nil, zone: TimeZoneName = .utc, basis: TimeBasis = .click,
    filters: [Filter] = [], groupings: [Grouping] = [], metrics: [Metric] = Metric.standard,
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
    comparison = comparesPrevious ? .previous : nil
    self.limit = limit
  }
}
