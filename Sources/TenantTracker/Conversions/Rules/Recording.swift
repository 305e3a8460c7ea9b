public import Core

/// What became of a report of a conversion.
public enum Recording: Sendable, Hashable {
  /// A new conversion.
  case created(ConversionID)
  /// A known conversion got another status or payout.
  case updated(ConversionID)
  /// All of it was known already.
  case repeated(ConversionID)
  /// The conversion cannot move to that status; the attempt is in its history.
  case moveRefused(ConversionID)

  public var conversionID: ConversionID {
    switch self {
    case .created(let id), .updated(let id), .repeated(let id), .moveRefused(let id): id
    }
  }
}
