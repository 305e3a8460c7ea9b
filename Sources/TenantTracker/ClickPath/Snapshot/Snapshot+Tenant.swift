public import Core

extension Snapshot {
  /// One tenant's configuration. A class, as are the other nouns: a click passes references around, not copies.
  public final class Tenant: Sendable {
    public let id: Int64
    public let slug: String
    public let settings: SettingsRecord
    public let campaigns: [Int64: Campaign]
    public let offers: [Int64: Offer]
    public let landings: [Int64: Landing]
    public let networks: [Network]
    /// What the licence grants.
    public let features: Set<String>
    /// Whether clicks get a fraud score.
    let scoresFraud: Bool
    public let blacklist: AddressSet
    /// The clock of ``settings``' time zone.
    public let clock: LocalClock
    /// How visitors of no known campaign are sent on.
    let defaultProfile: Profile
    private let campaignsBySlug: [String: Campaign]
    private let networksByKey: [String: Network]

    init(
      _ record: TenantRecord, campaigns: [Campaign], offers: [Int64: Offer], landings: [Int64: Landing],
      networks: [Network], blacklist: AddressSet, clock: LocalClock, defaultProfile: Profile
    ) {
      id = record.id
      slug = record.slug
      settings = record.settings
      features = record.features
      scoresFraud = record.features.contains(FraudScore.feature)
      self.blacklist = blacklist
      self.clock = clock
      self.defaultProfile = defaultProfile
      self.campaigns = Dictionary(campaigns.map { ($0.id, $0) }) { first, _ in first }
      campaignsBySlug = Dictionary(campaigns.map { ($0.slug, $0) }) { first, _ in first }
      self.offers = offers
      self.landings = landings
      self.networks = networks
      networksByKey = Dictionary(networks.map { ($0.postbackKey, $0) }) { first, _ in first }
    }

    public func campaign(slug: String) -> Campaign? { campaignsBySlug[slug] }

    /// The network whose postback URL holds this key.
    public func network(postbackKey: String) -> Network? { networksByKey[postbackKey] }
  }

  public final class Campaign: Sendable {
    public let id: Int64
    public let slug: String
    public let name: String
    public let isPaused: Bool
    public let source: Source?
    /// What a click costs under the campaign's cost model; zero for models that cost nothing per click.
    public let costPerClick: Micros
    public let currency: Currency
    let appendsClickParameter: Bool
    public let botFilter: BotFilterRecord
    public let frequencyCap: FrequencyCapRecord?
    let forced: [Flow]
    let regular: [Flow]
    let fallback: Flow?
    let defaultOffer: Offer?
    let ways: Ways

    init(
      _ record: CampaignRecord, source: Source?, forced: [Flow], regular: [Flow], fallback: Flow?,
      defaultOffer: Offer?, ways: Ways
    ) {
      id = record.id
      slug = record.slug
      name = record.name
      isPaused = record.isPaused
      self.source = source
      costPerClick = record.costPerClick
      currency = record.currency
      appendsClickParameter = record.appendsClickParameter
      botFilter = record.botFilter
      frequencyCap = record.frequencyCap
      self.forced = forced
      self.regular = regular
      self.fallback = fallback
      self.defaultOffer = defaultOffer
      self.ways = ways
    }
  }

  final class Flow: Sendable {
    let id: Int64
    let kind: FlowKind
    let weight: UInt64
    let binding: Binding
    let filters: [FlowFilter]
    let landings: WeightTable<Landing>
    let offers: WeightTable<Offer>
    /// Why it is skipped even when it matches.
    let obstacle: FlowObstacle?

    init(
      _ record: FlowRecord, filters: [FlowFilter], landings: WeightTable<Landing>, offers: WeightTable<Offer>,
      obstacle: FlowObstacle?
    ) {
      id = record.id
      kind = record.kind
      weight = UInt64(max(0, min(record.weight, Weights.limit)))
      binding = record.binding
      self.filters = filters
      self.landings = landings
      self.offers = offers
      self.obstacle = obstacle
    }
  }

  public final class Landing: Sendable {
    enum Content: Sendable {
      case page(PageTemplate)
      case redirect(URLTemplate)
    }

    public let id: Int64
    public let name: String
    let content: Content
    /// Whether spy tools are kept out: it is wanted, and the licence grants it.
    let isProtected: Bool

    init(id: Int64, name: String, content: Content, isProtected: Bool) {
      self.id = id
      self.name = name
      self.content = content
      self.isProtected = isProtected
    }
  }

  public final class Offer: Sendable {
    public let id: Int64
    public let name: String
    public let networkID: Int64?
    public let currency: Currency
    /// Conversions a day of the tenant's and in all; nil without a cap.
    public let capDaily: Int?
    public let capTotal: Int?
    private let payout: Micros
    private let geoPayouts: [String: Micros]
    let url: URLTemplate

    init(_ record: OfferRecord, url: URLTemplate) {
      id = record.id
      name = record.name
      networkID = record.networkID
      currency = record.currency
      capDaily = record.capDaily
      capTotal = record.capTotal
      payout = record.payout
      var payouts: [String: Micros] = [:]
      for (country, payout) in record.geoPayouts { payouts[CountryAlias.resolved(country.lowercased())] = payout }
      geoPayouts = payouts
      self.url = url
    }

    /// What a conversion from this country pays, in ``currency``.
    public func payout(country: String?) -> Micros {
      guard !geoPayouts.isEmpty, let country else { return payout }
      return geoPayouts[CountryAlias.resolved(country.lowercased())] ?? payout
    }

    var paysByCountry: Bool { !geoPayouts.isEmpty }
  }

  public struct Source: Sendable {
    public let id: Int64
    public let name: String
    /// In the order in which they count.
    let clickIDParameters: [[UInt8]]
    let costParameter: [UInt8]
    let currency: Currency?

    init(_ record: SourceRecord) {
      id = record.id
      name = record.name
      clickIDParameters = ([record.clickIDParameter] + (record.moreClickIDParameters ?? [])).map { Array($0.utf8) }
      costParameter = Array(record.costParameter.utf8)
      currency = record.currency
    }
  }

  /// Who may send postbacks, for while the database is away.
  public struct Network: Sendable {
    public let id: Int64
    public let name: String
    public let postbackKey: String
    public let requiresKey: Bool
    let allowed: [CIDR]

    init(_ record: NetworkRecord, allowed: [CIDR]) {
      id = record.id
      name = record.name
      postbackKey = record.postbackKey
      requiresKey = record.requiresKey
      self.allowed = allowed
    }

    /// Whether a postback may come from this address.
    public func admits(_ address: IPAddress) -> Bool { allowed.isEmpty || allowed.contains { $0.contains(address) } }
  }
}

extension CampaignRecord {
  /// CPM is per 1,000, rounded half up to the micro; the others cost nothing before a conversion.
  fileprivate var costPerClick: Micros {
    guard let cost else { return .zero }
    switch costModel {
    case .cpc: return cost
    case .cpm:
      let (whole, rest) = cost.rawValue.quotientAndRemainder(dividingBy: 1_000)
      return Micros(rawValue: rest >= 500 ? whole + 1 : whole)
    case .cpa, .revshare, .none: return .zero
    }
  }
}
