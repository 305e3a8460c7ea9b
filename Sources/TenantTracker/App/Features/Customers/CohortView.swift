import Core
import Web

/// Cohorts as a triangle: a row for each month of first orders, a column for each month after.
struct CohortView: Sendable {
  enum Figure: String, Sendable, CaseIterable {
    case retention, revenue, value

    var title: String {
      switch self {
      case .retention: "Came back"
      case .revenue: "Revenue"
      case .value: "LTV so far"
      }
    }

    var explanation: String {
      switch self {
      case .retention: "How many of a month's new customers ordered in that month and in each one after."
      case .revenue: "What a month's new customers brought in that month and in each one after."
      case .value: "What a month's new customers brought by then, each of them on average."
      }
    }
  }

  let cohorts: [Cohort]
  let currency: Currency
  let today: LocalDate
  let shown: Figure

  /// Months that have begun since the cohort's own.
  private func age(of cohort: Cohort) -> Int {
    max(0, 12 * (today.year - cohort.month.year) + today.month - cohort.month.month)
  }

  /// Columns: as far as the eldest goes.
  private var span: Int { cohorts.map(age).max() ?? 0 }

  var html: HTML {
    let figures = Figure.allCases.map { figure in
      (
        figure.title,
        PageAddress(CustomerPages.cohortsPath, [("show", figure == .retention ? "" : figure.rawValue)]).description,
        figure == shown
      )
    }
    let later = (0...span).map { number in
      Parts.Heading.number(number == 0 ? "First month" : "+\(number)")
    }
    return """
      <div class="ty-toolbar">\(Parts.segments("Figure", figures))</div>
      <p class="text-secondary">\(shown.explanation) Months are those of your time zone.</p>
      <div class="card">\(Parts.bareTable(
        ["First order in", .number("Customers")] + later, cohorts.map(row), caption: "Cohorts, the latest first"))</div>
      """
  }

  private func row(_ cohort: Cohort) -> HTML {
    var brought = Micros.zero
    let last = age(of: cohort)
    let cells = (0...span).map { later -> HTML in
      let month = cohort.months.first { $0.later == later }
      brought += month?.revenue ?? .zero
      return "<td class=\"num\">\(later > last ? "" : cell(month, cohort, brought))</td>"
    }
    return """
      <tr><th scope="row">\(cohort.month.description.prefix(7))</th>\
      <td class="num">\(Figures.count(cohort.customers))</td>\(cells)</tr>
      """
  }

  /// - Parameter brought: by then.
  private func cell(_ month: Cohort.Month?, _ cohort: Cohort, _ brought: Micros) -> String {
    switch shown {
    case .retention: Figures.percent(tenThousandths: month.map(cohort.retention) ?? 0, places: 1)
    case .revenue: Figures.money(month?.revenue ?? .zero, currency)
    case .value: Figures.money(Micros(rawValue: brought.rawValue / max(1, cohort.customers)), currency)
    }
  }
}
