import Conversions
import Core
import Web

/// The parts of the page of currencies.
struct CurrencyView {
  let icons: IconSet
  let times: LocalTimes
  let mayWrite: Bool
  let csrf: HTML

  /// What is not counted for want of a rate.
  func missing(_ missing: [CurrencyRateStore.Missing], _ target: Currency) -> HTML {
    guard !missing.isEmpty else { return .empty }
    let lines = missing.map { entry -> HTML in
      """
      <li>\(Figures.count(entry.conversions)) \(entry.conversions == 1 ? "conversion" : "conversions") in \
      \(entry.currency.code) since \(times(entry.since))</li>
      """
    }
    return Parts.note(
      .warning,
      """
      <p>These conversions have amounts that no rate into \(target.code) was found for, on their day or in the week before. \
      They count as 0 until there is one.</p><ul>\(lines)</ul>
      """, icons)
  }

  func entry(_ fields: FormFields) -> HTML {
    form(
      "Enter a rate", CurrencyPages.path, fields,
      """
      \(fields.input("date", "Day", .date, required: true))
      <div class="ty-pair">\(fields.currency("base", "One unit of"))\(fields.currency("currency", "Was worth, in"))</div>
      \(fields.input(
        "rate", "Rate", .decimal, required: true, hint: "It serves conversions of that day, in both directions.",
        placeholder: "1.0825"))
      """, button: "Save rate")
  }

  func lines(_ fields: FormFields) -> HTML {
    form(
      "Many at once", "\(CurrencyPages.path)/import", fields,
      fields.area(
        "text", "Rates", rows: 10,
        hint:
          "Day, base, currency and rate, one a line: a CSV file’s content, up to \(Figures.count(RateLines.lineLimit)) lines.",
        isCode: true, placeholder: "2026-11-20,EUR,USD,1.0825\n2026-11-20,EUR,GBP,0.8731"), button: "Save all")
  }

  func source(_ source: RateSource, newest: LocalDate?, _ fields: FormFields) -> HTML {
    let known: HTML = newest.map { "<p>The newest are of \($0.description).</p>" } ?? .empty
    let toggle = form(
      "From the European Central Bank", "\(CurrencyPages.path)/source", fields,
      """
      \(fields.toggle(
        "ecb", "Fetch its rates every day",
        hint: "Some thirty currencies, once each working day. What you enter yourself stays."))\(known)
      """, button: "Save")
    let fetch: HTML = """
      <form method="post" action="\(CurrencyPages.path)/fetch">\(csrf)<button class="btn">\(icons(.refresh))Fetch now\
      </button></form>
      """
    return toggle + (mayWrite ? fetch : .empty)
  }

  private func form(_ title: String, _ action: String, _ fields: FormFields, _ content: HTML, button: String) -> HTML {
    let save: HTML = """
      <div class="card-footer ty-buttons"><button class="btn btn-primary">\(button)</button></div>
      """
    return """
      <form class="card ty-form" method="post" action="\(action)" novalidate>\(csrf)<div class="card-header">\
      <h2 class="card-title">\(title)</h2></div><div class="card-body">\(fields.summary)\
      <fieldset\(attribute: "disabled", when: !mayWrite)>\(content)</fieldset></div>\(if: mayWrite, save)</form>
      """
  }

  func table(_ rates: [CurrencyRate], next: String?, isFiltered: Bool) -> HTML {
    Parts.table(
      ["Day", "One unit of", "Was worth", "From", .actions], rates.map(row), caption: "Rates, newest first",
      empty: isFiltered
        ? Parts.empty(
          icons(.search), "No rate fits", "Choose another day or currency.",
          "<a class=\"btn\" href=\"\(CurrencyPages.path)\">Show all rates</a>")
        : Parts.empty(
          icons(.currencies), "No rates yet",
          "They are needed once offers or campaigns have another currency than your reports."), next: next)
  }

  private func row(_ rate: CurrencyRate) -> HTML {
    let origin =
      switch rate.origin {
      case .manual: "Entered"
      case .csv: "Imported"
      case .ecb: "European Central Bank"
      }
    let what = "the rate of \(rate.quote.currency) on \(rate.quote.day)"
    let remove: HTML = """
      <form method="post" action="\(CurrencyPages.path)/\(rate.cursor)/delete">\(csrf)<button \
      class="btn btn-icon ty-quiet" aria-label="Remove \(what)" data-confirm="Remove \(what)? What it converted stays." \
      data-confirm-yes="Remove">\(icons(.delete))</button></form>
      """
    return """
      <tr><th scope="row">\(rate.quote.day.description)</th><td>\(rate.quote.base.code)</td>\
      <td class="num">\(rate.quote.rate.description) \(rate.quote.currency.code)</td><td>\(origin)</td>\
      <td class="ty-end">\(if: mayWrite, remove)</td></tr>
      """
  }
}
