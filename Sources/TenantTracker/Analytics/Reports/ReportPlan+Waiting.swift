import Core

extension ReportPlan {
  /// How much time is counted click by click, in all days asked for and compared with: what one waits for.
  public var rawTime: Duration {
    covers.flatMap { $0.ranges(.raw) }.reduce(.zero) { $0 + ($1.upperBound - $1.lowerBound) }
  }
}
