public import Core

/// What one hit claims of one conversion, its words already mapped.
public struct ConversionClaim: Sendable, Hashable {
  /// The hit's own id; a conversion that it creates gets it.
  public var id: ConversionID
  public var type: ConversionType
  public var status: ConversionStatus
  public var transactionID: String?
  /// Nil when the hit names none: a new conversion then has the offer's, a known one keeps its own.
  public var payout: Money?
  public var at: Timestamp

  public init(
    id: ConversionID, type: ConversionType, status: ConversionStatus, transactionID: String? = nil,
    payout: Money? = nil, at: Timestamp
  ) {
    self.id = id
    self.type = type
    self.status = status
    self.transactionID = transactionID
    self.payout = payout
    self.at = at
  }
}

/// A conversion of the same click that is already recorded.
public struct KnownConversion: Sendable, Hashable {
  public var id: ConversionID
  public var type: ConversionType
  public var status: ConversionStatus
  public var transactionID: String?
  /// 0, or the number of a repetition that is a conversion of its own.
  public var sequence: Int
  public var payout: Money
  public var createdAt: Timestamp

  public init(
    id: ConversionID, type: ConversionType, status: ConversionStatus, transactionID: String?, sequence: Int,
    payout: Money, createdAt: Timestamp
  ) {
    self.id = id
    self.type = type
    self.status = status
    self.transactionID = transactionID
    self.sequence = sequence
    self.payout = payout
    self.createdAt = createdAt
  }
}

/// What became of a hit's status word.
public enum HistoryOutcome: String, Sendable, Hashable {
  case applied
  /// Not a legal move; the status stayed.
  case refused
  /// It had that status already.
  case unchanged
}

/// What is to be written for a claim.
public enum ConversionStep: Sendable, Hashable {
  /// A row of its own. With the click, type and transaction id, `sequence` is its key.
  case create(sequence: Int, parentID: ConversionID?)
  case change(ConversionChange)
  /// This very hit has been recorded before.
  case replayed(ConversionID)
}

public struct ConversionChange: Sendable, Hashable {
  public let conversion: KnownConversion
  public let outcome: HistoryOutcome
  /// After the change.
  public let status: ConversionStatus
  public let payout: Money
}

/// The rules by which hits become conversions. Pure: the caller reads what is known under a lock and writes the answer.
public enum ConversionRules {
  /// A rebill without a transaction id that comes later than this after the last one is the next.
  public static let rebillInterval: Duration = .hours(1)

  /// - Parameter known: every conversion of the click.
  public static func step(for claim: ConversionClaim, among known: [KnownConversion]) -> ConversionStep {
    if let same = known.first(where: { $0.id == claim.id }) { return .replayed(same.id) }
    let alike = known.filter { $0.type == claim.type && $0.transactionID == claim.transactionID }
    guard let last = alike.max(by: { $0.sequence < $1.sequence }) else {
      return .create(sequence: 0, parentID: parent(of: claim, among: known))
    }
    if isNextRebill(claim, after: last) {
      return .create(sequence: last.sequence + 1, parentID: parent(of: claim, among: known))
    }
    return .change(change(last, by: claim))
  }

  /// A refusal without a transaction id means the last rebill, however long ago that was.
  private static func isNextRebill(_ claim: ConversionClaim, after last: KnownConversion) -> Bool {
    claim.type == .rebill && claim.transactionID == nil && !claim.status.isRefusal
      && claim.at - last.createdAt > rebillInterval
  }

  /// The click's first sale, for what follows one.
  private static func parent(of claim: ConversionClaim, among known: [KnownConversion]) -> ConversionID? {
    guard claim.type.isFollowUp else { return nil }
    return known.filter { $0.type == .sale }.min { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }?.id
  }

  /// What a claim changes of the conversion that it is about.
  public static func change(_ conversion: KnownConversion, by claim: ConversionClaim) -> ConversionChange {
    let outcome: HistoryOutcome =
      if claim.status == conversion.status {
        .unchanged
      } else if conversion.status.successors.contains(claim.status) {
        .applied
      } else {
        .refused
      }
    // A hit whose status is refused is out of date altogether, and so is its payout.
    return ConversionChange(
      conversion: conversion, outcome: outcome, status: outcome == .applied ? claim.status : conversion.status,
      payout: outcome == .refused ? conversion.payout : claim.payout ?? conversion.payout)
  }
}
