/// What a report's days are set beside.
public enum ReportComparison: String, Sendable, CaseIterable {
  /// As many days right before.
  case previous
  /// The same days, each one day, week or year before.
  case day, week, year

  public var label: String {
    switch self {
    case .previous: "Previous period"
    case .day: "Day before"
    case .week: "Week before"
    case .year: "Year before"
    }
  }
}
