import ClickPath
import Conversions
import Core
import Licensing
import Web

// The filters of the two logs: all that the API has, but for sub-ids past the fifth.
extension LogFilters {
  static func ofClicks(_ call: TrackerCall, _ names: NameStore, zone: String = TenantSettings().timeZone) async throws
    -> LogFilters
  {
    let statuses = ClickStatus.allCases.map { FormFields.Choice($0.rawValue, $0.rawValue.capitalizedFirst) }
    let first: [Field] =
      days + [
        try await choice("campaign_id", "Campaign", .campaigns, call, names),
        Field(name: "status", label: "Status", control: .choice(statuses, none: "All")),
        Field(name: "q", label: "Click id", control: .text(placeholder: "Ours or the source's")),
      ]
    let uniqueness: [FormFields.Choice] = [.init("true", "First clicks"), .init("false", "Later clicks")]
    let more =
      try await entities([.flows, .landings, .offers, .sources, .networks, .publishers], call, names) + visitor
      + [
        more("ip", "IP address", "203.0.113.42"),
        Field(name: "unique", label: "Unique", control: .choice(uniqueness, none: "All"), isMore: true),
        more("external_id", "Source's click id"),
      ] + subs + [more("tz", "Time zone", zone)]
    return LogFilters(first + more, call)
  }

  static func ofConversions(_ call: TrackerCall, _ names: NameStore, zone: String = TenantSettings().timeZone)
    async throws -> LogFilters
  {
    let statuses = ConversionStatus.allCases.map { FormFields.Choice($0.rawValue, $0.rawValue.capitalizedFirst) }
    let reviews = ReviewState.allCases.map { FormFields.Choice($0.rawValue, $0.rawValue.capitalizedFirst) }
    let scheme = Field(
      name: "scheme_status", label: "Order",
      control: .choice(SchemeStatus.allCases.map(StatusChoices.choice), none: "All"))
    var first: [Field] =
      days + [
        try await choice("campaign_id", "Campaign", .campaigns, call, names),
        Field(name: "status", label: "Status", control: .choice(statuses, none: "All")),
      ]
    if call.session.entitlements.includes(.statusScheme) { first.append(scheme) }
    first.append(Field(name: "q", label: "Click or transaction id", control: .text(placeholder: "")))
    let matches = ClickMatch.allCases.map { FormFields.Choice($0.rawValue, $0.title) }
    let more =
      try await entities([.flows, .landings, .offers, .sources, .networks, .publishers], call, names)
      + [
        more("type", "Type", "sale"), more("goal", "Goal"), more("txid", "Transaction"),
        Field(name: "match", label: "Click found by", control: .choice(matches, none: "All"), isMore: true),
        Field(name: "review", label: "Review", control: .choice(reviews, none: "All"), isMore: true),
      ] + visitor + [more("external_id", "Source's click id")] + subs + [more("tz", "Time zone", zone)]
    return LogFilters(first + more, call)
  }

  private static let days = [
    Field(name: "from", label: "From", control: .date), Field(name: "to", label: "To", control: .date),
  ]

  /// What is known of a visitor.
  private static let visitor: [Field] = [
    more("country", "Country", "US"), more("region", "Region", "CA"), more("city", "City"),
    more("language", "Language", "en"), more("device", "Device", "mobile"), more("os", "OS", "iOS"),
    more("browser", "Browser", "Chrome"), more("isp", "ISP"),
    more("referrer_domain", "Referrer domain", "news.example"),
  ]

  private static let subs: [Field] = (1...5).map { more("sub\($0)", "Sub\($0)") }

  private static func more(_ name: String, _ label: String, _ example: String = "") -> Field {
    Field(name: name, label: label, control: .text(placeholder: example), isMore: true)
  }

  private static func entities(
    _ nouns: [NameStore.Noun], _ call: TrackerCall, _ names: NameStore
  ) async throws -> [Field] {
    var fields: [Field] = []
    for noun in nouns {
      let one = noun == .landings ? "Landing page" : String(noun.rawValue.dropLast()).capitalizedFirst
      var field = try await choice("\(noun.rawValue.dropLast())_id", one, noun, call, names)
      field.isMore = true
      fields.append(field)
    }
    return fields
  }

  private static func choice(
    _ name: String, _ label: String, _ noun: NameStore.Noun, _ call: TrackerCall, _ names: NameStore
  ) async throws -> Field {
    Field(
      name: name, label: label,
      control: .choice(try await names.live(noun, of: call.place.scope).choices, none: "All"))
  }
}
