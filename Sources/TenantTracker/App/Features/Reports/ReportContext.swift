import Analytics
import Core
import Web

/// What all parts of the reports page are about.
struct ReportContext: Sendable {
  let question: ReportQuestion
  let period: Period
  /// Of the report's days.
  let zone: TimeZoneName
  let currency: Currency
  let settings: TenantSettings
  /// The report's metrics, from left to right.
  let columns: [Metric]
  let icons: IconSet

  var times: LocalTimes {
    var settings = settings
    settings.timeZone = zone.description
    return LocalTimes(settings)
  }
}

extension Grouping {
  /// The documented categories.
  static let categories: [(title: String, groupings: [Grouping])] = [
    ("Campaign", [.campaign, .landing, .offer, .flow]),
    ("Dimensions", [.country, .region, .city, .os, .browser, .device, .language]),
    ("Time", [.hour, .weekday, .date]),
    ("Traffic", [.source, .network, .publisher, .isp, .referrerDomain]),
    ("Sub IDs", [.sub1, .sub2, .sub3, .sub4, .sub5]),
  ]

  /// As a table's head calls it.
  var columnTitle: String {
    switch self {
    case .landing: "Landing page"
    case .source: "Traffic source"
    case .network: "Affiliate network"
    default: label
    }
  }

  /// Where its names come from; nil for what speaks for itself.
  var noun: NameStore.Noun? {
    switch self {
    case .campaign: .campaigns
    case .landing: .landings
    case .offer: .offers
    case .flow: .flows
    case .source: .sources
    case .network: .networks
    case .publisher: .publishers
    default: nil
    }
  }

  /// `<option>`s by category.
  static func options(current: Grouping?) -> HTML {
    categories.map { category -> HTML in
      let items = category.groupings.map { grouping -> HTML in
        """
        <option value="\(grouping.rawValue)"\(attribute: "selected", when: grouping == current)>\
        \(grouping.columnTitle)</option>
        """
      }
      return "<optgroup label=\"\(category.title)\">\(items)</optgroup>"
    }.joined()
  }
}
