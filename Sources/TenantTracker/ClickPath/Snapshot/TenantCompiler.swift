import Core

/// Compiles one tenant's records, leaving out and reporting what refers to nothing or can't be read.
struct TenantCompiler {
  private let record: TenantRecord
  private let clocks: [String: LocalClock]
  private(set) var problems: [SnapshotProblem] = []
  private var offers: [Int64: Snapshot.Offer] = [:]
  private var landings: [Int64: Snapshot.Landing] = [:]

  init(_ record: TenantRecord) {
    self.record = record
    var clocks = ["UTC": LocalClock.utc]
    for zone in record.zones { clocks[zone.name] = LocalClock(zone) }
    self.clocks = clocks
  }

  mutating func compile() -> Snapshot.Tenant {
    for offer in record.offers { offers[offer.id] = compile(offer) }
    for landing in record.landings { landings[landing.id] = compile(landing) }
    let sources = Dictionary(record.sources.map { ($0.id, Snapshot.Source($0)) }) { first, _ in first }
    let flows = Dictionary(grouping: record.flows.filter(\.isActive), by: \.campaignID)
    var campaigns: [Snapshot.Campaign] = []
    var slugs: Set<String> = []
    for campaign in record.campaigns {
      guard slugs.insert(campaign.slug).inserted else {
        report("campaign \(campaign.id)", "has the slug “\(campaign.slug)” of another campaign")
        continue
      }
      let source = campaign.sourceID.flatMap { sources[$0] }
      if let id = campaign.sourceID, source == nil { report("campaign \(campaign.id)", "there is no source \(id)") }
      campaigns.append(compile(campaign, source: source, flows: flows[campaign.id] ?? []))
    }
    return Snapshot.Tenant(
      record, campaigns: campaigns, offers: offers, landings: landings, networks: record.networks.map { compile($0) })
  }

  private mutating func compile(
    _ campaign: CampaignRecord, source: Snapshot.Source?, flows: [FlowRecord]
  ) -> Snapshot.Campaign {
    let defaultOffer = campaign.offerID.flatMap { offers[$0] }
    if let id = campaign.offerID, defaultOffer == nil { report("campaign \(campaign.id)", "there is no offer \(id)") }
    var compiled: [FlowKind: [Snapshot.Flow]] = [:]
    for flow in flows {
      guard let result = compile(flow, campaignHasOffer: defaultOffer != nil) else { continue }
      compiled[flow.kind, default: []].append(result)
    }
    // Of several default flows only the first runs (Conflict Detection).
    return Snapshot.Campaign(
      campaign, source: source, forced: compiled[.forced] ?? [], regular: compiled[.regular] ?? [],
      fallback: compiled[.default]?.first, defaultOffer: defaultOffer)
  }

  /// Nil for a flow with a filter that can't be read: without it, the flow would take visitors it is not meant for.
  private mutating func compile(_ flow: FlowRecord, campaignHasOffer: Bool) -> Snapshot.Flow? {
    var filters: [FlowFilter] = []
    for filter in flow.filters where flow.kind != .default {
      do {
        filters.append(try FlowFilter(filter) { clocks[$0 ?? record.settings.timeZone] })
      } catch {
        report("flow \(flow.id)", "\(error.message); the flow does not run")
        return nil
      }
    }
    // Whatever is not there any more is as if it had never been in the flow.
    var present = flow
    present.landings = flow.landings.filter { landings[$0.id] != nil }
    present.offers = flow.offers.filter { offers[$0.id] != nil }
    for missing in Set(flow.landings).subtracting(present.landings) {
      report("flow \(flow.id)", "there is no landing \(missing.id)")
    }
    for missing in Set(flow.offers).subtracting(present.offers) {
      report("flow \(flow.id)", "there is no offer \(missing.id)")
    }
    return Snapshot.Flow(
      present, filters: filters,
      landings: WeightTable(present.landings.compactMap { entry in landings[entry.id].map { ($0, entry.weight) } }) {
        "landing:\($0.id)"
      },
      offers: WeightTable(present.offers.compactMap { entry in offers[entry.id].map { ($0, entry.weight) } }) {
        "offer:\($0.id)"
      },
      obstacle: present.obstacle(campaignHasOffer: campaignHasOffer))
  }

  private mutating func compile(_ offer: OfferRecord) -> Snapshot.Offer? {
    template(offer.url, of: "offer \(offer.id)").map { Snapshot.Offer(offer, url: $0) }
  }

  private mutating func compile(_ landing: LandingRecord) -> Snapshot.Landing? {
    switch landing.content {
    case .local(let html):
      return Snapshot.Landing(id: landing.id, name: landing.name, content: .page(PageTemplate(html)))
    case .url(let url):
      guard let url = template(url, of: "landing \(landing.id)") else { return nil }
      return Snapshot.Landing(id: landing.id, name: landing.name, content: .redirect(url))
    }
  }

  private mutating func template(_ url: String, of subject: String) -> URLTemplate? {
    guard WebURL.isAbsolute(url) else {
      report(subject, "its URL is not absolute")
      return nil
    }
    let template = URLTemplate(url) { clocks[$0] }
    for name in template.unknownMacros { report(subject, "there is no macro {\(name)}; it is stripped") }
    return template
  }

  private mutating func compile(_ network: NetworkRecord) -> Snapshot.Network {
    let ranges = network.allowedAddresses.compactMap { CIDR($0) }
    guard ranges.count == network.allowedAddresses.count else {
      // An allow-list that can't be read in full must not let more in: what can be read of it stays, at least one entry.
      report("network \(network.id)", "an allowed address is no address or range")
      return Snapshot.Network(network, allowed: ranges.isEmpty ? TenantCompiler.nobody : ranges)
    }
    return Snapshot.Network(network, allowed: ranges)
  }

  /// A range that no visitor comes from.
  private static let nobody = [CIDR("0.0.0.0")].compactMap { $0 }

  private mutating func report(_ subject: String, _ message: String) {
    problems.append(SnapshotProblem(tenantID: record.id, subject: subject, message: message))
  }
}

extension TenantRecord {
  /// The time zones that this tenant's settings, filters and URLs name: load them into ``zones``.
  public var zoneNames: Set<String> {
    var names: Set<String> = [settings.timeZone]
    for flow in flows { names.formUnion(flow.filters.compactMap(\.zone)) }
    for offer in offers { names.formUnion(URLTemplate.zoneNames(in: offer.url)) }
    for landing in landings {
      if case .url(let url) = landing.content { names.formUnion(URLTemplate.zoneNames(in: url)) }
    }
    return names
  }
}
