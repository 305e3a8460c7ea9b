import ClickPath
import Core
import Web

/// The click log, and one click with what became of it.
struct ClickPages: Sendable {
  let api: ClicksAPI
  let log: ClickLogAPI
  let names: NameStore
  let layout: Layout

  private static let path = "/admin/clicks"

  func register(in table: inout TrackerTable) {
    table.page("/clicks", .read(.reports), "The click log, newest first") { try await list($0) }
    table.page("/clicks/{id}", .read(.reports), "A click with its trace and its conversions") { try await show($0) }
  }

  // The log

  private func list(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let times = LocalTimes(try await api.settings.all(of: scope))
    let filters = try await LogFilters.ofClicks(call, names)
    do {
      let request = try call.page
      let cursor = try request.cursor.map { text in
        guard let id = ClickID(text) else { throw Problem.invalid("cursor", "invalid", "must be a place in the log") }
        return id
      }
      let filter = try await api.filter(request, of: call)
      let page = try await api.clicks.page(filter, limit: request.limit, after: cursor, of: scope)
      let book = try await NameBook(clicks: page.items, names, scope)
      let rows = page.items.map { row($0, book, times) }
      let next = page.nextCursor.map { filters.address(Self.path).with("cursor", $0).description }
      return logPage(
        filters.html(action: Self.path, problem: nil, layout.icons) + table(rows, next: next, filters), call)
    } catch let problem as Problem where problem.isAboutTheForm {
      return logPage(filters.html(action: Self.path, problem: problem, layout.icons), call, status: problem.status)
    }
  }

  private func logPage(_ content: HTML, _ call: TrackerCall, status: Int = 200) -> Reply {
    let costs: HTML = """
      <a class="btn" href="\(CostPages.path)">\(layout.icons(.currencies))Costs by hand</a>
      """
    return layout.page(
      Layout.Frame(title: "Clicks", current: Self.path, actions: costs), call, status: status, content)
  }

  private func table(_ rows: [HTML], next: String?, _ filters: LogFilters) -> HTML {
    let empty =
      filters.areSet
      ? Parts.empty(
        layout.icons(.search), "No click fits", "Take a filter away, or choose other days.",
        "<a class=\"btn\" href=\"\(href: Self.path)\">Show all clicks</a>")
      : Parts.empty(
        layout.icons(.clicks), "No clicks yet",
        "Each visitor of a tracking link is a click here, some seconds later. Open one of your links to see it.",
        "<a class=\"btn\" href=\"/admin/campaigns\">Go to campaigns</a>")
    return Parts.table(
      [
        "Time", "Campaign", "Status", "Landing page", "Offer", "Source", "Country", "Language", "Referrer", "Sub1",
        .number("Cost"),
      ], rows, caption: "Clicks, newest first", empty: empty, next: next)
  }

  private func row(_ click: ClickEvent, _ book: NameBook, _ times: LocalTimes) -> HTML {
    """
    <tr><th scope="row"><a href="/admin/clicks/\(click.id)">\(times(click.ts))</a></th>\
    <td>\(book.campaign(click.campaignID))</td>\
    <td>\(Parts.status(click.status.rawValue))\(if: click.isUnique, " <span class=\"ty-sub\">unique</span>")</td>\
    <td>\(book.landing(click.landingID))</td><td>\(book.offer(click.offerID))</td>\
    <td>\(book.source(click.sourceID))</td><td>\(Parts.text(click.country))</td><td>\(Parts.text(click.language))</td>\
    <td class="ty-truncate">\(Parts.text(click.referrerDomain))</td>\
    <td class="ty-truncate">\(Parts.text(click.subs[1]))</td>\
    <td class="num">\(Figures.money(click.cost, click.currency, places: 4))</td></tr>
    """
  }

  // One click

  private func show(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let id = try call.uuid()
    guard let click = try await api.find(id, in: call.place) else { throw Problem.notFound("click") }
    let times = LocalTimes(try await api.settings.all(of: scope))
    let book = try await NameBook(clicks: [click], names, scope)
    let conversions = try await api.conversions.list(ofClick: id, of: scope)
    let log = ClickLogView(
      entries: try await log.store.entries(of: click, in: scope), book: book, times: times)
    let view = ClickView(
      click: click, log: log, conversions: conversions, book: book, times: times, icons: layout.icons)
    return layout.page(
      Layout.Frame(title: "Click", current: Self.path, crumbs: [("Clicks", Self.path)]), call,
      view.html
        + (call.session.allows(.write(.reports))
          ? CostView.oneClick(click, layout.icons, csrf: call.csrfField) : .empty))
  }
}
