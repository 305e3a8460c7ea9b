import Analytics
import Core

/// What a dashboard shows, read from its address, and what it asks the report engine for that.
struct DashboardQuestion: Sendable {
  let period: Period
  let campaign: Int64?
  let zone: TimeZoneName
  /// What the chart shows; nil for clicks and money.
  var metric: Metric? = nil

  /// The documented key figures.
  static let figures: [Metric] = [
    .clicks, .unique, .leads, .conversions, .cr, .cost, .revenue, .profit, .roi, .epc,
  ]
  /// Beside them as soon as something was ordered.
  static let commerce: [Metric] = [.orders, .aov, .roas, .rpc]
  /// Of people, who take longer to count: they come when the page stands.
  static let people: [Metric] = [.cac, .ltv, .repeatRate]

  static let all = figures + commerce + people

  /// Of a list of the best: what is listed, and by what they are the best.
  typealias Top = (grouping: Grouping, order: Metric)
  static let tops: [Top] = [
    (.campaign, .profit), (.offer, .profit), (.source, .profit), (.country, .clicks), (.landing, .clicks),
  ]
  /// Rows of each list.
  static let topCount = 8

  /// A day is shown by the hour, more by the day.
  var isByHour: Bool { period.dayCount == 1 }

  /// With the time before, of equal length. People are counted for the chart only.
  var byTime: ReportRequest {
    get throws {
      let people = metric.map(Self.people.contains) == true ? Self.people : []
      return try request([
        ("group_by", isByHour ? "hour" : "date"), ("compare", "previous"),
        ("metrics", Self.list(Self.figures + Self.commerce + people)),
      ])
    }
  }

  /// Whoever bought in all of the time, and in the time before.
  var people: ReportRequest {
    get throws { try request([("compare", "previous"), ("metrics", Self.list(Self.people))], .totals) }
  }

  private static func list(_ metrics: [Metric]) -> String { metrics.map(\.rawValue).joined(separator: ",") }

  func top(_ top: Top) throws -> ReportRequest {
    try request([
      ("group_by", top.grouping.rawValue), ("sort", "-\(top.order.rawValue)"), ("limit", "\(Self.topCount)"),
    ])
  }

  private func request(
    _ items: [(name: String, value: String)], _ form: ReportRequest.Form = .grouped
  ) throws -> ReportRequest {
    try ReportRequest(query: items + days + [("campaign_id", campaign.map { "\($0)" } ?? "")], form: form, zone: zone)
  }

  private var days: [(name: String, value: String)] {
    [("from", period.from.description), ("to", period.to.description)]
  }

  // Addresses

  /// This dashboard's own.
  var address: PageAddress {
    PageAddress(
      DashboardPages.path,
      period.items + [("campaign_id", campaign.map { "\($0)" } ?? ""), ("metric", metric?.rawValue ?? "")])
  }

  /// Asks for a page with all its parts.
  static let wholePage = "whole"

  /// Where a part of this dashboard is fetched that comes when the page stands.
  func part(_ path: String) -> PageAddress {
    PageAddress("\(DashboardPages.path)/dashboard/\(path)", address.items)
  }

  /// The reports page with the same days and campaign.
  func report(by grouping: Grouping) -> PageAddress {
    PageAddress(
      "/admin/reports",
      [("group_by", grouping.rawValue)] + days + [("filter[campaign]", campaign.map { "\($0)" } ?? "")])
  }
}

/// The three places that a dashboard's figures come from.
enum DashboardTab: String, CaseIterable, Sendable {
  case trackily, everflow, kadam

  var title: String { rawValue.capitalizedFirst }

  var address: PageAddress {
    PageAddress(DashboardPages.path, [("tab", self == .trackily ? "" : rawValue)])
  }
}
