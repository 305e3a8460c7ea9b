/// Where a conversion stands.
public enum ConversionStatus: String, Sendable, Hashable, CaseIterable {
  /// Announced, not yet approved.
  case lead
  /// Approved: the only status whose payout is revenue.
  case sale
  /// Undecided, or a word nobody has mapped yet. Counts nowhere but in its own column.
  case hold
  /// Declined, refunded, charged back.
  case rejected
  /// Never was a conversion: spam, a test, a duplicate.
  case trash

  /// The statuses a conversion may move on to. Every other move is recorded in the history as refused.
  public var successors: Set<ConversionStatus> {
    switch self {
    case .lead, .hold: [.sale, .rejected]
    case .sale: [.rejected]
    case .rejected, .trash: []
    }
  }

  /// Whether it says that there is nothing to pay.
  public var isRefusal: Bool { self == .rejected || self == .trash }
}
