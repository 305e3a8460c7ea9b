import ClickPath
import Core

@testable import TenantTracker

/// The configuration that a world's set-up lines have written so far. A line about something that is there already
/// writes it anew.
struct GoldenSetUp {
  private(set) var tenant = TenantRecord(id: 1, slug: "acme", isDefault: true)
  private(set) var now = Timestamp(seconds: 1_795_255_200)  // 2026-11-21T10:00:00Z
  private(set) var proxies = TrustedProxies([])
  private(set) var counts: [(offerID: Int64, count: OfferCaps.Count)] = []

  init() { tenant.hosts = [HostRecord(host: "t.example", servesDashboard: false)] }

  var records: SnapshotRecords {
    SnapshotRecords(takenAt: now, isSingleTenant: false, publicHosts: [], tenants: [tenant])
  }

  mutating func apply(_ line: GoldenWords) throws {
    switch try line.word(0) {
    case "clock": now = try time(line.word(1), line)
    case "tenant": try setTenant(line)
    case "zone": try addZone(line)
    case "proxies": proxies = try TrustedProxies(list: line.word(1)) ?? { throw GoldenFault(line.number, "no list") }()
    case "campaign": try setCampaign(line)
    case "archive": tenant.campaigns = try tenant.campaigns.filter { try $0.slug != line.word(1) }
    case "source": try setSource(line)
    case "profile": try setProfile(line)
    case "offer": try setOffer(line)
    case "landing": try setLanding(line)
    case "flow": try setFlow(line)
    case "if": try addFilter(line)
    case "blacklist": try addBlacklist(line)
    case "count": try addCount(line)
    default: throw GoldenFault(line.number, "“\(try line.word(0))” sets nothing up")
    }
  }

  mutating func list(_ entries: [AutomaticEntries.Entry], until end: Timestamp?) {
    for entry in entries {
      tenant.blacklist.append(
        BlacklistRecord(range: entry.address.description, isAutomatic: true, expiresAt: end))
    }
  }

  func time(_ text: String, _ line: GoldenWords) throws -> Timestamp {
    guard let time = GoldenTime.parse(text, from: now) else { throw GoldenFault(line.number, "“\(text)” is no time") }
    return time
  }

  private mutating func setTenant(_ line: GoldenWords) throws {
    tenant.settings.anonymizesAddresses = line.has("anonymize")
    tenant.settings.timeZone = line["zone"] ?? "UTC"
    tenant.settings.uniquenessHours = try line.number("unique") ?? 24
    tenant.features = Set((line["features"] ?? "").split(separator: ",").map(String.init))
  }

  private mutating func addZone(_ line: GoldenWords) throws {
    guard let zone = ZoneRecord.around(now, try line.word(1)) else { throw GoldenFault(line.number, "no zone") }
    tenant.zones.append(zone)
  }

  private mutating func setSource(_ line: GoldenWords) throws {
    var source = SourceRecord(id: try line.id(1), name: "Source")
    source.clickIDParameter = line["click"] ?? "click_id"
    source.moreClickIDParameters = line["more"]?.split(separator: ",").map(String.init)
    source.costParameter = line["cost"] ?? "cost"
    source.currency = line["currency"].flatMap { Currency($0) }
    tenant.sources = tenant.sources.filter { $0.id != source.id } + [source]
  }

  private mutating func setProfile(_ line: GoldenWords) throws {
    var profile = TrackingProfileRecord(id: try line.id(1), name: "Profile")
    guard let redirect = TrackingProfileRecord.Redirect(rawValue: try line.word(2)) else {
      throw GoldenFault(line.number, "“\(try line.word(2))” is no redirect")
    }
    profile.redirect = redirect
    profile.passesParameters = line.has("pass")
    profile.isDefault = line.has("default")
    profile.pixels = line["pixels"]
    tenant.profiles = tenant.profiles.filter { $0.id != profile.id } + [profile]
  }

  private mutating func addBlacklist(_ line: GoldenWords) throws {
    tenant.blacklist.append(
      BlacklistRecord(
        range: try line.word(1), isAutomatic: line.has("automatic"),
        expiresAt: try line["until"].map { try time($0, line) }))
  }

  private mutating func addCount(_ line: GoldenWords) throws {
    guard let offer = try line.number("offer") else { throw GoldenFault(line.number, "counts no offer") }
    let day = try line["day"].map { try time($0, line) } ?? now
    counts.append(
      (
        Int64(offer),
        OfferCaps.Count(
          day: Int(localDay(day)), today: try line.number("today") ?? 0, total: try line.number("total") ?? 0,
          asOf: now + .seconds(counts.count))
      ))
  }

  /// Days since 1970 of the tenant's calendar.
  private func localDay(_ time: Timestamp) -> Int64 {
    let zone = tenant.zones.first { $0.name == tenant.settings.timeZone }
    let offset = zone.map { LocalClock($0).offset(at: time) } ?? 0
    return (time.seconds + Int64(offset)) / 86_400
  }
}

extension GoldenSetUp {
  private mutating func setCampaign(_ line: GoldenWords) throws {
    let slug = try line.word(1)
    var campaign = CampaignRecord(
      id: Int64(try line.number("id") ?? 4), slug: slug, name: line["name"] ?? slug,
      currency: line["currency"].flatMap { Currency($0) } ?? .usd)
    campaign.offerID = try line.number("offer").map { Int64($0) }
    campaign.sourceID = try line.number("source").map { Int64($0) }
    campaign.profileID = try line.number("profile").map { Int64($0) }
    campaign.isPaused = line.has("paused")
    campaign.appendsClickParameter = !line.has("no-click-parameter")
    for model in CostModel.allCases {
      if let cost = try line.micros(model.rawValue) { (campaign.costModel, campaign.cost) = (model, cost) }
    }
    campaign.botFilter.isEnabled = line.has("bots") || line["bots"] != nil
    campaign.botFilter.redirectURL = line["bots"]
    campaign.frequencyCap = try cap(line)
    if let id = line["facebook"] {
      campaign.pixels = RetargetingRecord()
      campaign.pixels?.facebook = id
    }
    tenant.campaigns = tenant.campaigns.filter { $0.slug != slug } + [campaign]
  }

  /// `cap=3/24h`.
  private func cap(_ line: GoldenWords) throws -> FrequencyCapRecord? {
    guard let text = line["cap"] else { return nil }
    let parts = text.split { "/h".contains($0) }.compactMap { Int($0) }
    guard parts.count == 2 else { throw GoldenFault(line.number, "“\(text)” is no cap") }
    var cap = FrequencyCapRecord(limit: parts[0], hours: parts[1])
    cap.key = line["cap-by"] == "visitor" ? .visitor : .address
    cap.redirectURL = line["cap-url"]
    return cap
  }

  private mutating func setOffer(_ line: GoldenWords) throws {
    let id = try line.id(1)
    let url = line.words.dropFirst(2).first { $0.hasPrefix("http") } ?? "https://shop.example/\(id)"
    var offer = OfferRecord(
      id: id, name: "Offer", url: url, currency: line["currency"].flatMap { Currency($0) } ?? .usd)
    offer.payout = try line.micros("payout") ?? .zero
    offer.networkID = try line.number("network").map { Int64($0) }
    (offer.capDaily, offer.capTotal) = (try line.number("daily"), try line.number("total"))
    offer.isPaused = line.has("paused")
    for country in line.options.keys where country.count == 2 { offer.geoPayouts[country] = try line.micros(country) }
    tenant.offers = tenant.offers.filter { $0.id != id } + [offer]
  }

  private mutating func setLanding(_ line: GoldenWords) throws {
    let id = try line.id(1)
    let content = try line.word(2)
    var landing = LandingRecord(
      id: id, name: "Landing", content: content.hasPrefix("http") ? .url(content) : .local(html: content))
    landing.isProtected = line.words.dropFirst(3).contains("protected")
    landing.isPaused = line.words.dropFirst(3).contains("paused")
    tenant.landings = tenant.landings.filter { $0.id != id } + [landing]
  }

  private mutating func setFlow(_ line: GoldenWords) throws {
    guard let kind = FlowKind(rawValue: try line.word(2)) else { throw GoldenFault(line.number, "no kind of flow") }
    var flow = FlowRecord(
      id: try line.id(1), campaignID: Int64(try line.number("campaign") ?? 4), name: "Flow", kind: kind)
    flow.weight = try line.number("weight") ?? 100
    flow.landings = try items(line["landings"], line)
    flow.offers = try items(line["offers"], line)
    flow.isActive = !line.has("off")
    flow.binding = line["bind"].flatMap { Binding(rawValue: $0) } ?? .none
    if let index = tenant.flows.firstIndex(where: { $0.id == flow.id }) {
      flow.filters = tenant.flows[index].filters
      tenant.flows[index] = flow
    } else {
      tenant.flows.append(flow)
    }
  }

  /// `3*100,4*50`; without a weight 100.
  private func items(_ text: String?, _ line: GoldenWords) throws -> [WeightedID] {
    try (text ?? "").split(separator: ",").map { part in
      let numbers = part.split(separator: "*").compactMap { Int64($0) }
      guard let id = numbers.first else { throw GoldenFault(line.number, "“\(part)” is no item") }
      return WeightedID(id: id, weight: numbers.count > 1 ? Int(numbers[1]) : 100)
    }
  }

  /// `if country in US,CA`; of the flow before it.
  private mutating func addFilter(_ line: GoldenWords) throws {
    guard !tenant.flows.isEmpty else { throw GoldenFault(line.number, "filters no flow") }
    let text = line.words.count > 3 ? try line.word(3) : ""
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    tenant.flows[tenant.flows.count - 1].filters.append(
      FilterRecord(field: try line.word(1), op: try line.word(2), values: values, zone: line["zone"]))
  }
}
