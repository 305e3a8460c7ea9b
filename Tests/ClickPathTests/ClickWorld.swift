import Core
import Testing

@testable import ClickPath

/// A tenant with one campaign, ready to be changed by a test and clicked on.
struct ClickWorld {
  static let now = Timestamp(rfc3339: "2026-11-21T10:00:00.123Z") ?? Timestamp(seconds: 0)
  static let signer = LinkSigner(key: Array(0..<16))

  var tenant = TenantRecord(id: 1, slug: "acme", isDefault: true)
  var campaign = CampaignRecord(id: 4, slug: "mcafee-us", name: "McAfee US & more", currency: .usd)
  var steps: [ClickStep] = []
  let generator: ChaChaGenerator

  init(seed: UInt64 = 1) {
    generator = ChaChaGenerator(seed: seed)
    tenant.hosts = [HostRecord(host: "track.example.com", servesDashboard: false)]
  }

  /// Adds an offer and gives its id.
  @discardableResult
  mutating func offer(
    _ id: Int64, _ url: String = "https://shop.example/buy", payouts: [String: Micros] = [:], network: Int64? = nil
  ) -> Int64 {
    var offer = OfferRecord(id: id, name: "Offer \(id)", url: url, currency: .usd)
    offer.payout = Micros(rawValue: 25_000_000)
    offer.geoPayouts = payouts
    offer.networkID = network
    tenant.offers.append(offer)
    return id
  }

  @discardableResult
  mutating func landing(_ id: Int64, _ content: LandingRecord.Content) -> Int64 {
    tenant.landings.append(LandingRecord(id: id, name: "Landing \(id)", content: content))
    return id
  }

  /// Adds a flow; with offers of its own weight 1 each.
  mutating func flow(
    _ id: Int64, _ kind: FlowKind, weight: Int = 100, _ filters: [FilterRecord] = [], landings: [WeightedID] = [],
    offers: [WeightedID] = []
  ) {
    var flow = FlowRecord(id: id, campaignID: campaign.id, name: "Flow \(id)", kind: kind)
    flow.weight = weight
    flow.filters = filters
    flow.landings = landings
    flow.offers = offers
    tenant.flows.append(flow)
  }

  mutating func source(_ id: Int64 = 3, clickID: String = "click_id", cost: String = "cost", currency: Currency? = nil)
  {
    var source = SourceRecord(id: id, name: "Source \(id)")
    source.clickIDParameter = clickID
    source.costParameter = cost
    source.currency = currency
    tenant.sources.append(source)
    campaign.sourceID = id
  }

  var records: SnapshotRecords {
    var tenant = tenant
    tenant.campaigns.append(campaign)
    return SnapshotRecords(
      takenAt: ClickWorld.now, isSingleTenant: false, publicHosts: ["admin.example.com"], tenants: [tenant])
  }

  func build() -> (snapshot: Snapshot, problems: [SnapshotProblem]) {
    var builder = SnapshotBuilder()
    return builder.build(records)
  }

  func place(host: String = "track.example.com") throws -> Snapshot.Place {
    try #require(build().snapshot.place(forHost: host))
  }

  func pipeline() throws -> ClickPipeline { ClickPipeline(links: try #require(ClickWorld.signer), adding: steps) }

  func click(_ request: VisitorRequest = .visit()) throws -> ClickResult {
    try pipeline().click(request, slug: campaign.slug, in: place(host: request.host), using: generator)
  }

  func explain(_ request: VisitorRequest = .visit()) throws -> JSONValue {
    try pipeline().explain(request, slug: campaign.slug, in: place(host: request.host), using: generator)
  }

  /// Runs the steps and shows the hit as they left it.
  func hit(_ request: VisitorRequest = .visit(), facts: (inout ClickFacts) -> Void = { _ in }) throws -> (
    Hit, StopReason?
  ) {
    let place = try place(host: request.host)
    let campaign = try #require(place.tenant.campaign(slug: campaign.slug))
    let hit = Hit(request, tenant: place.tenant, campaign: campaign, generator: generator)
    facts(&hit.facts)
    let reason = try pipeline().decide(hit)
    return (hit, reason)
  }
}

extension VisitorRequest {
  /// A visitor's GET from 203.0.113.7.
  static func visit(
    _ query: String = "", method: Method = .get, host: String = "track.example.com", isSecure: Bool = false,
    headers: KeyValuePairs<String, String> = [:], address: String = "203.0.113.7", at now: Timestamp = ClickWorld.now
  ) -> VisitorRequest {
    VisitorRequest(
      method: method, target: query.isEmpty ? "/c/mcafee-us" : "/c/mcafee-us?\(query)", host: host, isSecure: isSecure,
      headers: VisitorHeaders(headers), address: IPAddress(address) ?? IPAddress(v4: 0), now: now)
  }
}

extension TrackingAnswer {
  var location: String? { header("Location") }
  var text: String { String(decoding: body, as: UTF8.self) }
  var cookies: [String] { headers.filter { $0.name == "Set-Cookie" }.map(\.value) }
}

extension ClickStep {
  /// A step that knows the visitor's place and machine, as GeoIP and user-agent data will.
  static func knowing(
    _ stage: ClickStage = .geo, _ facts: @escaping @Sendable (inout ClickFacts) -> Void
  ) -> ClickStep {
    ClickStep(stage) { hit in
      facts(&hit.facts)
      return nil
    }
  }
}
