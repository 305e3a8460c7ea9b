import Analytics
import Core
import Web

/// The dashboard's own tab: what waits, key figures, the chart, the best.
struct DashboardView: Sendable {
  /// What takes longer than the rest.
  struct LateParts: Sendable {
    /// Of all the time, compared with the time before.
    let people: ReportAnswer
    /// In the order of ``DashboardQuestion/tops``.
    let tops: [ReportAnswer]
  }

  let question: DashboardQuestion
  let currency: Currency
  let campaigns: [NameStore.Name]
  /// By hour or day, compared with the time before.
  let byTime: ReportAnswer
  let comparison: DashboardComparison
  let pulse: LivePulse
  let alerts: [DashboardAlert]
  /// Nil when they are fetched as soon as the page stands.
  let lateParts: LateParts?
  let session: TrackerSession
  let icons: IconSet

  var html: HTML {
    let slots = DashboardSlots(byTime, question)
    let showsCommerce = byTime.totals[.orders] > 0
    let figures = DashboardFigures(
      question: question, totals: byTime.totals, comparison: comparison, slots: slots, currency: currency,
      icons: icons)
    let chart = DashboardChart(question: question, slots: slots, currency: currency, showsCommerce: showsCommerce)
      .chart
    let tops = DashboardTops(question: question, currency: currency, session: session, icons: icons)
    return """
      \(PeriodBar(question: question, campaigns: campaigns).html)
      \(DashboardAlertList(alerts: alerts, icons: icons).html)
      \(pulse.html(campaign: question.campaign))
      \(figures.html(DashboardQuestion.figures, label: "Key figures"))
      \(if: showsCommerce, figures.html(DashboardQuestion.commerce, label: "E-commerce") + people)
      \(figures.note)
      <section class="card"><div class="card-header"><h2 class="card-title">\(chart.title)</h2>\
      <div class="ty-actions">\(everything)</div></div><div class="card-body">\(chart.html)</div></section>
      \(lateParts.map { tops.cards($0.tops) } ?? tops.cardsToCome)
      """
  }

  private var people: HTML {
    guard let lateParts else { return DashboardFigures.peopleToCome(question) }
    return DashboardFigures(
      question: question, totals: lateParts.people.totals, comparison: comparison.of(lateParts.people), slots: nil,
      currency: currency, icons: icons
    ).people
  }

  /// Back from one metric to all of them.
  private var everything: HTML {
    guard question.metric != nil else { return .empty }
    return
      "<a class=\"btn btn-sm\" href=\"\(href: question.address.with("metric", nil).description)\">Clicks and money</a>"
  }
}
