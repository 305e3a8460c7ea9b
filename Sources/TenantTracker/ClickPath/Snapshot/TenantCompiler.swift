import Core

/// Compiles one tenant's records, leaving out and reporting what refers to nothing or can't be read.
struct TenantCompiler {
  private let record: TenantRecord
  /// Compiled before, from the same entries.
  private let knownBlacklist: AddressSet?
  private let clocks: [String: LocalClock]
  private(set) var problems: [SnapshotProblem] = []
  private var offers: [Int64: Snapshot.Offer] = [:]
  private var landings: [Int64: Snapshot.Landing] = [:]
  private var profiles: [Int64: Snapshot.Profile] = [:]
  private var defaultProfile = Snapshot.Profile.plain
  private var pausedOffers: Set<Int64> = []
  private var pausedLandings: Set<Int64> = []

  init(_ record: TenantRecord, blacklist: AddressSet? = nil) {
    self.record = record
    knownBlacklist = blacklist
    var clocks = ["UTC": LocalClock.utc]
    for zone in record.zones { clocks[zone.name] = LocalClock(zone) }
    self.clocks = clocks
  }

  mutating func compile() -> Snapshot.Tenant {
    for offer in record.offers { offers[offer.id] = compile(offer) }
    for landing in record.landings { landings[landing.id] = compile(landing) }
    for profile in record.profiles { profiles[profile.id] = Snapshot.Profile(profile) { clocks[$0] } }
    defaultProfile = record.profiles.first(where: \.isDefault).flatMap { profiles[$0.id] } ?? .plain
    pausedOffers = Set(record.offers.filter(\.isPaused).map(\.id))
    pausedLandings = Set(record.landings.filter(\.isPaused).map(\.id))
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
      record, campaigns: campaigns, offers: offers, landings: landings, networks: record.networks.map { compile($0) },
      blacklist: knownBlacklist ?? blacklist(), clock: clocks[record.settings.timeZone] ?? .utc,
      defaultProfile: defaultProfile)
  }

  private mutating func blacklist() -> AddressSet {
    AddressSet(
      record.blacklist.compactMap { entry in
        guard let range = CIDR(entry.range) else {
          report("blacklist", "“\(entry.range)” is no address or range")
          return nil
        }
        return (range, entry.isAutomatic ? .automatic : .manual, entry.expiresAt)
      })
  }

  private mutating func compile(
    _ campaign: CampaignRecord, source: Snapshot.Source?, flows: [FlowRecord]
  ) -> Snapshot.Campaign {
    let offer = campaign.offerID.flatMap { offers[$0] }
    let defaultOffer = offer.flatMap { pausedOffers.contains($0.id) ? nil : $0 }
    if let id = campaign.offerID, offer == nil { report("campaign \(campaign.id)", "there is no offer \(id)") }
    var compiled: [FlowKind: [Snapshot.Flow]] = [:]
    for flow in flows {
      guard let result = compile(flow, campaignHasOffer: defaultOffer != nil) else { continue }
      compiled[flow.kind, default: []].append(result)
    }
    // Of several default flows only the first runs (Conflict Detection).
    return Snapshot.Campaign(
      campaign, source: source, forced: compiled[.forced] ?? [], regular: compiled[.regular] ?? [],
      fallback: compiled[.default]?.first, defaultOffer: defaultOffer, ways: ways(of: campaign))
  }

  private mutating func ways(of campaign: CampaignRecord) -> Snapshot.Campaign.Ways {
    let subject = "campaign \(campaign.id)"
    var ways = Snapshot.Campaign.Ways(profile: defaultProfile)
    if let id = campaign.profileID {
      if profiles[id] == nil { report(subject, "there is no tracking profile \(id)") }
      ways.profile = profiles[id] ?? defaultProfile
    }
    if record.features.contains(RetargetingRecord.feature) {
      ways.retargeting = campaign.pixels.flatMap { RetargetingPixels($0) }
    }
    ways.bots = campaign.botFilter.redirectURL.flatMap { template($0, of: "\(subject)’s bot filter") }
    ways.capped = campaign.frequencyCap?.redirectURL.flatMap { template($0, of: "\(subject)’s frequency cap") }
    return ways
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
    // What is paused stays in its place and is never drawn.
    present.landings = present.landings.map { pausedLandings.contains($0.id) ? WeightedID(id: $0.id, weight: 0) : $0 }
    present.offers = present.offers.map { pausedOffers.contains($0.id) ? WeightedID(id: $0.id, weight: 0) : $0 }
    for missing in flow.landings where landings[missing.id] == nil {
      report("flow \(flow.id)", "there is no landing \(missing.id)")
    }
    for missing in flow.offers where offers[missing.id] == nil {
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
    let content: Snapshot.Landing.Content
    switch landing.content {
    case .local(let html): content = .page(PageTemplate(html))
    case .url(let url):
      guard let url = template(url, of: "landing \(landing.id)") else { return nil }
      content = .redirect(url)
    }
    let isProtected = landing.isProtected && record.features.contains("lander_protection")
    return Snapshot.Landing(id: landing.id, name: landing.name, content: content, isProtected: isProtected)
  }

  private mutating func template(_ url: String, of subject: String) -> URLTemplate? {
    guard WebURL.isTemplate(url) else {
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
    var urls = offers.map(\.url)
    for landing in landings { if case .url(let url) = landing.content { urls.append(url) } }
    for campaign in campaigns {
      urls += [campaign.botFilter.redirectURL, campaign.frequencyCap?.redirectURL].compactMap { $0 }
    }
    for url in urls { names.formUnion(URLTemplate.zoneNames(in: url)) }
    for profile in profiles { names.formUnion(PixelTemplate.zoneNames(in: profile.pixels ?? "")) }
    return names
  }
}
