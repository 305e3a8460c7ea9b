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
    var conflicts: [FlowConflict] = []
    let defaults = active.filter { $0.kind == .default }
    if let first = defaults.first, defaults.count > 1 {
      conflicts.append(.severalDefaults, defaults, "There are \(defaults.count) default flows; only “\(first.name)” runs.")
    }
    for flow in active where flow.kind == .forced && flow.filters.isEmpty {
      conflicts.append(.unfilteredForced, [flow], "“\(flow.name)” is forced and has no filters: it shadows every other flow.")
    }
    for flow in active {
      switch flow.obstacle(campaignHasOffer: campaignHasOffer) {
      case .empty?:
        conflicts.append(.emptyFlow, [flow], "“\(flow.name)” has no landing and no offer, so it is skipped.")
      case .zeroWeights?:
        conflicts.append(.zeroWeights, [flow], "“\(flow.name)” has only weights of zero, so it is skipped.")
      case nil: break
      }
    }
    for flow in defaults where !flow.filters.isEmpty {
      conflicts.append(.filteredDefault, [flow], "“\(flow.name)” is the default flow: its filters are not looked at.")
    }
    let regular = active.filter { $0.kind == .regular }
    let groups = Dictionary(grouping: regular) { Set($0.filters.map(\.canonical)) }
    for group in groups.values.filter({ $0.count > 1 }).sorted(by: { $0[0].position(in: regular) < $1[0].position(in: regular) }) {
      let names = group.map { "“\($0.name)”" }.joined(separator: ", ")
      conflicts.append(.identicalFilters, group, "\(names) have identical filters: they share the same visitors by weight.")
    }
    return conflicts
  }
}

extension [FlowConflict] {
  fileprivate mutating func append(_ code: FlowConflict.Code, _ flows: [FlowRecord], _ message: String) {
    append(FlowConflict(code: code, flowIDs: flows.map(\.id), message: message))
  }
}

extension FlowRecord {
  fileprivate func position(in flows: [FlowRecord]) -> Int { flows.firstIndex { $0.id == id } ?? flows.count }
}

extension FilterRecord {
  /// The same for filters that mean the same, however they are written.
  fileprivate var canonical: FilterRecord {
    let op: String =
      switch FilterOperator(rawValue: op) {
      case .in?: FilterOperator.equals.rawValue
      case .notIn?: FilterOperator.notEquals.rawValue
      default: op
      }
    let lowered = Set(values.map { field == "country" ? CountryAlias.resolved($0.lowercased()) : $0.lowercased() })
    return FilterRecord(field: field, op: op, values: lowered.sorted(), zone: zone)
  }
}
