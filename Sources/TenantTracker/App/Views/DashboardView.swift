import Analytics
import Core
import Web

/// The dashboard's figures, made from two reports.
struct DashboardView: Sendable {
  let question: DashboardQuestion
  let currency: Currency
  let campaigns: [NameStore.Name]
  /// By hour or day, compared with the time before.
  let byTime: ReportAnswer
  let byCampaign: ReportAnswer
  /// Whether a campaign's name leads to its editor.
  let linksCampaigns: Bool
  let icons: IconSet

  private static let figures: [Metric] = [
    .clicks, .unique, .leads, .conversions, .cr, .cost, .revenue, .profit, .roi, .epc,
  ]
  private static let columns: [Metric] = [.clicks, .conversions, .cr, .cost, .revenue, .profit, .roi, .epc]

  var html: HTML {
    """
    \(PeriodBar(question: question, campaigns: campaigns).html)
    \(keyFigures)
    <section class="card"><div class="card-header"><h2 class="card-title">\(chart.title)</h2></div>\
    <div class="card-body">\(chart.html)</div></section>
    \(topCampaigns)
    """
  }

  private var keyFigures: HTML {
    let items = Self.figures.map { metric -> HTML in
      let isLoss = Figures.isLoss(metric, of: byTime.totals)
      return """
        <div class="ty-figure"><dt>\(Self.label(metric))</dt><dd\(if: isLoss, " class=\"bad\"")>\
        \(Figures.text(metric, of: byTime.totals, currency))\(change(metric))</dd></div>
        """
    }
    return "<dl class=\"ty-figures\">\(items)</dl>"
  }

  static func label(_ metric: Metric) -> String {
    switch metric {
    case .roi: "ROI"
    case .cr: "CR"
    case .unique: "Unique clicks"
    default: metric.label
    }
  }

  /// How much more than in the time before; nothing when there is nothing to compare with.
  private func change(_ metric: Metric) -> HTML {
    guard let before = byTime.previousTotals,
      let change = Change(from: metric.value(of: before), to: metric.value(of: byTime.totals))
    else { return .empty }
    let tone = metric == .cost ? "" : change.isRise ? " good" : " bad"
    return """
      <small class="ty-change\(tone)">\(icons(change.isRise ? .rise : .fall, small: true))\
      <span class="visually-hidden">\(change.isRise ? "up" : "down") </span>\(change.text)\
      <span class="visually-hidden"> against the \(question.period.dayCount == 1 ? "day" : "days") before</span></small>
      """
  }

  private var chart: Chart {
    let (labelTitle, slots) = slots
    let values = slots.map(\.values)
    return Chart(
      title: question.period.dayCount == 1 ? "Clicks and money by hour" : "Clicks and money by day",
      labelTitle: labelTitle, labels: slots.map(\.label), axes: ["Clicks", currency.code],
      series: [
        series(.clicks, .bar, axis: 0, values), series(.revenue, .line, axis: 1, values),
        series(.profit, .line, axis: 1, values),
      ])
  }

  private func series(_ metric: Metric, _ shape: Chart.Series.Shape, axis: Int, _ values: [BaseValues]) -> Chart.Series
  {
    Chart.Series(
      name: metric.label, shape: shape, axis: axis,
      values: values.map { base in
        let exact: JSONValue =
          switch metric.value(of: base) {
          case .money(let amount)?: .number(amount.description)
          case let value?: value.json
          case nil: .null
          }
        return (exact, Figures.text(metric, of: base, currency))
      })
  }

  /// Every hour or day of the range, those without traffic too.
  private var slots: (title: String, [(label: String, values: BaseValues)]) {
    var found: [GroupKey: BaseValues] = [:]
    for row in byTime.rows { if let key = row.keys.first { found[key] = row.values } }
    let keys: [GroupKey] =
      question.period.dayCount == 1
      ? (0..<24).map { .hour($0) }
      : (0..<min(question.period.dayCount, 1_000)).map { .date(question.period.from.adding(days: $0)) }
    return (question.period.dayCount == 1 ? "Hour" : "Day", keys.map { ($0.text, found[$0] ?? BaseValues()) })
  }

  private var topCampaigns: HTML {
    let rows = byCampaign.rows.map { row -> HTML in
      let cells = Self.columns.map { Figures.cell($0, of: row.values, currency) }
      return "<tr><th scope=\"row\">\(campaign(row.keys.first))</th>\(cells)</tr>"
    }
    let totals = Self.columns.map { Figures.cell($0, of: byCampaign.totals, currency) }
    let footer: HTML = "<tr class=\"ty-total\"><th scope=\"row\">All campaigns</th>\(totals)</tr>"
    let table =
      rows.isEmpty
      ? Parts.empty(
        icons(.clicks), "No clicks in these days", "Choose other days, or open a tracking link to see one arrive.")
      : Parts.bareTable(
        ["Campaign"] + Self.columns.map { .number(Self.label($0)) }, rows + [footer], caption: "Top campaigns")
    return Parts.flushCard("Top campaigns", table)
  }

  private func campaign(_ key: GroupKey?) -> HTML {
    guard case .entity(let id?, _)? = key, let text = key?.text else { return Parts.dash }
    guard linksCampaigns, campaigns.contains(where: { $0.id == id }) else { return .escaped(text) }
    return "<a href=\"/admin/campaigns/\(id)\">\(text)</a>"
  }
}

/// A change of a figure in percent.
struct Change: Sendable, Hashable {
  let isRise: Bool
  /// Without its sign: an arrow says which way.
  let text: String

  /// Nil when there is nothing to compare with, or no change to speak of.
  init?(from before: MetricValue?, to after: MetricValue?) {
    guard let before = before?.number, let after = after?.number, before != 0 else { return nil }
    let percent = (after - before) / before.magnitude * 100
    guard percent.magnitude >= 0.05, percent.magnitude < 100_000 else { return nil }
    isRise = percent > 0
    text = Figures.percent(tenThousandths: Int64((percent.magnitude * 10_000).rounded()), places: 1)
  }
}

extension MetricValue {
  /// Near enough for a comparison in percent.
  fileprivate var number: Double {
    switch self {
    case .count(let count): Double(count)
    case .money(let amount): Double(amount.rawValue)
    case .percent(let value): Double(value)
    }
  }
}
