import ClickPath
import Core
import Database
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
    table.page("/clicks/export", .read(.reports), "The click log with its filters, as CSV") { try await export($0) }
    table.action("/clicks/columns", .signedIn, "Keep the click log's columns as chosen") { call in
      try await LogColumnChoice(
        preference: .clickColumns, path: Self.path, known: ClickLogColumns.names, clock: api.clock
      ).save(call)
    }
    table.page("/clicks/{id}", .read(.reports), "A click with its trace and its conversions") { try await show($0) }
  }

  // The log

  private func list(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let settings = try await api.settings.all(of: scope)
    let filters = try await LogFilters.ofClicks(call, names, zone: settings.timeZone)
    do {
      let request = try call.page
      let cursor = try request.cursor.map { text in
        guard let id = ClickID(text) else { throw Problem.invalid("cursor", "invalid", "must be a place in the log") }
        return id
      }
      let filter = try await api.filter(request, of: call)
      let found = try await api.clicks.page(filter, limit: request.limit, after: cursor, of: scope)
      let times = LocalTimes(settings, in: call.query("tz"))
      let columns = LogColumns(
        ClickLogColumns.all(try await NameBook(clicks: found.items, names, scope)),
        stored: try await PreferenceStore().find(.clickColumns, of: call.session.user.id, in: scope))
      let menu = columns.menu(
        action: "\(Self.path)/columns", returnTo: filters.address(Self.path).description, call)
      return logPage(
        filters.html(action: Self.path, problem: nil, layout.icons) + table(found, columns, times, filters, call),
        actions: menu + LogExport.link(call, path: Self.path), call)
    } catch let problem as Problem where problem.isAboutTheForm {
      return logPage(filters.html(action: Self.path, problem: problem, layout.icons), call, status: problem.status)
    }
  }

  private func logPage(_ content: HTML, actions: HTML = .empty, _ call: TrackerCall, status: Int = 200) -> Reply {
    let costs: HTML = """
      \(actions)<a class="btn" href="\(CostPages.path)">\(layout.icons(.currencies))Costs by hand</a>
      """
    return layout.page(
      Layout.Frame(title: "Clicks", current: Self.path, actions: costs), call, status: status, content)
  }

  private func table(
    _ found: ClickLogPage, _ columns: LogColumns<ClickEvent>, _ times: LocalTimes, _ filters: LogFilters,
    _ call: TrackerCall
  ) -> HTML {
    let rows = found.items.map { click -> HTML in
      """
      <tr><th scope="row"><a href="/admin/clicks/\(click.id)">\(times(click.ts))</a></th>\(columns.cells(click))</tr>
      """
    }
    let next = found.nextCursor.map { call.address(of: Self.path, after: $0) }
    guard let searchedTo = found.searchedTo, let next else {
      return Parts.table(
        ["Time"] + columns.headings, rows, caption: "Clicks, newest first", empty: empty(filters), next: next)
    }
    let onwards: HTML = "<a class=\"btn\" href=\"\(href: next)\" rel=\"next\">Search further back</a>"
    let place = times.text(searchedTo)
    guard !rows.isEmpty else {
      return """
        <div class="card">\(Parts.empty(
          layout.icons(.search), "Nothing so far", "Few clicks fit. The log is searched back to \(place).", onwards))</div>
        """
    }
    return Parts.table(["Time"] + columns.headings, rows, caption: "Clicks, newest first", empty: .empty)
      + Parts.note(
        .info, "<p>Few clicks fit: these are all back to \(place), where the search stopped.</p>\(onwards)",
        layout.icons)
  }

  /// With all fields, whatever columns are shown.
  private func export(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let filter = try await api.filter(try call.page, of: call)
    let day = LocalTimes(try await api.settings.all(of: scope)).date(api.clock.now())
    let sample = ClickEvent(
      id: ClickID(high: 0, low: 0), tenantID: scope.tenantID, status: .ok, campaignID: 0, ip: IPAddress(v4: 0),
      currency: .usd)
    return try await LogExport.reply("clicks", day: day, sample: sample.jsonFields) { [api] last in
      let found = try await api.clicks.page(filter, limit: LogExport.pageSize, after: last, of: scope)
      return LogExport.Part(
        rows: found.items.map(\.jsonFields), next: found.nextCursor.flatMap { ClickID($0) })
    }
  }

  private func empty(_ filters: LogFilters) -> HTML {
    filters.areSet
      ? Parts.empty(
        layout.icons(.search), "No click fits", "Take a filter away, or choose other days.",
        "<a class=\"btn\" href=\"\(href: Self.path)\">Show all clicks</a>")
      : Parts.empty(
        layout.icons(.clicks), "No clicks yet",
        "Each visitor of a tracking link is a click here, some seconds later. Open one of your links to see it.",
        "<a class=\"btn\" href=\"/admin/campaigns\">Go to campaigns</a>")
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
