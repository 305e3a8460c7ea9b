public import Core

// Plain rows of configuration, as they are loaded from the database and kept on disk. Anything may be wrong in them:
// SnapshotBuilder leaves out what can't work and says so.

/// All that the click path has to know, of every tenant.
public struct SnapshotRecords: Hashable, Sendable, Codable {
  /// The format of the file. A release reads its predecessor's.
  public static let currentFormat = 1

  public var format = SnapshotRecords.currentFormat
  public var takenAt: Timestamp
  /// Every host is the default tenant's unless another tenant has it.
  public var isSingleTenant: Bool
  /// Hosts of the default tenant's dashboard besides IP literals and `localhost`: that of `PUBLIC_URL`.
  public var publicHosts: [String]
  public var tenants: [TenantRecord]

  public init(takenAt: Timestamp, isSingleTenant: Bool, publicHosts: [String], tenants: [TenantRecord]) {
    self.takenAt = takenAt
    self.isSingleTenant = isSingleTenant
    self.publicHosts = publicHosts
    self.tenants = tenants
  }
}

public struct TenantRecord: Hashable, Sendable, Codable {
  public var id: Int64
  public var slug: String
  public var isDefault: Bool
  public var hosts: [HostRecord] = []
  public var settings = SettingsRecord()
  /// The clocks of ``zoneNames``.
  public var zones: [ZoneRecord] = []
  public var campaigns: [CampaignRecord] = []
  /// Of all campaigns, each campaign's in its order.
  public var flows: [FlowRecord] = []
  public var landings: [LandingRecord] = []
  public var offers: [OfferRecord] = []
  public var sources: [SourceRecord] = []
  public var networks: [NetworkRecord] = []
  public var profiles: [TrackingProfileRecord] = []
  public var blacklist: [BlacklistRecord] = []
  /// Of offers with a cap, what the database counted.
  public var capCounts: [Int64: OfferCaps.Count] = [:]
  /// What the licence grants: the names of features. The click path asks nobody else.
  public var features: Set<String> = []

  public init(id: Int64, slug: String, isDefault: Bool = false) {
    self.id = id
    self.slug = slug
    self.isDefault = isDefault
  }
}

public struct HostRecord: Hashable, Sendable, Codable {
  public var host: String
  /// Whether the dashboard answers there too: then landings run sandboxed.
  public var servesDashboard: Bool
  /// What `GET /` does where there is no dashboard; nil for not found.
  public var root: Root?
  /// The text of `robots.txt`; nil for one that keeps all crawlers out.
  public var robots: String?

  public enum Root: Hashable, Sendable, Codable {
    /// As the campaign's own link.
    case campaign(Int64)
    case redirect(String)
  }

  public init(host: String, servesDashboard: Bool) {
    self.host = host
    self.servesDashboard = servesDashboard
  }
}

public struct SettingsRecord: Hashable, Sendable, Codable {
  public var currency = Currency.usd
  /// IANA name.
  public var timeZone = "UTC"
  /// How long a visitor is not unique again.
  public var uniquenessHours = 24
  /// Cut addresses before anything is stored.
  public var anonymizesAddresses = false

  public init() {}
}

/// A time zone's offsets around now, read from the system's zone database.
public struct ZoneRecord: Hashable, Sendable, Codable {
  public struct Change: Hashable, Sendable, Codable {
    public var at: Timestamp
    /// Seconds east of UTC from then on.
    public var offset: Int

    public init(at: Timestamp, offset: Int) {
      self.at = at
      self.offset = offset
    }
  }

  public var name: String
  /// Seconds east of UTC before the first change.
  public var firstOffset: Int
  public var changes: [Change]

  public init(name: String, firstOffset: Int, changes: [Change]) {
    self.name = name
    self.firstOffset = firstOffset
    self.changes = changes
  }
}

public enum CostModel: String, Hashable, Sendable, Codable, CaseIterable {
  case cpc, cpm, cpa, revshare, none
}

public struct CampaignRecord: Hashable, Sendable, Codable {
  public var id: Int64
  public var slug: String
  public var name: String
  public var sourceID: Int64?
  public var offerID: Int64?
  public var costModel = CostModel.none
  /// Per click, per 1,000 clicks or per conversion; for revshare a percentage.
  public var cost: Micros?
  public var currency: Currency
  /// Hand `_tly_click` to landings and offers.
  public var appendsClickParameter = true
  public var isPaused = false
  public var botFilter = BotFilterRecord()
  public var frequencyCap: FrequencyCapRecord?
  /// Nil for the tenant's default profile.
  public var profileID: Int64?
  public var pixels: RetargetingRecord?

  public init(id: Int64, slug: String, name: String, currency: Currency) {
    self.id = id
    self.slug = slug
    self.name = name
    self.currency = currency
  }
}

public struct BotFilterRecord: Hashable, Sendable, Codable {
  public var isEnabled = false
  /// Where bots go that no campaign has a place for.
  public static let defaultURL = "https://www.google.com/"

  /// Nil for ``defaultURL``.
  public var redirectURL: String?

  public init() {}
}

/// At most ``limit`` visits within ``hours``, counted back from now.
public struct FrequencyCapRecord: Hashable, Sendable, Codable {
  public enum Key: String, Hashable, Sendable, Codable, CaseIterable {
    case address
    /// The visitor's cookie, else the address: carriers put thousands of phones behind one address.
    case visitor
  }

  public var limit: Int
  public var hours: Int
  /// Nil for a plain page.
  public var redirectURL: String?
  public var key = Key.address

  public init(limit: Int, hours: Int) {
    self.limit = limit
    self.hours = hours
  }
}

/// The pixels that a campaign fires at its visitors before they go on.
public struct RetargetingRecord: Hashable, Sendable, Codable {
  public var facebook: String?
  public var google: String?
  public var tiktok: String?
  /// HTML: script elements of the user's own.
  public var scripts: String?

  public init() {}
}

/// How visitors are sent on (Routy's tracking profiles).
public struct TrackingProfileRecord: Hashable, Sendable, Codable {
  public enum Redirect: String, Hashable, Sendable, Codable, CaseIterable {
    case moved = "301"
    case found = "302"
    case temporary = "307"
    case meta
    case script = "javascript"
    case hideReferrer = "hide_referrer"
    /// Answers 200 and stays.
    case none = "200"
  }

  public var id: Int64
  public var name: String
  public var isDefault = false
  public var redirect = Redirect.found
  /// HTML that a page between fires before it goes on: images and scripts, with macros.
  public var pixels: String?
  /// Hand the request's own parameters on to the destination.
  public var passesParameters = false

  public init(id: Int64, name: String) {
    self.id = id
    self.name = name
  }
}

/// An address or range that nobody wants clicks of.
public struct BlacklistRecord: Hashable, Sendable, Codable {
  /// Address or CIDR range.
  public var range: String
  public var isAutomatic: Bool
  /// Nil for one that stays.
  public var expiresAt: Timestamp?

  public init(range: String, isAutomatic: Bool = false, expiresAt: Timestamp? = nil) {
    self.range = range
    self.isAutomatic = isAutomatic
    self.expiresAt = expiresAt
  }
}

/// What a returning visitor sees again for 24 hours.
public enum Binding: String, Hashable, Sendable, Codable, CaseIterable {
  case none, landing, offer
  case landingOffer = "landing_offer"

  var keepsLanding: Bool { self == .landing || self == .landingOffer }
  var keepsOffer: Bool { self == .offer || self == .landingOffer }
}

public enum FlowKind: String, Hashable, Sendable, Codable, CaseIterable {
  case forced, regular, `default`
}

public struct FlowRecord: Hashable, Sendable, Codable {
  public var id: Int64
  public var campaignID: Int64
  public var name: String
  public var kind: FlowKind
  /// Among regular flows that match.
  public var weight = 100
  public var filters: [FilterRecord] = []
  public var landings: [WeightedID] = []
  public var offers: [WeightedID] = []
  public var isActive = true
  public var binding = Binding.none

  public init(id: Int64, campaignID: Int64, name: String, kind: FlowKind) {
    self.id = id
    self.campaignID = campaignID
    self.name = name
    self.kind = kind
  }
}

public struct FilterRecord: Hashable, Sendable, Codable {
  /// A ``FilterField`` by name.
  public var field: String
  /// A ``FilterOperator`` by name.
  public var op: String
  public var values: [String]
  /// IANA name of the zone that hours and weekdays are meant in; nil for the tenant's.
  public var zone: String?

  public init(field: String, op: String, values: [String], zone: String? = nil) {
    self.field = field
    self.op = op
    self.values = values
    self.zone = zone
  }
}

/// A landing or offer in a flow.
public struct WeightedID: Hashable, Sendable, Codable {
  public var id: Int64
  public var weight: Int

  public init(id: Int64, weight: Int) {
    self.id = id
    self.weight = weight
  }
}

public struct LandingRecord: Hashable, Sendable, Codable {
  public enum Content: Hashable, Sendable, Codable {
    case local(html: String)
    case url(String)
  }

  public var id: Int64
  public var name: String
  public var content: Content
  /// Keeps spy tools out (where the licence grants it).
  public var isProtected = false
  public var isPaused = false

  public init(id: Int64, name: String, content: Content) {
    self.id = id
    self.name = name
    self.content = content
  }
}

public struct OfferRecord: Hashable, Sendable, Codable {
  public var id: Int64
  public var name: String
  public var url: String
  public var networkID: Int64?
  public var payout = Micros.zero
  public var currency: Currency
  /// By country code; others get ``payout``.
  public var geoPayouts: [String: Micros] = [:]
  /// Conversions a day of the tenant's, and in all, after which the flow's next offer takes over.
  public var capDaily: Int?
  public var capTotal: Int?
  public var isPaused = false

  public init(id: Int64, name: String, url: String, currency: Currency) {
    self.id = id
    self.name = name
    self.url = url
    self.currency = currency
  }
}

public struct SourceRecord: Hashable, Sendable, Codable {
  public var id: Int64
  public var name: String
  /// The query parameters that carry the source's click id and what the click cost.
  public var clickIDParameter = "click_id"
  public var costParameter = "cost"
  /// Others that carry the click id where the first is not sent.
  public var moreClickIDParameters: [String]?
  /// Of the cost parameter; nil for the campaign's.
  public var currency: Currency?

  public init(id: Int64, name: String) {
    self.id = id
    self.name = name
  }
}

public struct NetworkRecord: Hashable, Sendable, Codable {
  public var id: Int64
  public var name: String
  public var postbackKey: String
  /// Postbacks without the key are not this network's.
  public var requiresKey = false
  /// Addresses and CIDR ranges; empty for any.
  public var allowedAddresses: [String] = []

  public init(id: Int64, name: String, postbackKey: String) {
    self.id = id
    self.name = name
    self.postbackKey = postbackKey
  }
}
