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
  static let commerce: [Metric] = [.orders, .aov, .roas, .cac, .ltv, .rpc, .repeatRate]

  /// What the best are listed of, and by what they are the best.
  static let tops: [(grouping: Grouping, order: Metric)] = [
    (.campaign, .profit), (.offer, .profit), (.source, .profit), (.country, .clicks), (.landing, .clicks),
  ]
  /// Rows of each list.
  static let topCount = 8

  /// A day is shown by the hour, more by the day.
  var isByHour: Bool { period.dayCount == 1 }

  /// With the time before, of equal length.
  var byTime: ReportRequest {
    get throws {
      let metrics = (Self.figures + Self.commerce).map(\.rawValue).joined(separator: ",")
      return try request([("group_by", isByHour ? "hour" : "date"), ("compare", "previous"), ("metrics", metrics)])
    }
  }

  func top(_ grouping: Grouping, by order: Metric) throws -> ReportRequest {
    try request([
      ("group_by", grouping.rawValue), ("sort", "-\(order.rawValue)"), ("limit", "\(Self.topCount)"),
    ])
  }

  private func request(_ items: [(name: String, value: String)]) throws -> ReportRequest {
    try ReportRequest(
      query: items + days + [("campaign_id", campaign.map { "\($0)" } ?? "")], form: .grouped, zone: zone)
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
