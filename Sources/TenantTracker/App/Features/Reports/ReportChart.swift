import Analytics
import Core
import Web

/// A metric of a report as a chart: over time as a line, else its greatest rows as bars; the time before as a second line.
struct ReportChart: Sendable {
  let context: ReportContext
  let metric: Metric

  /// Bars of a chart that is not about time.
  static let bars = 12
  /// More days make no line.
  private static let slotLimit = 1_000

  /// Nil when the report has none.
  init?(_ context: ReportContext) {
    switch context.question.chart {
    case .none: return nil
    case .standard:
      guard context.question.groupings.first?.isTime == true else { return nil }
      metric = .clicks
    case .metric(let metric): self.metric = metric
    }
    self.context = context
  }

  private var grouping: Grouping? { context.question.groupings.first }
  private var isTime: Bool { grouping?.isTime == true }

  /// What the engine is asked for it: nothing when the report's own rows will do.
  func request(beside answer: ReportAnswer) -> ReportRequest? {
    let hasAll = answer.rows.count == answer.groupCount && answer.request.groupings.count == 1
    let isSorted = answer.request.sort == .init(.metric(metric), descending: true)
    if hasAll || (isSorted && !isTime) { return nil }
    var request = answer.request
    request.metrics = [metric]
    if isTime {
      request.groupings = Array(request.groupings.prefix(1))
      (request.sort, request.limit) = (nil, Self.slotLimit)
    } else {
      (request.sort, request.limit) = (.init(.metric(metric), descending: true), Self.bars)
    }
    return request
  }

  /// - Parameter answer: to ``request(beside:)``, or the report's own.
  func chart(_ answer: ReportAnswer) -> Chart {
    let points = isTime ? slots(answer) : top(answer)
    let title = grouping.map { "\(metric.label) by \($0.columnTitle.lowercased())" } ?? metric.label
    let now = series(metric.label, points.map { ($0.values, answer.plan.currency) }, isBefore: false)
    let compares = answer.previousTotals != nil
    let before = series(
      "\(metric.label) before", points.map { ($0.previous ?? BaseValues(), answer.plan.currency) }, isBefore: true)
    return Chart(
      title: title, labelTitle: grouping?.columnTitle ?? "", labels: points.map(\.label),
      axes: [metric.format == .money ? answer.plan.currency.code : metric.label],
      series: compares ? [now, before] : [now])
  }

  private typealias Point = (label: String, values: BaseValues, previous: BaseValues?)

  private func series(_ name: String, _ values: [(BaseValues, Currency)], isBefore: Bool) -> Chart.Series {
    Chart.Series(
      name: name, shape: isTime && grouping == .date || isBefore && isTime ? .line : .bar, axis: 0,
      values: values.map { base, currency in
        let exact: JSONValue =
          switch metric.value(of: base) {
          case .money(let amount)?: .number(amount.description)
          case let value?: value.json
          case nil: .null
          }
        return (exact, Figures.text(metric, of: base, currency))
      }, isDashed: isBefore && isTime)
  }

  /// Every hour, weekday or day of the range, those without traffic too.
  private func slots(_ answer: ReportAnswer) -> [Point] {
    var found: [GroupKey: ReportAnswer.Row] = [:]
    for row in answer.rows { if let key = row.keys.first { found[key] = row } }
    let keys: [GroupKey] =
      switch grouping {
      case .hour?: (0..<24).map { .hour($0) }
      case .weekday?: (1...7).map { .weekday($0) }
      default:
        (0..<min(context.period.dayCount, Self.slotLimit)).map { .date(context.period.from.adding(days: $0)) }
      }
    return keys.map { ($0.text, found[$0]?.values ?? BaseValues(), found[$0]?.previous) }
  }

  private func top(_ answer: ReportAnswer) -> [Point] {
    let rows = answer.rows.sorted { left, right in
      (metric.value(of: left.values)?.number ?? -.infinity) > (metric.value(of: right.values)?.number ?? -.infinity)
    }
    return rows.prefix(Self.bars).map { row in
      (row.keys.map(\.text).joined(separator: " · "), row.values, row.previous)
    }
  }

  /// The card with the chart, and the choice of its metric.
  func html(_ answer: ReportAnswer) -> HTML {
    let chart = chart(answer)
    return Parts.card(chart.title, chart.html, actions: Self.choice(context))
  }

  /// The choice of a chart's metric, on the chart or in its place.
  static func choice(_ context: ReportContext) -> HTML {
    let current = ReportChart(context)?.metric
    let links = context.columns.map { metric -> HTML in
      let address = context.question.address { $0.chart = .metric(metric) }
      return """
        <a href="\(href: address)" data-busy="#report"\(if: metric == current, " aria-current=\"true\"")>\
        \(metric.label)</a>
        """
    }
    let off: HTML = """
      <hr><a href="\(href: context.question.address { $0.chart = .none })" data-busy="#report">No chart</a>
      """
    return """
      <details class="ty-menu ty-menu-end" data-menu><summary class="btn btn-sm">\(context.icons(.chart, small: true))\
      \(current?.label ?? "Chart")</summary><div class="ty-menu-list">\(links)\(if: current != nil, off)</div></details>
      """
  }
}
