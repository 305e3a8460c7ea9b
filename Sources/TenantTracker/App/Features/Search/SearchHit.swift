import Core
import Web

/// What the search finds, in the order it is shown.
enum SearchKind: String, CaseIterable, Sendable {
  case click, conversion, campaign, flow, offer, landing, source, network, publisher, domain

  var section: Section {
    switch self {
    case .click, .conversion: .reports
    case .campaign: .campaigns
    case .flow: .flows
    case .offer: .offers
    case .landing: .landings
    case .source: .sources
    case .network, .publisher: .networks
    case .domain: .domains
    }
  }

  /// As the menu calls it.
  var group: String {
    switch self {
    case .click: "Clicks"
    case .conversion: "Conversions"
    case .campaign: "Campaigns"
    case .flow: "Flows"
    case .offer: "Offers"
    case .landing: "Landing Pages"
    case .source: "Traffic Sources"
    case .network: "Affiliate Networks"
    case .publisher: "Publishers"
    case .domain: "Domains"
    }
  }

  var icon: Icon {
    switch self {
    case .click: .clicks
    case .conversion: .conversions
    case .campaign: .campaigns
    case .flow: .flows
    case .offer: .offers
    case .landing: .landings
    case .source: .sources
    case .network: .networks
    case .publisher: .publishers
    case .domain: .domains
    }
  }
}

/// One thing that fits what was searched for.
struct SearchHit: Sendable, Hashable {
  let kind: SearchKind
  /// A number, or a click's or a conversion's UUID.
  let id: String
  let title: String
  /// What tells it from others: a slug, an address, its campaign.
  let detail: String?

  /// Its page.
  var path: String { "/admin/\(kind.rawValue)s/\(id)" }

  var json: JSONValue {
    [
      "type": .string(kind.rawValue), "id": .string(id), "title": .string(title), "detail": JSONValue(detail),
      "group": .string(kind.group), "path": .string(path),
    ]
  }

  static let schema = Schema.object([
    .required("type", .choice(SearchKind.allCases.map(\.rawValue))),
    .required("id", Schema.string.described("A number, or a click's or a conversion's UUID.")),
    .required("title", .string), .required("detail", .string.nullable),
    .required("group", Schema.string.described("What its kind is called in the menu.")),
    .required("path", Schema.string.described("Of its page in the dashboard.")),
  ])
}
