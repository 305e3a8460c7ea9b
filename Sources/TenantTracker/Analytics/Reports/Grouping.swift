/// What a report can be grouped by.
public enum Grouping: String, Sendable, CaseIterable {
  case campaign, landing, offer, flow, source, network, publisher
  case country, region, city, os, browser, device, language
  case hour, weekday, date
  case isp
  case referrerDomain = "referrer_domain"
  case sub1, sub2, sub3, sub4, sub5

  enum Kind: Sendable, Hashable {
    /// A configured thing: its id's column, and the table that knows its name.
    case entity(column: String, table: String)
    case text(column: String)
    /// Of the local time.
    case hourOfDay, dayOfWeek, day
  }

  var kind: Kind {
    switch self {
    case .campaign: .entity(column: "campaign_id", table: "campaigns")
    case .landing: .entity(column: "landing_id", table: "landings")
    case .offer: .entity(column: "offer_id", table: "offers")
    case .flow: .entity(column: "flow_id", table: "flows")
    case .source: .entity(column: "source_id", table: "sources")
    case .network: .entity(column: "network_id", table: "networks")
    case .publisher: .entity(column: "publisher_id", table: "publishers")
    case .country, .region, .city, .os, .browser, .device, .language, .isp, .referrerDomain, .sub1, .sub2, .sub3, .sub4,
      .sub5:
      .text(column: rawValue)
    case .hour: .hourOfDay
    case .weekday: .dayOfWeek
    case .date: .day
    }
  }

  public var isTime: Bool {
    switch kind {
    case .hourOfDay, .dayOfWeek, .day: true
    case .entity, .text: false
    }
  }

  /// Whether its keys are ids that come with a name.
  public var isEntity: Bool { if case .entity = kind { true } else { false } }

  public var label: String {
    switch self {
    case .os: "OS"
    case .isp: "ISP"
    case .hour: "Hour of day"
    case .weekday: "Day of week"
    case .referrerDomain: "Referrer domain"
    default: rawValue.prefix(1).uppercased() + rawValue.dropFirst()
    }
  }
}
