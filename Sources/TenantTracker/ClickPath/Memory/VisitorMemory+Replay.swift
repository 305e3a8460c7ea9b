import Core

extension VisitorMemory {
  /// Makes again what a click of the journal changed: caps, uniqueness, bindings, under the configuration as it is now.
  /// What is known already stays as it is, so it does not matter how often an event comes, or whether a checkpoint holds
  /// it. Only hits that went all their way count.
  ///
  /// However old an event is, it is not left out: it tells what a later one meant.
  public func replay(_ event: ClickEvent, in tenant: Snapshot.Tenant, after history: ReplayHistory) {
    guard event.status == .ok, let visitor = RememberedVisitor(event) else { return }
    replayCap(event, visitor, tenant)
    replayFirsts(event, visitor, tenant, history)
    replayBindings(event, visitor, tenant, history)
  }

  private func replayCap(_ event: ClickEvent, _ visitor: RememberedVisitor, _ tenant: Snapshot.Tenant) {
    guard let cap = tenant.campaigns[event.campaignID]?.frequencyCap else { return }
    restore(cap.question(visitor, campaignID: event.campaignID, tenantID: tenant.id, click: event.id, keys))
  }

  private func replayFirsts(
    _ event: ClickEvent, _ visitor: RememberedVisitor, _ tenant: Snapshot.Tenant, _ history: ReplayHistory
  ) {
    let (hours, time) = (tenant.settings.uniquenessHours, event.ts.milliseconds)
    let identity = visitor.identity(keys)
    var scopes: [(VisitorKeys.Scope, Int64, Bool)] = [
      (.firstInCampaign, event.campaignID, event.isUnique), (.firstAtAll, 0, event.isUniqueGlobally),
    ]
    if let flowID = event.flowID { scopes.append((.firstInFlow, flowID, event.isUniqueInFlow)) }
    for (scope, id, wasFirst) in scopes {
      let (known, given) = identity.keys(scope, id, of: tenant.id, keys)
      restoreFirst(known, given: given, wasFirst: wasFirst, hours: hours, at: time, after: history)
    }
  }

  private func replayBindings(
    _ event: ClickEvent, _ visitor: RememberedVisitor, _ tenant: Snapshot.Tenant, _ history: ReplayHistory
  ) {
    guard let flowID = event.flowID, let flow = tenant.campaigns[event.campaignID]?.flow(flowID) else { return }
    let identity = visitor.identity(keys)
    let restore = { (scope: VisitorKeys.Scope, item: Int64, name: String) in
      let (known, given) = identity.keys(scope, flowID, of: tenant.id, self.keys)
      self.restoreBinding(
        known, given: given, to: item, wasBound: event.trace.contains("\(name) bound"), at: event.ts.milliseconds,
        after: history)
    }
    if flow.binding.keepsLanding, let id = event.landingID, let entry = flow.landings.entry(id) {
      restore(.boundLanding, id, entry.name)
    }
    // The campaign's own offer is nobody's draw.
    if flow.binding.keepsOffer, let id = event.offerID, let entry = flow.offers.entry(id) {
      restore(.boundOffer, id, entry.name)
    }
  }
}

/// What a replay can build on.
public enum ReplayHistory: Sendable {
  /// All that went before is known: what is not in the memory was over.
  case whole
  /// Something may be missing: an event that refers to it stands for it.
  case partial
}

extension Snapshot.Campaign {
  fileprivate func flow(_ id: Int64) -> Snapshot.Flow? {
    forced.first { $0.id == id } ?? regular.first { $0.id == id } ?? (fallback?.id == id ? fallback : nil)
  }
}
