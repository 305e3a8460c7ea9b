import Core
import Web

/// Conversions, each with its clicks in order: when, from where, how long until the next, and the credit.
struct JourneysView: Sendable {
  let page: Page<Journey>
  let question: AttributionQuestion
  let form: DaysForm
  let book: NameBook
  let currency: Currency
  let times: LocalTimes
  let icons: IconSet

  var html: HTML {
    """
    <div class="ty-toolbar">\(models)</div>\(form.html)
    \(cards)\(next)
    """
  }

  private var cards: HTML {
    guard page.items.isEmpty else { return page.items.map(card).joined() }
    guard page.nextCursor != nil else { return nothing }
    return """
      <div class="card">\(Parts.empty(
        icons(.search), "Nothing so far", "None of the latest conversions has a click that fits. The next page goes on."))\
      </div>
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

  private var nothing: HTML {
    """
    <div class="card">\(Parts.empty(
      icons(.attribution), "No journeys in these days",
      "Each approved conversion is one, with all clicks of its visitor in the days before.",
      "<a class=\"btn\" href=\"\(href: form.path)\">Show the last 30 days</a>"))</div>
    """
  }

  private var next: HTML {
    guard let cursor = page.nextCursor else { return .empty }
    let address = form.address.with("cursor", cursor).description
    return "<div class=\"ty-pager\"><a class=\"btn\" href=\"\(href: address)\" rel=\"next\">Next page</a></div>"
  }

  private func card(_ journey: Journey) -> HTML {
    let credits = journey.credits(question.model, halfLife: Double(question.halfLifeDays))
    let rows = journey.touches.indices.map { row(journey, $0, credits[$0]) }
    let title =
      "\(journey.type.capitalizedFirst) of \(Figures.money(journey.revenue, currency)), \(times.text(journey.at))"
    let hidden = journey.length - journey.touches.count
    let note: HTML = """
      <div class="card-body"><p class="ty-lead">\(hidden) clicks between the first and the last \
      \(Journey.mostTouches - 1) are not shown and get no credit.</p></div>
      """
    return Parts.flushCard(
      title,
      (hidden > 0 ? note : .empty)
        + Parts.bareTable(
          ["Click", "Traffic source", "Campaign", "Landing page", "Until the next", .number("Credit")], rows,
          // A name of its own: two sales of a second look alike.
          caption: "Clicks before conversion \(journey.conversion)"),
      actions: "<a class=\"btn btn-sm\" href=\"/admin/conversions/\(journey.conversion)\">Conversion</a>")
  }

  private func row(_ journey: Journey, _ index: Int, _ credit: Micros) -> HTML {
    let touch = journey.touches[index]
    let isLast = index == journey.touches.count - 1
    let next = isLast ? journey.at : journey.touches[index + 1].at
    let wait = Self.duration(from: touch.at, to: next) + (isLast ? " to the conversion" : "")
    return """
      <tr><th scope="row"><a href="/admin/clicks/\(touch.click)">\(times(touch.at))</a>\
      \(if: touch.click == journey.click, " <span class=\"ty-sub\">reported</span>")</th>\
      <td>\(book.source(touch.source))</td><td>\(book.campaign(touch.campaign))</td>\
      <td>\(book.landing(touch.landing))</td><td>\(wait)</td>\
      <td class="num">\(Figures.money(credit, currency))</td></tr>
      """
  }

  /// `3 d 4 h`, `12 min 5 s`: the two largest units are enough.
  static func duration(from start: Timestamp, to end: Timestamp) -> String {
    let seconds = max(0, (end.microseconds - start.microseconds) / 1_000_000)
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24)
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60)
    if days > 0 { return "\(days) d \(hours) h" }
    if hours > 0 { return "\(hours) h \(minutes) min" }
    return minutes > 0 ? "\(minutes) min \(rest) s" : "\(rest) s"
  }
}
