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
  /// Of the sale that it follows; nil: the click's first.
  public var parentTransactionID: String?

  public init(
    id: ConversionID, type: ConversionType, status: ConversionStatus, transactionID: String? = nil,
    payout: Money? = nil, at: Timestamp, parentTransactionID: String? = nil
  ) {
    self.id = id
    self.type = type
    self.status = status
    self.transactionID = transactionID
    self.payout = payout
    self.at = at
    self.parentTransactionID = parentTransactionID
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
  /// Its network has approved it, and it waits for somebody's approval here: to the network it is a sale.
  public var isHeld: Bool

  public init(
    id: ConversionID, type: ConversionType, status: ConversionStatus, transactionID: String?, sequence: Int,
    payout: Money, createdAt: Timestamp, isHeld: Bool = false
  ) {
    self.id = id
    self.type = type
    self.status = status
    self.transactionID = transactionID
    self.sequence = sequence
    self.payout = payout
    self.createdAt = createdAt
    self.isHeld = isHeld
  }

  /// Approved by its network.
  fileprivate var isSold: Bool { status == .sale || isHeld }
}

/// What became of a hit's status word.
public enum HistoryOutcome: String, Sendable, Hashable {
  case applied
  /// Not a legal move; the status stayed.
  case refused
  /// It had that status already.
  case unchanged
  /// Approved by its network; it waits for somebody's approval here.
  case held
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

  /// - Parameters:
  ///   - known: of the click's conversions, at least those with the claim's id and those with its key, and for what
  ///     follows a sale its sales.
  ///   - mode: the offer's.
  public static func step(
    for claim: ConversionClaim, among known: [KnownConversion], duplicates mode: DuplicateMode = .update
  ) -> ConversionStep {
    if let same = known.first(where: { $0.id == claim.id }) { return .replayed(same.id) }
    let alike = known.filter { $0.type == claim.type && $0.transactionID == claim.transactionID }
      .sorted { $0.sequence < $1.sequence }
    guard let last = alike.last else {
      return .create(sequence: 0, parentID: parent(of: claim, among: known))
    }
    guard !isNextRebill(claim, after: last), let subject = subject(of: claim, among: alike, last: last, mode) else {
      return .create(sequence: last.sequence + 1, parentID: parent(of: claim, among: known))
    }
    return .change(change(subject, by: claim, duplicates: mode))
  }

  /// Which of those with the same key the claim is about; nil when it is about a new one.
  /// - Parameter alike: in their order.
  private static func subject(
    of claim: ConversionClaim, among alike: [KnownConversion], last: KnownConversion, _ mode: DuplicateMode
  ) -> KnownConversion? {
    switch mode {
    case .ignore, .update: return last
    case .add:
      guard claim.status == .sale, last.isSold, let payout = claim.payout, payout.amount > .zero else {
        return last
      }
      return alike.last { $0.isSold && $0.payout.currency == payout.currency }
    case .new:
      let movable = alike.last {
        $0.status.successors.contains(claim.status) && !($0.isHeld && claim.status == .sale)
      }
      if let movable { return movable }
      return claim.status.isRefusal ? last : nil
    }
  }

  /// A refusal without a transaction id means the last rebill, however long ago that was.
  private static func isNextRebill(_ claim: ConversionClaim, after last: KnownConversion) -> Bool {
    claim.type == .rebill && claim.transactionID == nil && !claim.status.isRefusal
      && claim.at - last.createdAt > rebillInterval
  }

  /// The sale that a claim names, else the click's first, for what follows one.
  private static func parent(of claim: ConversionClaim, among known: [KnownConversion]) -> ConversionID? {
    guard claim.type.isFollowUp else { return nil }
    let sales = known.filter { $0.type == .sale }
    let named = sales.filter { $0.transactionID == claim.parentTransactionID && claim.parentTransactionID != nil }
    return (named.isEmpty ? sales : named).min { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }?.id
  }

  /// What a claim changes of the conversion that it is about.
  public static func change(
    _ conversion: KnownConversion, by claim: ConversionClaim, duplicates mode: DuplicateMode = .update
  ) -> ConversionChange {
    let outcome: HistoryOutcome =
      if claim.status == conversion.status {
        .unchanged
      } else if conversion.status.successors.contains(claim.status) {
        .applied
      } else {
        .refused
      }
    return ConversionChange(
      conversion: conversion, outcome: outcome, status: outcome == .applied ? claim.status : conversion.status,
      payout: payout(of: conversion, after: claim, outcome, mode))
  }

  private static func payout(
    of conversion: KnownConversion, after claim: ConversionClaim, _ outcome: HistoryOutcome, _ mode: DuplicateMode
  ) -> Money {
    // A hit whose status is refused is out of date altogether, and so is its payout.
    guard outcome != .refused, let named = claim.payout else { return conversion.payout }
    guard outcome == .unchanged || conversion.isHeld && claim.status == .sale else { return named }
    switch mode {
    case .ignore: return conversion.payout
    case .update, .new: return named
    case .add: return conversion.isSold ? conversion.payout.adding(named) : named
    }
  }
}

extension Money {
  /// The sum of two amounts in one currency, as far as an amount can go.
  fileprivate func adding(_ other: Money) -> Money {
    guard other.currency == currency else { return self }
    let (sum, isTooMuch) = amount.rawValue.addingReportingOverflow(other.amount.rawValue)
    return Money(isTooMuch ? amount : Micros(rawValue: sum), currency)
  }
}
