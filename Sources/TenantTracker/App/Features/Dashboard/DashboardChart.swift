import Analytics
import Core
import Web

/// The dashboard's chart: one metric with the time before, or clicks and money. The table behind it has all figures.
struct DashboardChart: Sendable {
  let question: DashboardQuestion
  let slots: DashboardSlots
  let currency: Currency
  let showsCommerce: Bool

  var chart: Chart {
    let span = question.isByHour ? "by hour" : "by day"
    // People are not counted by the day for other charts.
    let people = question.metric.map(DashboardQuestion.people.contains) == true ? DashboardQuestion.people : []
    let all = DashboardQuestion.figures + (showsCommerce ? DashboardQuestion.commerce : []) + people
    let table = all.map { series($0, .line, axis: 0) }
    guard let metric = question.metric else {
      return Chart(
        title: "Clicks and money \(span)", labelTitle: slots.title, labels: slots.slots.map(\.label),
        axes: ["Clicks", currency.code],
        series: [series(.clicks, .bar, axis: 0), series(.revenue, .line, axis: 1), series(.profit, .line, axis: 1)],
        columns: table)
    }
    let title = DashboardFigures.label(metric)
    return Chart(
      title: "\(title) \(span)", labelTitle: slots.title, labels: slots.slots.map(\.label),
      axes: [metric.format == .money ? currency.code : title],
      series: [series(metric, .bar, axis: 0), before(metric)], columns: [before(metric)] + table)
  }

  private func series(_ metric: Metric, _ shape: Chart.Series.Shape, axis: Int) -> Chart.Series {
    Chart.Series(
      name: DashboardFigures.label(metric), shape: shape, axis: axis,
      values: slots.slots.map { point(metric, $0.values) })
  }

  private func before(_ metric: Metric) -> Chart.Series {
    Chart.Series(
      name: question.isByHour ? "The day before" : "The days before", shape: .line, axis: 0,
      values: slots.slots.map { point(metric, $0.previous) }, isDashed: true)
  }

  private func point(_ metric: Metric, _ base: BaseValues) -> (exact: JSONValue, text: String) {
    let exact: JSONValue =
      switch metric.value(of: base) {
      case .money(let amount)?: .number(amount.description)
      case let value?: value.json
      case nil: .null
      }
    return (exact, Figures.text(metric, of: base, currency))
  }
}
