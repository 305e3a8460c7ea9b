import Core

/// What `{name}` in a URL stands for. Written `{_name}` it is put in unencoded.
enum Macro: Hashable, Sendable {
  case clickID, clickTime, campaignID, campaignName, sourceID, flowID, landingID, offerID, networkID
  case payout, currency
  /// A fact about the visitor, which only the click itself knows.
  case visitor(VisitorFact)
  /// The call-to-action link, absolute: for landings on somebody else's server.
  case offerURL
  /// `{date:yyyy-MM-dd,Europe/Berlin}`.
  case date(DateFormat, LocalClock)
  /// `{random:1,100}`, both ends included.
  case random(ClosedRange<Int64>)
  /// `{txid}`, `{status:lead=0 sale=1}`...: facts of a conversion, which a click has none of.
  case conversion

  init?(name: Substring, argument: Substring?, clock: (String) -> LocalClock?) {
    switch name {
    case "click_id": self = .clickID
    case "ts": self = .clickTime
    case "campaign_id": self = .campaignID
    case "campaign_name": self = .campaignName
    case "source_id": self = .sourceID
    case "flow_id": self = .flowID
    case "landing_id": self = .landingID
    case "offer_id": self = .offerID
    case "network_id": self = .networkID
    case "payout": self = .payout
    case "currency": self = .currency
    case "offer_url": self = .offerURL
    case "txid", "conversion_type", "status", "goal": self = .conversion
    case "date":
      let parts = (argument ?? "").split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
      let zone = parts.count == 2 ? String(parts[1]).trimmed : "UTC"
      guard let clock = clock(zone) else { return nil }
      self = .date(DateFormat(parts.first.map { String($0).trimmed } ?? ""), clock)
    case "random":
      let ends = (argument ?? "").split(separator: ",").compactMap { Int64(String($0).trimmed) }
      guard ends.count == 2, ends[0] <= ends[1] else { return nil }
      self = .random(ends[0]...ends[1])
    default:
      guard let fact = VisitorFact(name: name) else { return nil }
      self = .visitor(fact)
    }
  }
}

/// A fact about the visitor that a URL may need after the click: it travels in the call-to-action link.
enum VisitorFact: Hashable, Sendable {
  case sub(Int)
  case externalID, visitorID, cost, country, region, city, isp, os, browser, device, language
  case referrer, referrerDomain, userAgent, ip, isUnique, fraudScore, connection

  private static let named: [(code: UInt8, name: String, fact: VisitorFact)] = [
    (31, "external_id", .externalID), (32, "visitor_id", .visitorID), (33, "cost", .cost), (34, "country", .country),
    (35, "region", .region), (36, "city", .city), (37, "isp", .isp), (38, "os", .os), (39, "browser", .browser),
    (40, "device", .device), (41, "language", .language), (42, "referrer", .referrer),
    (43, "referrer_domain", .referrerDomain), (44, "user_agent", .userAgent), (45, "ip", .ip),
    (46, "unique", .isUnique), (47, "fraud_score", .fraudScore), (48, "connection", .connection),
  ]

  init?(name: Substring) {
    if case .sub(let number)? = FilterField(rawValue: String(name)) {
      self = .sub(number)
    } else if let entry = VisitorFact.named.first(where: { $0.name == name }) {
      self = entry.fact
    } else {
      return nil
    }
  }

  /// Its byte in a call-to-action link: 1...30 are the sub ids. Links live as long as an open page, so none is reused.
  var code: UInt8 {
    if case .sub(let number) = self { return UInt8(number) }
    return VisitorFact.named.first { $0.fact == self }?.code ?? 0
  }

  init?(code: UInt8) {
    if SubIDs.numbers.contains(Int(code)) {
      self = .sub(Int(code))
    } else if let entry = VisitorFact.named.first(where: { $0.code == code }) {
      self = entry.fact
    } else {
      return nil
    }
  }
}

extension ClickFacts {
  /// As text; nil when it is not known.
  func text(of fact: VisitorFact) -> String? {
    switch fact {
    case .sub(let number): subs[number]
    case .externalID: externalID
    case .visitorID: visitorID?.description
    case .cost: cost?.description
    case .country: country
    case .region: region
    case .city: city
    case .isp: isp
    case .os: os
    case .browser: browser
    case .device: device
    case .language: language?.primary
    case .referrer: referrer
    case .referrerDomain: referrerDomain
    case .userAgent: userAgent
    case .ip: address.description
    case .isUnique: isUnique ? "1" : "0"
    case .fraudScore: fraudScore.map { "\($0)" }
    case .connection: connection
    }
  }

  /// Takes a fact back from its text.
  mutating func set(_ fact: VisitorFact, _ text: String) {
    switch fact {
    case .sub(let number): subs[number] = text
    case .externalID: externalID = text
    case .visitorID: visitorID = VisitorID(text)
    case .cost: cost = Micros(text)
    case .country: country = text
    case .region: region = text
    case .city: city = text
    case .isp: isp = text
    case .os: os = text
    case .browser: browser = text
    case .device: device = text
    case .language: language = LanguageTag(text)
    case .referrer: referrer = text
    case .referrerDomain: referrerDomain = text
    case .userAgent: userAgent = text
    case .ip: address = IPAddress(text) ?? address
    case .isUnique: isUnique = text == "1"
    case .fraudScore: fraudScore = UInt8(text)
    case .connection: connection = text
    }
  }
}
