/// What an offer does with a hit that says again what is known: the same click, type and transaction. A hit that moves a
/// status on is no repetition; it does so in every mode.
public enum DuplicateMode: String, Sendable, Hashable, CaseIterable {
  /// The conversion stays as it is.
  case ignore
  /// The payout becomes that of the hit, if it names one.
  case update
  /// The hit's payout is added to an approved conversion. An amount in another currency is a conversion of its own.
  case add
  /// Each hit stands for a conversion of its own.
  case new
}
