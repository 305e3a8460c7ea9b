/// Something about a campaign's flows that its owner may not have meant.
public struct FlowConflict: Hashable, Sendable {
  public enum Severity: String, Sendable {
    case error, warning, info
  }

  public enum Code: String, Sendable, CaseIterable {
    case severalDefaults = "several_defaults"
    case unfilteredForced = "unfiltered_forced"
    case identicalFilters = "identical_filters"
    case emptyFlow = "empty_flow"
    case zeroWeights = "zero_weights"
    case filteredDefault = "filtered_default"
  }

  public let code: Code
  /// The flows it is about, in the campaign's order.
  public let flowIDs: [Int64]
  public let message: String

  public var severity: Severity {
    switch code {
    case .severalDefaults: .error
    case .unfilteredForced, .emptyFlow, .zeroWeights: .warning
    case .identicalFilters, .filteredDefault: .info
    }
  }

  /// All conflicts among a campaign's flows, the worst first. Inactive flows conflict with nothing.
  /// - Parameter flows: In the campaign's order.
  public static func find(in flows: [FlowRecord], campaignHasOffer: Bool) -> [FlowConflict] {
    let active = flows.filter(\.isActive)
    return severalDefaults(active) + unfilteredForced(active)
      + obstacles(active, campaignHasOffer: campaignHasOffer) + identicalFilters(active) + filteredDefaults(active)
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

  private static func obstacles(_ flows: [FlowRecord], campaignHasOffer: Bool) -> [FlowConflict] {
    flows.compactMap { flow in
      switch flow.obstacle(campaignHasOffer: campaignHasOffer) {
      case .empty?:
        FlowConflict(.emptyFlow, [flow], "“\(flow.name)” has no landing and no offer, so it is skipped.")
      case .zeroWeights?:
        FlowConflict(.zeroWeights, [flow], "“\(flow.name)” has no weight above zero to draw from, so it is skipped.")
      case nil: nil
      }
    }
  }

  private static func identicalFilters(_ flows: [FlowRecord]) -> [FlowConflict] {
    let regular = flows.filter { $0.kind == .regular }
    var groups: [(meaning: Set<FilterMeaning>, flows: [FlowRecord])] = []
    for flow in regular {
      let meaning = Set(flow.filters.map { FilterMeaning($0) })
      if let index = groups.firstIndex(where: { $0.meaning == meaning }) {
        groups[index].flows.append(flow)
      } else {
        groups.append((meaning, [flow]))
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
  let filter: FlowFilter?
  let zone: String?
  let unreadable: FilterRecord?

  init(_ record: FilterRecord) {
    filter = try? FlowFilter(record) { _ in .utc }
    zone = filter?.field == .hour || filter?.field == .weekday ? record.zone : nil
    unreadable = filter == nil ? record : nil
  }
}
