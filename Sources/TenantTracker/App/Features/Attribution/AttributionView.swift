import Analytics
import Core
import Web

/// Credits under all models side by side, and how long journeys are.
struct AttributionView: Sendable {
  let findings: AttributionDesk.Findings
  let form: DaysForm
  /// Of what credit is kept to.
  let touchNames: [AttributionQuestion.Key: String]
  let icons: IconSet

  /// A page is read, not scrolled for ever; the API has more.
  private static let mostRows = 200

  private var question: AttributionQuestion { findings.question }
  private var report: AttributionReport { findings.report }

  var html: HTML {
    """
    <div class="ty-toolbar">\(models)\(keys)</div>\(form.html)\(chips)
    \(if: report.totals.journeys == 0, nothing, else: "\(figures)\(credits)\(paths)")
    """
  }

  private var models: HTML {
    Parts.segments(
      "Model",
      AttributionModel.allCases.map { model in
        let address = form.address.with("model", model == .last ? nil : model.rawValue)
        return (model.title, address.description, model == question.model)
      })
  }

  private var keys: HTML {
    Parts.segments(
      "Credit goes to",
      AttributionQuestion.Key.allCases.map { key in
        (key.title, address(by: key).description, key == question.key)
      })
  }

  private func address(by key: AttributionQuestion.Key) -> PageAddress {
    form.address.with("by", key == .source ? nil : key.rawValue)
  }

  private var chips: HTML {
    Parts.chips(
      AttributionQuestion.Key.allCases.compactMap { key in
        touchNames[key].map { ("\(key.title) is \($0)", form.address.without(key.parameter).description) }
      })
  }

  private var nothing: HTML {
    """
    <div class="card">\(Parts.empty(
      icons(.attribution), "No revenue to share in these days",
      "Each approved conversion is shared among the clicks of its visitor in the days before. Choose other days, or another campaign.",
      "<a class=\"btn\" href=\"/admin/conversions\">Go to conversions</a>"))</div>
    """
  }

  private var figures: HTML {
    let touches = report.paths.reduce(Int64(0)) { $0 + Int64($1.key) * $1.value.journeys }
    let several = report.paths.reduce(Int64(0)) { $1.key > 1 ? $0 + $1.value.journeys : $0 }
    let items: [(String, String)] = [
      ("Revenue shared", money(report.totals.revenue(question.model))),
      ("Conversions and upsells", Figures.count(report.totals.journeys)),
      ("With more than one click", Figures.percent(tenThousandths: share(several), places: 1)),
      ("Clicks a journey", tenths(touches)),
    ]
    let list = items.map { "<div class=\"ty-figure\"><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" as HTML }
    return "<p class=\"ty-lead\">\(question.model.purpose)</p><dl class=\"ty-figures\">\(list)</dl>"
  }

  /// Of all journeys, in ten-thousandths of a percent.
  private func share(_ count: Int64) -> Int64 {
    Int64((Double(count) / Double(max(1, report.totals.journeys)) * 1_000_000).rounded())
  }

  private func tenths(_ touches: Int64) -> String {
    let tenths = Int64((Double(touches) / Double(max(1, report.totals.journeys)) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private var credits: HTML {
    let title = "Credit by \(question.key.title.lowercased())"
    let headings: [Parts.Heading] =
      [Parts.Heading(question.key.title), .number("Journeys"), .number("Conversions"), .number("Share")]
      + AttributionModel.allCases.map { .number($0.title) }
    let rows = findings.rows.prefix(Self.mostRows).map(row)
    let total: HTML = """
      <tr class="ty-total"><th scope="row">All</th><td class="num">\(Figures.count(report.totals.journeys))</td>\
      <td class="num">\(conversions(report.totals))</td><td></td>\(amounts(report.totals))</tr>
      """
    let more: HTML = """
      <div class="card-body"><p class="ty-lead">These are the \(Self.mostRows) with the most credit, of \
      \(Figures.count(report.rows.count)). The API has the others.</p></div>
      """
    return Parts.flushCard(
      title,
      Parts.bareTable(headings, rows + [total], caption: title) + (report.rows.count > Self.mostRows ? more : .empty),
      actions: """
        <a class="btn" href="\(href: journeysAddress)">\(icons(.search))Journeys</a>
        """)
  }

  private var journeysAddress: String {
    PageAddress(AttributionPages.journeysPath, form.items.filter { !$0.name.hasPrefix("touch_") }).description
  }

  private func row(_ row: AttributionDesk.Row) -> HTML {
    let total = report.totals.revenue(question.model).rawValue
    let share = total > 0 ? max(0, Double(row.credit.revenue(question.model).rawValue) / Double(total)) : 0
    return """
      <tr><th scope="row">\(name(row))</th><td class="num">\(Figures.count(row.credit.journeys))</td>\
      <td class="num">\(conversions(row.credit))</td>\
      <td class="num"><meter class="ty-cell-bar" min="0" max="1" value="\(share)"></meter> \
      \(Figures.percent(tenThousandths: Int64((share * 1_000_000).rounded()), places: 1))</td>\(amounts(row.credit))</tr>
      """
  }

  /// A name leads one level down: this source's credit by campaign, a campaign's by landing page.
  private func name(_ row: AttributionDesk.Row) -> HTML {
    guard let id = row.id else { return "<span class=\"text-secondary\">None</span>" }
    let title = row.name ?? "#\(id)"
    let next: AttributionQuestion.Key? =
      switch question.key {
      case .source: .campaign
      case .campaign: .landing
      case .landing: nil
      }
    guard let next else { return .escaped(title) }
    let address = address(by: next).with(question.key.parameter, "\(id)").description
    return "<a href=\"\(href: address)\">\(title)</a>"
  }

  private func amounts(_ credit: AttributionReport.Credit) -> HTML {
    AttributionModel.allCases.map { model -> HTML in
      let amount = money(credit.revenue(model))
      return "<td class=\"num\">\(if: model == question.model, "<strong>\(amount)</strong>", else: "\(amount)")</td>"
    }.joined()
  }

  private func conversions(_ credit: AttributionReport.Credit) -> String {
    let hundredths = (credit.conversions(question.model) + 5_000) / 10_000
    let rest = hundredths % 100
    return "\(Figures.count(hundredths / 100)).\(rest < 10 ? "0" : "")\(rest)"
  }

  private var paths: HTML {
    let most = report.paths.values.map(\.journeys).max() ?? 1
    let rows = report.paths.sorted { $0.key < $1.key }.map { length, path -> HTML in
      let title =
        length == 1
        ? "1 click" : length < AttributionReport.longestPath ? "\(length) clicks" : "\(length) clicks or more"
      return """
        <tr><th scope="row">\(title)</th><td class="num">\(Figures.count(path.journeys))</td>\
        <td><meter class="ty-step-bar" min="0" max="\(most)" value="\(path.journeys)" \
        aria-label="\(title): \(path.journeys) journeys"></meter></td>\
        <td class="num">\(Figures.percent(tenThousandths: share(path.journeys), places: 1))</td>\
        <td class="num">\(money(Micros(rawValue: path.revenue)))</td></tr>
        """
    }
    return Parts.flushCard(
      "How many clicks lead to a conversion",
      Parts.bareTable(
        ["Journey", .number("Journeys"), "Of the most frequent", .number("Of all"), .number("Revenue")], rows,
        caption: "How many clicks lead to a conversion"))
  }

  private func money(_ amount: Micros) -> String { Figures.money(amount, findings.currency) }
}
