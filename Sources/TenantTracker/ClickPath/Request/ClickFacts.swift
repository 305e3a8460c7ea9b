public import Core

/// What is known of a visitor. Every step adds its own; what no step has supplied is nil and matches nothing.
public struct ClickFacts: Sendable {
  // The visitor's request
  public var address: IPAddress
  public var subs = SubIDs()
  /// The source's own click id.
  public var externalID: String?
  /// Who sent the visitor for a share: `pub` of the tracking link.
  public var publisherID: Int64?
  /// What the source says this click cost.
  public var cost: Micros?
  public var language: LanguageTag?
  public var referrer: String?
  public var referrerDomain: String?
  public var userAgent: String?
  public var visitorID: VisitorID?
  public var unreplacedMacros: [UnreplacedMacro] = []

  // Place
  /// ISO 3166-1 alpha-2, upper case.
  public var country: String?
  public var region: String?
  public var city: String?
  public var isp: String?
  /// English name of ``country``, for call-outs; not stored.
  public var countryName: String?
  /// `cellular`, `broadband`, `corporate`...: only a connection-type database knows.
  public var connection: String?

  // User agent
  public var os: String?
  public var browser: String?
  public var device: String?

  // Judgement
  /// 0...100.
  public var fraudScore: UInt8?
  /// The known bot that the user agent names: `Googlebot`.
  public var bot: String?
  /// First visit to the campaign within the window.
  public var isUnique = false
  /// The same for the flow and for the whole tenant.
  public var isUniqueInFlow = false
  public var isUniqueGlobally = false

  // Memory
  /// Whether the request carried the visitor's cookie.
  public var hadCookie = false
  /// Keyed hashes of the full address, and of address and user agent: what the visitor memory knows visitors by.
  public var addressKey: UInt64 = 0
  public var visitorKey: UInt64 = 0

  public init(address: IPAddress) { self.address = address }
}

extension ClickFacts {
  /// The facts that a stored click still holds.
  public init(_ event: ClickEvent) {
    self.init(address: event.ip)
    subs = event.subs
    externalID = event.externalID
    publisherID = event.publisherID
    cost = event.cost
    language = event.language.flatMap { LanguageTag($0) }
    referrer = event.referrer
    referrerDomain = event.referrerDomain
    userAgent = event.userAgent
    visitorID = event.visitorID
    country = event.country
    region = event.region
    city = event.city
    isp = event.isp
    os = event.os
    browser = event.browser
    device = event.device
    fraudScore = event.fraudScore
    isUnique = event.isUnique
    isUniqueInFlow = event.isUniqueInFlow
    isUniqueGlobally = event.isUniqueGlobally
    connection = event.connection
  }
}
