import Core

extension ClickStep {
  /// Forced, then regular, then default flow; without any of them, the campaign's own offer is left to the offer step.
  public static let flow = ClickStep(.flow) { hit in
    hit.flow = hit.forcedFlow() ?? hit.regularFlow() ?? hit.defaultFlow()
    return nil
  }
}

extension Hit {
  /// The first forced flow whose filters all match.
  fileprivate func forcedFlow() -> Snapshot.Flow? {
    for flow in campaign.forced where admits(flow) {
      note(reason(for: flow))
      return flow
    }
    return nil
  }

  /// One of the regular flows that match, by weight. A running draw (each match takes over with its share of the weight
  /// so far) gives exact shares without keeping a list.
  fileprivate func regularFlow() -> Snapshot.Flow? {
    var chosen: Snapshot.Flow?
    var total: UInt64 = 0
    for flow in campaign.regular where admits(flow) {
      total += flow.weight
      if chosen == nil || generator.below(total) < flow.weight { chosen = flow }
    }
    if let chosen {
      let share = total > chosen.weight ? " w=\(chosen.weight)/\(total)" : ""
      note(reason(for: chosen) + share)
    }
    return chosen
  }

  fileprivate func defaultFlow() -> Snapshot.Flow? {
    guard let flow = campaign.fallback, admits(flow) else { return nil }
    note(reason(for: flow))
    return flow
  }

  /// Whether all filters match and the flow can serve. What keeps a flow from serving leaves its reason.
  private func admits(_ flow: Snapshot.Flow) -> Bool {
    for filter in flow.filters {
      switch filter.verdict(on: facts, at: request.now) {
      case .matched: continue
      case .missed: return false
      case .unknown(let fact):
        noteOnce(fact.rawValue)
        return false
      }
    }
    guard let obstacle = flow.obstacle else { return true }
    note("flow:\(flow.id) \(obstacle.rawValue)")
    return false
  }

  /// `flow:7 forced country=US`.
  private func reason(for flow: Snapshot.Flow) -> String {
    var code = ""
    code.reserveCapacity(2 * Hit.codeLimit)
    code += "flow:\(flow.id) \(flow.kind.rawValue)"
    // What is beyond the limit would not be kept.
    for filter in flow.filters where code.utf8.count <= Hit.codeLimit {
      code += " "
      code += filter.field.rawValue
      code += "="
      code += filter.shown(facts, address: storedAddress, at: request.now)
    }
    return code
  }
}
