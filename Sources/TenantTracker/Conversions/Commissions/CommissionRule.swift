/// For which conversions something holds. What is nil does not matter.
public struct CommissionScope: Sendable, Hashable {
  public var publisherID: Int64?
  public var offerID: Int64?
  public var networkID: Int64?
  public var goal: String?
  public var type: ConversionType?

  public init(
    publisherID: Int64? = nil, offerID: Int64? = nil, networkID: Int64? = nil, goal: String? = nil,
    type: ConversionType? = nil
  ) {
    self.publisherID = publisherID
    self.offerID = offerID
    self.networkID = networkID
    self.goal = goal
    self.type = type
  }

  /// A conversion as rules see it.
  public struct Event: Sendable, Hashable {
    public var publisherID: Int64
    public var offerID: Int64?
    public var networkID: Int64?
    public var goal: String?
    public var type: ConversionType

    public init(publisherID: Int64, offerID: Int64?, networkID: Int64?, goal: String?, type: ConversionType) {
      self.publisherID = publisherID
      self.offerID = offerID
      self.networkID = networkID
      self.goal = goal
      self.type = type
    }
  }

  public func covers(_ event: Event) -> Bool {
    (publisherID == nil || publisherID == event.publisherID) && (offerID == nil || offerID == event.offerID)
      && (networkID == nil || networkID == event.networkID) && (goal == nil || goal == event.goal)
      && (type == nil || type == event.type)
  }

  /// Of two scopes that cover the same event the one with the greater rank is more specific: what names the publisher goes
  /// before all that does not, then what names the offer, the network, the goal, the type.
  public var rank: Int {
    let named = [publisherID != nil, offerID != nil, networkID != nil, goal != nil, type != nil]
    return named.reduce(0) { $0 * 2 + ($1 ? 1 : 0) }
  }

  /// Whether it is about one kind of event.
  public var namesEvent: Bool { goal != nil || type != nil }
}

public struct CommissionRule: Sendable, Hashable {
  public let id: Int64
  public let name: String
  public let scope: CommissionScope
  public let terms: CommissionTerms

  public init(id: Int64, name: String, scope: CommissionScope, terms: CommissionTerms) {
    self.id = id
    self.name = name
    self.scope = scope
    self.terms = terms
  }

  /// Whether its amount is paid for a conversion. A rule that names no event pays it for those that count as conversions:
  /// an upsell or a rebill then earns the share alone.
  public func paysAmount(ofCounted isCounted: Bool) -> Bool { scope.namesEvent || isCounted }

  /// Whether such a conversion earns anything at all.
  public func pays(counted isCounted: Bool) -> Bool { terms.paysShare || paysAmount(ofCounted: isCounted) }
}

extension Sequence<CommissionRule> {
  /// The most specific rule that covers the event; of equals the oldest.
  public func rule(for event: CommissionScope.Event) -> CommissionRule? {
    filter { $0.scope.covers(event) }.max { ($0.scope.rank, -$0.id) < ($1.scope.rank, -$1.id) }
  }
}
