import Analytics
import Core
import Web

/// A report's rows, its totals, and where the numbers come from.
struct ReportTable: Sendable {
  let context: ReportContext
  let answer: ReportAnswer

  private var question: ReportQuestion { context.question }

  var html: HTML {
    guard !answer.rows.isEmpty else { return "<div class=\"card\">\(empty)</div>" }
    let caption = "Report by \(question.groupings.map { $0.columnTitle.lowercased() }.joined(separator: ", "))"
    return """
      \(warning)<div class="card"><div class="ty-scroll" tabindex="0" role="region" aria-label="\(caption)">
      <table class="table card-table" data-ty-table="report" data-report-rows="\(answer.groupCount)"><caption class="visually-hidden">\(caption)</caption>
      <thead><tr>\(head)</tr></thead><tbody>\(answer.rows.map(row))</tbody><tfoot>\(totals)</tfoot></table></div>
      <div class="card-footer ty-row-inline"><span class="ty-sub">\(source)</span>\(more)</div></div>
      """
  }

  // The head

  private var head: HTML {
    let keys = question.groupings.map { heading($0.columnTitle, $0.rawValue, isNumber: false) }
    return (keys + context.columns.map { heading($0.label, $0.rawValue, isNumber: true) }).joined()
  }

  private func heading(_ title: String, _ name: String, isNumber: Bool) -> HTML {
    let current = question.sort ?? standardSort
    let order: Parts.Order? = current == name ? .ascending : current == "-\(name)" ? .descending : nil
    // Numbers begin with the greatest, names with the first.
    let next = current == "-\(name)" || (!isNumber && current != name) ? name : "-\(name)"
    let address = question.address { question in
      question.sort = next
      question.limit = ReportQuestion.standardLimit
    }
    return Parts.sortHeading(title, address, current: order, isNumber: isNumber)
  }

  private var standardSort: String {
    guard let first = question.groupings.first, first.isTime else { return "-clicks" }
    return first.rawValue
  }

  // Rows

  private func row(_ row: ReportAnswer.Row) -> HTML {
    let keys = zip(question.groupings, row.keys).enumerated().map { index, pair -> HTML in
      let key = key(pair.1, of: pair.0)
      return index == 0
        ? "<th scope=\"row\" class=\"ty-truncate\">\(key)</th>" : "<td class=\"ty-truncate\">\(key)</td>"
    }
    return "<tr>\(keys)\(cells(row.values, row.previous))</tr>"
  }

  private func key(_ key: GroupKey, of grouping: Grouping) -> HTML {
    guard let opened = question.opening(key, of: grouping, in: context.period) else { return .escaped(key.text) }
    let text = key.isMissing ? ReportRequest.missingValue : key.text
    return "<a href=\"\(href: opened.address.description)\" title=\"\(text)\" data-busy=\"#report\">\(text)</a>"
  }

  private func cells(_ values: BaseValues, _ previous: BaseValues?) -> [HTML] {
    context.columns.map { metric in
      let isLoss = Figures.isLoss(metric, of: values)
      let text = Figures.text(metric, of: values, answer.plan.currency)
      return "<td class=\"num\(if: isLoss, " bad")\">\(text)\(change(metric, previous, values))</td>"
    }
  }

  /// How much more than before; what it was where there is no percentage of it.
  private func change(_ metric: Metric, _ previous: BaseValues?, _ values: BaseValues) -> HTML {
    guard let previous else { return .empty }
    let before = metric.value(of: previous)
    let was = Figures.text(metric, of: previous, answer.plan.currency)
    guard let change = Change(from: before, to: metric.value(of: values)) else {
      guard before != metric.value(of: values) else { return .empty }
      return "<small class=\"ty-change ty-report-change\">was \(was)</small>"
    }
    let tone = metric.tone(isRise: change.isRise)
    return """
      <small class="ty-change ty-report-change\(tone)" title="was \(was)">\
      \(context.icons(change.isRise ? .rise : .fall, small: true))\
      <span class="visually-hidden">\(change.isRise ? "up" : "down") </span>\(change.text)\
      <span class="visually-hidden"> from \(was)</span></small>
      """
  }

  private var totals: HTML {
    let count = answer.groupCount == 1 ? "1 row" : "\(Figures.count(answer.groupCount)) rows"
    return """
      <tr class="ty-total"><th scope="row" colspan="\(question.groupings.count)">Total \
      <span class="ty-sub">\(count)</span></th>\(cells(answer.totals, answer.previousTotals))</tr>
      """
  }

  // Below and above

  private var more: HTML {
    let shown = answer.rows.count
    guard shown < answer.groupCount else { return .empty }
    let counts: HTML = """
      <span class="ty-sub ty-push">\(Figures.count(shown)) of \(Figures.count(answer.groupCount)) rows</span>
      """
    guard let limit = ReportQuestion.limits.first(where: { $0 > question.limit }) else {
      return counts + "<span class=\"ty-sub\">The export has all of them.</span>"
    }
    let address = question.address { $0.limit = limit }
    return """
      \(counts)<a class="btn btn-sm" href="\(href: address)" data-busy="#report">Show \
      \(Figures.count(min(limit, answer.groupCount)))</a>
      """
  }

  /// Where the numbers come from, in words.
  private var source: String {
    let days = answer.plan.window.days
    let range = days.from == days.to ? "\(days.from)" : "\(days.from) to \(days.to)"
    return "\(ReportSource(answer.plan, context.times).text) · \(range), \(context.zone) · \(answer.plan.currency.code)"
  }

  private var warning: HTML {
    let count = answer.totals[.unconverted]
    guard count > 0 else { return .empty }
    let what = count == 1 ? "1 click or conversion has" : "\(Figures.count(count)) clicks and conversions have"
    return Parts.note(
      .warning,
      """
      <p>\(what) money in a currency that there is no rate for on its day: it is missing from cost and revenue. \
      <a href="\(CurrencyPages.path)">Enter rates</a></p>
      """, context.icons)
  }

  private var empty: HTML {
    guard question.filters.isEmpty, question.bounds.isEmpty else {
      let address = question.address { question in
        (question.filters, question.bounds, question.path) = ([], [], [])
      }
      return Parts.empty(
        context.icons(.search), "No traffic fits these filters", "Take one away, or choose other days.",
        "<a class=\"btn\" href=\"\(href: address)\">Remove all filters</a>")
    }
    let address = question.address { question in
      (question.preset, question.from, question.to) = (Period.Preset.month.rawValue, nil, nil)
    }
    let isMonth = context.period.preset == .month
    return Parts.empty(
      context.icons(.clicks), "No traffic in these days",
      """
      Each visitor of a tracking link is counted here some seconds later. Group by any of \(Grouping.allCases.count) \
      fields, click a row to look into it, and compare with the time before.
      """,
      isMonth
        ? "<a class=\"btn\" href=\"/admin/campaigns\">Go to campaigns</a>"
        : "<a class=\"btn\" href=\"\(href: address)\">Show 30 days</a>")
  }
}

extension GroupKey {
  /// Traffic that has no value.
  fileprivate var isMissing: Bool {
    switch self {
    case .entity(let id, _): id == nil
    case .text(let text): text == nil
    case .hour, .weekday, .date: false
    }
  }
}

extension Metric {
  /// The class for a change: good news, bad news, or neither.
  func tone(isRise: Bool) -> String {
    switch self {
    case .cost, .hold, .blocked: ""
    case .cpa, .cpl, .cac: isRise ? " bad" : " good"
    default: isRise ? " good" : " bad"
    }
  }
}
