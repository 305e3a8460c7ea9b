public import Core

/// What is known of a visitor. Every step adds its own; what no step has supplied is nil and matches nothing.
public struct ClickFacts: Sendable {
  // The visitor's request
  public var address: IPAddress
  public var subs = SubIDs()
  /// The source's own click id.
  public var externalID: String?
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

  // User agent
  public var os: String?
  public var browser: String?
  public var device: String?

  // Judgement
  /// 0...100.
  public var fraudScore: UInt8?
  /// First visit within the campaign's window.
  public var isUnique = false

  public init(address: IPAddress) { self.address = address }
}

extension ClickFacts {
  /// The facts that a stored click still holds.
  public init(_ event: ClickEvent) {
    self.init(address: event.ip)
    subs = event.subs
    externalID = event.externalID
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
  }
}
