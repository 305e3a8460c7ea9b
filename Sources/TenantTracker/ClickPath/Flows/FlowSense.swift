/// What the landings and offers that flows name are up to; those not mentioned run.
public struct FlowItemStates: Hashable, Sendable {
  public var pausedLandings: Set<Int64> = []
  public var pausedOffers: Set<Int64> = []
  /// Deleted ones: as if they had never been in the flow.
  public var missingLandings: Set<Int64> = []
  public var missingOffers: Set<Int64> = []

  public init() {}

  /// The flow as the click path has it.
  func present(_ flow: FlowRecord) -> FlowRecord {
    let running = { (items: [WeightedID], missing: Set<Int64>, paused: Set<Int64>) in
      items.filter { !missing.contains($0.id) }.map { paused.contains($0.id) ? WeightedID(id: $0.id, weight: 0) : $0 }
    }
    var present = flow
    present.landings = running(flow.landings, missingLandings, pausedLandings)
    present.offers = running(flow.offers, missingOffers, pausedOffers)
    return present
  }
}

/// A flow as conflicts are looked for.
struct FlowSense {
  let record: FlowRecord
  /// Nil when one of them can't be read: then the flow does not run. A default flow's are not looked at.
  let filters: [FilterSense]?
  /// Why it is skipped even when it matches.
  let obstacle: FlowObstacle?
  /// Whether it would serve if nothing in it were paused.
  let onlyWhatIsPaused: Bool

  init(_ record: FlowRecord, campaignHasOffer: Bool, _ items: FlowItemStates) {
    self.record = record
    let read = record.kind == .default ? [] : record.filters.map { FilterSense($0) }
    filters = read.contains(nil) ? nil : read.compactMap { $0 }
    obstacle = items.present(record).obstacle(campaignHasOffer: campaignHasOffer)
    var unpaused = items
    (unpaused.pausedLandings, unpaused.pausedOffers) = ([], [])
    onlyWhatIsPaused =
      obstacle != nil && unpaused.present(record).obstacle(campaignHasOffer: campaignHasOffer) == nil
  }

  /// Whether every visitor whom `other` wants matches this one's filters.
  func takesAll(of other: FlowSense) -> Bool {
    guard let filters, let wanted = other.filters else { return false }
    return filters.allSatisfy { wanted.imply($0) }
  }
}
