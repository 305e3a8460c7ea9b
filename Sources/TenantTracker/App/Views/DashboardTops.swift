import Analytics
import Core
import Web

/// The best campaigns, offers, sources, countries and landing pages, each with the way to the whole report.
struct DashboardTops: Sendable {
  let question: DashboardQuestion
  let currency: Currency
  /// In the order of ``DashboardQuestion/tops``.
  let answers: [ReportAnswer]
  /// Sections whose things the session may open.
  let session: TrackerSession
  let icons: IconSet

  private static let columns: [Metric] = [.clicks, .conversions, .cost, .revenue, .profit, .roi]

  var html: HTML {
    "<div class=\"ty-grid\">\(zip(DashboardQuestion.tops, answers).map { card($0.grouping, by: $0.order, $1) })</div>"
  }

  private func card(_ grouping: Grouping, by order: Metric, _ answer: ReportAnswer) -> HTML {
    let title = "Top \(Self.plural(grouping))"
    let report = question.report(by: grouping).with("sort", "-\(order.rawValue)").description
    let more: HTML = """
      <a class="btn btn-sm" href="\(href: report)">Whole report<span class="visually-hidden"> by \
      \(grouping.label.lowercased())</span></a>
      """
    guard !answer.rows.isEmpty else {
      return Parts.card(title, "<p class=\"ty-lead\">No clicks in these days.</p>", actions: more)
    }
    let rows = answer.rows.map { row -> HTML in
      "<tr><th scope=\"row\">\(name(row.keys.first, grouping))</th>\(cells(row.values))</tr>"
    }
    let left = answer.groupCount - answer.rows.count
    let rest = left > 0 ? "All, \(left) more with them" : "All"
    let total: HTML = "<tr class=\"ty-total\"><th scope=\"row\">\(rest)</th>\(cells(answer.totals))</tr>"
    let table = Parts.bareTable(
      [Parts.Heading(grouping.label)] + Self.columns.map { .number(DashboardFigures.label($0)) }, rows + [total],
      caption: "\(title) by \(DashboardFigures.label(order).lowercased())")
    return Parts.flushCard(title, table, actions: more)
  }

  private func cells(_ values: BaseValues) -> [HTML] { Self.columns.map { Figures.cell($0, of: values, currency) } }

  private static func plural(_ grouping: Grouping) -> String {
    switch grouping {
    case .country: "countries"
    case .landing: "landing pages"
    default: "\(grouping.rawValue)s"
    }
  }

  /// A configured thing's name leads to its editor.
  private func name(_ key: GroupKey?, _ grouping: Grouping) -> HTML {
    guard let key else { return Parts.dash }
    guard case .entity(let id?, _) = key, let section = Self.section(grouping), session.allows(.read(section)) else {
      return .escaped(key.text)
    }
    return "<a href=\"/admin/\(section.rawValue)/\(id)\">\(key.text)</a>"
  }

  private static func section(_ grouping: Grouping) -> Section? {
    switch grouping {
    case .campaign: .campaigns
    case .offer: .offers
    case .source: .sources
    case .landing: .landings
    default: nil
    }
  }
}
