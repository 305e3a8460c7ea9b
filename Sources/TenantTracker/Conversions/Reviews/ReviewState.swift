/// Where a conversion stands that waits, or waited, for somebody's approval.
public enum ReviewState: String, Sendable, Hashable, CaseIterable {
  case pending, approved, rejected
}

/// How approved conversions come to wait, and how that ends. Pure, as ``ConversionRules`` are.
public enum ReviewRules {
  /// A new conversion's status and review.
  public static func first(
    _ status: ConversionStatus, _ approval: Approval
  ) -> (status: ConversionStatus, review: ReviewState?) {
    status == .sale && approval == .manual ? (.hold, .pending) : (status, nil)
  }

  /// Holds back a report that would approve a conversion; any other change ends what it decides, whoever made it: the
  /// network that withdraws a conversion rejects it.
  /// - Parameter approval: `auto` for somebody's own decision.
  public static func settle(
    _ change: ConversionChange, current: ReviewState?, _ approval: Approval
  ) -> (change: ConversionChange, review: ReviewState?) {
    if approval == .manual, change.outcome == .applied, change.status == .sale {
      let held = ConversionChange(
        conversion: change.conversion, outcome: .held, status: change.conversion.status, payout: change.payout)
      return (held, .pending)
    }
    guard current == .pending, change.outcome == .applied else { return (change, current) }
    if change.status == .sale { return (change, .approved) }
    return (change, change.status.isRefusal ? .rejected : current)
  }
}
