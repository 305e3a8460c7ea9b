import Web

/// What reports on the same traffic there are, as a row of tabs over each of them. Days and campaign come along from tab
/// to tab.
enum ReportTab: CaseIterable, Sendable {
  case reports, landingFunnel, shopFunnel, abTest, attribution

  /// Each page's own path.
  var path: String {
    switch self {
    case .reports: "/admin/reports"
    case .landingFunnel: "/admin/reports/funnel"
    case .shopFunnel: "/admin/reports/ecommerce"
    case .abTest: "/admin/reports/ab-test"
    case .attribution: "/admin/reports/attribution"
    }
  }

  var title: String {
    switch self {
    case .reports: "Reports"
    case .landingFunnel: "Funnel"
    case .shopFunnel: "E-commerce"
    case .abTest: "A/B Test"
    case .attribution: "Attribution"
    }
  }

  /// - Parameter query: what comes along: `period` or `from` and `to`, and `campaign_id`.
  static func tabs(current: ReportTab, _ query: [(name: String, value: String)]) -> HTML {
    let shared = query.filter { ["period", "from", "to", "campaign_id"].contains($0.name) }
    return Parts.tabs(
      "Reports", allCases.map { ($0.title, PageAddress($0.path, shared).description, $0 == current) })
  }
}
