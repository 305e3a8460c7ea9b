import Analytics
import Core
import Web

/// The best campaigns, offers, sources, countries and landing pages, each with the way to the whole report.
struct DashboardTops: Sendable {
  let question: DashboardQuestion
  let currency: Currency
  /// Sections whose things the session may open.
  let session: TrackerSession
  let icons: IconSet

  private static let columns: [Metric] = [.clicks, .conversions, .cost, .revenue, .profit, .roi]

  /// - Parameter answers: in the order of ``DashboardQuestion/tops``.
  func cards(_ answers: [ReportAnswer]) -> HTML {
    "<div class=\"ty-grid\">\(zip(DashboardQuestion.tops, answers).map(card))</div>"
  }

  /// Stand there until each ``card(_:_:)`` comes.
  var cardsToCome: HTML {
    let cards = DashboardQuestion.tops.map { top -> HTML in
      """
      <section class="card" data-load="\(href: question.part("top").with("of", top.grouping.rawValue).description)">\
      <div class="card-header"><h2 class="card-title">\(Self.title(top))</h2><div class="ty-actions">\(report(top))</div>\
      </div><div class="card-body"><div class="ty-skeleton ty-skeleton-table ty-scripted" aria-hidden="true"></div>\
      </div></section>
      """
    }
    let whole = question.address.with(DashboardQuestion.wholePage, "1").description
    return """
      <noscript><p><a class="btn" href="\(href: whole)">Show these lists and the figures of customers</a></p></noscript>\
      <div class="ty-grid">\(cards)</div>
      """
  }

  private static func title(_ top: DashboardQuestion.Top) -> String { "Top \(plural(top.grouping))" }

  private func report(_ top: DashboardQuestion.Top) -> HTML {
    let address = question.report(by: top.grouping).with("sort", "-\(top.order.rawValue)").description
    return """
      <a class="btn btn-sm" href="\(href: address)">Whole report<span class="visually-hidden"> by \
      \(top.grouping.label.lowercased())</span></a>
      """
  }

  func card(_ top: DashboardQuestion.Top, _ answer: ReportAnswer) -> HTML {
    let (grouping, order) = top
    let (title, more) = (Self.title(top), report(top))
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
