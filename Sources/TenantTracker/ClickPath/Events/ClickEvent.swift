public import Core

/// What became of a hit. All three are rows of `clicks`; only `ok` counts as a click.
public enum ClickStatus: String, Hashable, Sendable, CaseIterable {
  case ok, blocked, capped
}

/// Everything that is kept of one hit, as the journal carries it to the `clicks` table.
public struct ClickEvent: Hashable, Sendable {
  public var id: ClickID
  public var tenantID: Int64
  public var status: ClickStatus
  public var campaignID: Int64
  public var flowID: Int64?
  public var landingID: Int64?
  /// The offer the visitor was sent to, or that the landing's call to action leads to.
  public var offerID: Int64?
  public var sourceID: Int64?
  /// The network of ``offerID``.
  public var networkID: Int64?
  /// Who sent the visitor for a share, as `pub` of the tracking link says.
  public var publisherID: Int64?
  public var ip: IPAddress
  /// ISO 3166-1 alpha-2, upper case.
  public var country: String?
  public var region: String?
  public var city: String?
  public var isp: String?
  public var os: String?
  public var browser: String?
  public var device: String?
  public var connection: String?
  /// Primary language subtag, lower case: `en`.
  public var language: String?
  public var referrer: String?
  public var referrerDomain: String?
  public var userAgent: String?
  /// The source's own id of this click, for its postback. Case is kept.
  public var externalID: String?
  public var visitorID: UUIDv7?
  /// 0...100.
  public var fraudScore: UInt8?
  /// First visit to the campaign, to the flow, to anything of the tenant's, within the window.
  public var isUnique: Bool
  public var isUniqueInFlow = false
  public var isUniqueGlobally = false
  /// What the click cost, in ``currency``.
  public var cost: Micros
  public var currency: Currency
  public var subs: SubIDs
  /// Why it went where it went: reason codes in the order of the steps.
  public var trace: [String]
  // For the visitor memory; the journal carries them, the database does not get them.
  public var hadCookie = false
  public var addressKey: UInt64 = 0
  public var visitorKey: UInt64 = 0

  public init(id: ClickID, tenantID: Int64, status: ClickStatus, campaignID: Int64, ip: IPAddress, currency: Currency) {
    self.id = id
    self.tenantID = tenantID
    self.status = status
    self.campaignID = campaignID
    self.ip = ip
    self.currency = currency
    isUnique = false
    cost = .zero
    subs = SubIDs()
    trace = []
  }

  /// When the hit came: exactly the id's millisecond.
  public var ts: Timestamp { id.timestamp }

  /// 4 or 6.
  public var ipVersion: Int { ip.isV4 ? 4 : 6 }
}
