/// Something about a campaign's flows that its owner may not have meant.
public struct FlowConflict: Hashable, Sendable {
  public enum Severity: String, Sendable {
    case error, warning, info
  }

  public enum Code: String, Sendable, CaseIterable {
    case severalDefaults = "several_defaults"
    case unfilteredForced = "unfiltered_forced"
    case emptyFlow = "empty_flow"
    case zeroWeights = "zero_weights"
    case pausedItems = "paused_items"
    case archivedItems = "archived_items"
    case unreachable
    case shadowed
    case noFallback = "no_fallback"
    case identicalFilters = "identical_filters"
    case filteredDefault = "filtered_default"
  }

  public let code: Code
  /// The flows it is about, in the campaign's order; of a shadowed flow, itself and then the one that takes its visitors.
  public let flowIDs: [Int64]
  public let message: String

  public var severity: Severity {
    switch code {
    case .severalDefaults: .error
    case .unfilteredForced, .emptyFlow, .zeroWeights, .pausedItems, .archivedItems, .unreachable, .shadowed,
      .noFallback:
      .warning
    case .identicalFilters, .filteredDefault: .info
    }
  }

  /// All conflicts among a campaign's flows, the worst first. Inactive flows conflict with nothing. What is said of a
  /// flow that gets no visitors is certain; there may be more such flows than are found.
  /// - Parameters:
  ///   - flows: In the campaign's order.
  ///   - campaignHasOffer: Whether the campaign has an offer that is not paused.
  ///   - items: What the landings and offers are up to.
  public static func find(
    in flows: [FlowRecord], campaignHasOffer: Bool, items: FlowItemStates = FlowItemStates()
  ) -> [FlowConflict] {
    let active = flows.filter(\.isActive)
    let senses = active.map { FlowSense($0, campaignHasOffer: campaignHasOffer, items) }
    return severalDefaults(active) + unfilteredForced(active) + senses.compactMap(obstacle)
      + senses.flatMap { archived($0, items) } + senses.compactMap(unreachable) + shadowed(senses)
      + noFallback(senses, campaignHasOffer) + identicalFilters(senses) + filteredDefaults(active)
  }

  private static func severalDefaults(_ flows: [FlowRecord]) -> [FlowConflict] {
    let defaults = flows.filter { $0.kind == .default }
    guard let first = defaults.first, defaults.count > 1 else { return [] }
    return [
      FlowConflict(.severalDefaults, defaults, "There are \(defaults.count) default flows; only “\(first.name)” runs.")
    ]
  }

  private static func unfilteredForced(_ flows: [FlowRecord]) -> [FlowConflict] {
    flows.filter { $0.kind == .forced && $0.filters.isEmpty }.map { flow in
      FlowConflict(
        .unfilteredForced, [flow],
        "“\(flow.name)” is forced and has no filters: it takes every visitor and shadows the other flows.")
    }
  }

  private static func obstacle(_ flow: FlowSense) -> FlowConflict? {
    let (record, name) = (flow.record, flow.record.name)
    if flow.onlyWhatIsPaused {
      return FlowConflict(
        .pausedItems, [record], "All landing pages or all offers of “\(name)” are paused, so it is skipped.")
    }
    switch flow.obstacle {
    case .empty?:
      return FlowConflict(.emptyFlow, [record], "“\(name)” has no landing and no offer, so it is skipped.")
    case .zeroWeights?:
      return FlowConflict(.zeroWeights, [record], "“\(name)” has no weight above zero to draw from, so it is skipped.")
    case nil: return nil
    }
  }

  private static func archived(_ flow: FlowSense, _ items: FlowItemStates) -> [FlowConflict] {
    let (record, name) = (flow.record, flow.record.name)
    var found: [FlowConflict] = []
    if !record.landings.isEmpty, record.landings.allSatisfy({ items.missingLandings.contains($0.id) }) {
      found.append(
        FlowConflict(
          .archivedItems, [record],
          "All landing pages of “\(name)” were deleted: its visitors go straight to the offer."))
    }
    if !record.offers.isEmpty, record.offers.allSatisfy({ items.missingOffers.contains($0.id) }) {
      found.append(
        FlowConflict(
          .archivedItems, [record],
          "All offers of “\(name)” were deleted: its visitors go to the campaign's default offer."))
    }
    return found
  }

  private static func unreachable(_ flow: FlowSense) -> FlowConflict? {
    guard let filters = flow.filters, !filters.canMatchTogether else { return nil }
    return FlowConflict(
      .unreachable, [flow.record], "“\(flow.record.name)” gets no visitors: no one can match all of its filters.")
  }

  /// Forced flows come first in their order, then all the others. A forced flow without filters is told of anyway.
  private static func shadowed(_ flows: [FlowSense]) -> [FlowConflict] {
    let serving = flows.filter { $0.obstacle == nil && $0.filters?.canMatchTogether == true }
    return serving.enumerated().compactMap { index, flow in
      let earlier = flow.record.kind == .forced ? serving[..<index] : serving[...]
      let shadow = earlier.first { other in
        other.record.kind == .forced && !other.record.filters.isEmpty && other.takesAll(of: flow)
      }
      return shadow.map { shadow in
        FlowConflict(
          .shadowed, [flow.record, shadow.record],
          "“\(flow.record.name)” gets no visitors: “\(shadow.record.name)” is forced and takes all of them before.")
      }
    }
  }

  private static func noFallback(_ flows: [FlowSense], _ campaignHasOffer: Bool) -> [FlowConflict] {
    let takesEverybody = { (flow: FlowSense) in
      flow.obstacle == nil && (flow.filters?.allSatisfy { [FilterSense]().imply($0) } ?? false)
    }
    if campaignHasOffer || flows.contains(where: { $0.record.kind == .default || takesEverybody($0) }) { return [] }
    return [
      FlowConflict(
        .noFallback, [], "There is no default flow and no default offer: visitors whom no flow takes get a 404.")
    ]
  }

  private static func identicalFilters(_ flows: [FlowSense]) -> [FlowConflict] {
    var groups: [(meaning: Set<FilterMeaning>, flows: [FlowRecord])] = []
    for flow in flows where flow.record.kind == .regular {
      let meaning = Set(flow.record.filters.map { FilterMeaning($0) })
      if let index = groups.firstIndex(where: { $0.meaning == meaning }) {
        groups[index].flows.append(flow.record)
      } else {
        groups.append((meaning, [flow.record]))
      }
    }
    return groups.filter { $0.flows.count > 1 }.map { group in
      let names = group.flows.map { "“\($0.name)”" }.joined(separator: ", ")
      return FlowConflict(
        .identicalFilters, group.flows, "\(names) have identical filters: they share the same visitors by weight.")
    }
  }

  private static func filteredDefaults(_ flows: [FlowRecord]) -> [FlowConflict] {
    flows.filter { $0.kind == .default && !$0.filters.isEmpty }.map { flow in
      FlowConflict(
        .filteredDefault, [flow], "“\(flow.name)” is the default flow: its filters are not looked at.")
    }
  }

  private init(_ code: Code, _ flows: [FlowRecord], _ message: String) {
    self.code = code
    flowIDs = flows.map(\.id)
    self.message = message
  }
}

/// Equal for filters that do the same, however they are written; one that can't be read equals only itself.
private struct FilterMeaning: Hashable {
  let sense: FilterSense?
  let unreadable: FilterRecord?

  init(_ record: FilterRecord) {
    sense = FilterSense(record)
    unreadable = sense == nil ? record : nil
  }
}
