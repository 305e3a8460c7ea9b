/// What becomes of a conversion that its network has approved.
public enum Approval: String, Sendable, Hashable, CaseIterable {
  /// It counts at once.
  case auto
  /// It waits until somebody here approves it, too.
  case manual
}

/// For an offer, a network or all, and for one type of conversion or all.
public struct ApprovalRule: Sendable, Hashable {
  public var offerID: Int64?
  public var networkID: Int64?
  public var type: ConversionType?
  public var approval: Approval

  public init(offerID: Int64? = nil, networkID: Int64? = nil, type: ConversionType? = nil, approval: Approval) {
    self.offerID = offerID
    self.networkID = networkID
    self.type = type
    self.approval = approval
  }

  /// The offer's own before its network's before everybody's; among these, the type's own before every type's.
  fileprivate var precedence: Int { (offerID != nil ? 4 : networkID != nil ? 2 : 0) + (type != nil ? 1 : 0) }
}

/// The rules that hold for one offer and its network.
public struct ApprovalRules: Sendable, Hashable {
  public let rules: [ApprovalRule]

  /// - Parameter rules: those of the offer, of its network and of all; at most one for the same place and type.
  public init(_ rules: [ApprovalRule] = []) { self.rules = rules }

  /// By the most specific rule; without one, `auto`.
  public func approval(of type: ConversionType) -> Approval {
    rules.filter { $0.type == nil || $0.type == type }.max { $0.precedence < $1.precedence }?.approval ?? .auto
  }
}
