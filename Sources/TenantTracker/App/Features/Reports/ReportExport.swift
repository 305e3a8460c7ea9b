import Analytics
import Core
import Web

/// All rows of a report as a file, as exact as the engine has them. Text that a spreadsheet would take for a formula is
/// guarded; numbers stay numbers.
struct ReportExport: Sendable {
  enum Format: String, CaseIterable, Sendable { case csv, json }

  let format: Format
  let request: ReportRequest
  let currency: Currency

  /// `trackily-report-campaign-country-2026-11-15-to-2026-11-21.csv`
  func filename(_ period: Period) -> String {
    let range = period.from == period.to ? "\(period.from)" : "\(period.from)-to-\(period.to)"
    let names = request.groupings.map { $0.rawValue.replacing("_", with: "-") }.joined(separator: "-")
    return "trackily-report-\(names)-\(range).\(format.rawValue)"
  }

  var type: ContentType { format == .csv ? .csv : .json }

  /// What comes before the rows.
  var head: String {
    switch format {
    case .csv: CSVCell.line(heads.map { .text($0) })
    case .json: "{\"rows\":["
    }
  }

  /// - Parameter isFirst: whether none came before.
  func rows(_ rows: [ReportAnswer.Row], isFirst: Bool) -> String {
    switch format {
    case .csv: rows.map { CSVCell.line(keys($0.keys) + cells($0.values, $0.previous)) }.joined()
    case .json: (isFirst ? "\n" : ",\n") + rows.map { request.json(of: $0).text }.joined(separator: ",\n")
    }
  }

  /// What comes after them: the totals, over all groups, and for JSON what else the API tells.
  func tail(_ answer: ReportAnswer) -> String {
    switch format {
    case .csv:
      let width = request.groupings.reduce(0) { $0 + ($1.isEntity ? 2 : 1) }
      let blank = Array(repeating: CSVCell.empty, count: width - 1)
      return CSVCell.line([.text("Total")] + blank + cells(answer.totals, answer.previousTotals))
    case .json:
      let rest = answer.json.objectValue?.members.filter { $0.key != "rows" } ?? []
      return "\n]" + rest.map { ",\"\($0.key)\":\($0.value.text)" }.joined() + "}\n"
    }
  }

  private var heads: [String] {
    let keys = request.groupings.flatMap { $0.isEntity ? [$0.columnTitle, "\($0.columnTitle) id"] : [$0.columnTitle] }
    let labels = request.metrics.map { $0.format == .money ? "\($0.label) (\(currency.code))" : $0.label }
    return keys + labels + (request.comparesPrevious ? labels.map { "\($0) before" } : [])
  }

  private func keys(_ keys: [GroupKey]) -> [CSVCell] {
    keys.flatMap { key -> [CSVCell] in
      switch key {
      case .entity(let id, let name): [CSVCell(name), id.map { .number("\($0)") } ?? .empty]
      case .text(let text): [CSVCell(text)]
      case .date(let day): [.number(day.description)]
      case .hour(let hour): [.number("\(hour)")]
      case .weekday: [.text(key.text)]
      }
    }
  }

  private func cells(_ values: BaseValues, _ previous: BaseValues?) -> [CSVCell] {
    let now = request.metrics.map { cell($0, values) }
    guard request.comparesPrevious else { return now }
    return now + request.metrics.map { cell($0, previous ?? BaseValues()) }
  }

  /// Empty where there is no value: a division by zero.
  private func cell(_ metric: Metric, _ values: BaseValues) -> CSVCell {
    metric.value(of: values).map { .number($0.text) } ?? .empty
  }

  /// The choice of formats beside the page's title.
  static func menu(_ context: ReportContext) -> HTML {
    let links = Format.allCases.map { format -> HTML in
      let query = context.question.address.query
      let address = "\(ReportPages.exportPath)?\(query)&format=\(format.rawValue)"
      return "<a href=\"\(href: address)\" data-report-export download>\(format.rawValue.uppercased()), all rows</a>"
    }
    return """
      <details class="ty-menu ty-menu-end" data-menu><summary class="btn">\(context.icons(.download))Export</summary>\
      <div class="ty-menu-list">\(links)</div></details>
      """
  }
}
