import Conversions
import Core
import Web

/// The conversion log.
struct ConversionPages: Sendable {
  let api: ConversionsAPI
  let names: NameStore
  let layout: Layout

  private static let path = "/admin/conversions"

  func register(in table: inout TrackerTable) {
    table.page("/conversions", .read(.reports), "The conversion log, newest first") { try await log($0) }
  }

  private func log(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let settings = try await api.settings.all(of: scope)
    let filters = try await LogFilters.ofConversions(call, names)
    do {
      let request = try call.page
      let cursor = try request.cursor.map { text in
        guard let id = ConversionID(text) else {
          throw Problem.invalid("cursor", "invalid", "must be a place in the log")
        }
        return id
      }
      let filter = try await api.filter(request, of: call)
      let page = try await api.conversions.page(filter, limit: request.limit, after: cursor, of: scope)
      let book = try await NameBook(conversions: page.items, names, scope)
      let rows = page.items.map { row($0, book, settings) }
      let next = page.nextCursor.map { filters.address(Self.path).with("cursor", $0).description }
      return logPage(
        filters.html(action: Self.path, problem: nil, layout.icons) + table(rows, next: next, filters), call)
    } catch let problem as Problem where problem.isAboutTheForm {
      return logPage(filters.html(action: Self.path, problem: problem, layout.icons), call, status: problem.status)
    }
  }

  private func logPage(_ content: HTML, _ call: TrackerCall, status: Int = 200) -> Reply {
    layout.page(Layout.Frame(title: "Conversions", current: Self.path), call, status: status, content)
  }

  private func table(_ rows: [HTML], next: String?, _ filters: LogFilters) -> HTML {
    let empty =
      filters.areSet
      ? Parts.empty(
        layout.icons(.search), "No conversion fits", "Take a filter away, or choose other days.",
        "<a class=\"btn\" href=\"\(href: Self.path)\">Show all conversions</a>")
      : Parts.empty(
        layout.icons(.conversions), "No conversions yet",
        "Networks report conversions to your postback URL. You find it with each affiliate network.",
        "<a class=\"btn\" href=\"/admin/networks\">Go to affiliate networks</a>")
    return Parts.table(
      [
        "Time", "Type", "Status", .number("Payout"), .number("Revenue"), "Campaign", "Offer", "Transaction",
        "Network's word", "Click",
      ], rows, caption: "Conversions, newest first", empty: empty, next: next)
  }

  private func row(_ conversion: Conversion, _ book: NameBook, _ settings: TenantSettings) -> HTML {
    let note: HTML =
      conversion.isRateMissing ? " <span class=\"ty-sub\">no exchange rate</span>" : .empty
    return """
      <tr><th scope="row">\(LocalTimes(settings)(conversion.createdAt))</th><td>\(conversion.type.rawValue.capitalizedFirst)</td>\
      <td>\(Parts.status(conversion.status.rawValue))</td>\
      <td class="num">\(Figures.money(conversion.payout.amount, conversion.payout.currency))</td>\
      <td class="num">\(Figures.money(conversion.revenue, settings.currency))\(note)</td>\
      <td>\(book.campaign(conversion.campaignID))</td><td>\(book.offer(conversion.offerID))</td>\
      <td class="ty-truncate">\(Parts.text(conversion.transactionID))</td><td>\(Parts.text(conversion.originalStatus))</td>\
      <td><a href="/admin/clicks/\(conversion.clickID)">Show click</a></td></tr>
      """
  }
}
