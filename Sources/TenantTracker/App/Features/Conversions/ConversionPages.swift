import Conversions
import Core
import Web

/// The conversion log.
struct ConversionPages: Sendable {
  let api: ConversionsAPI
  let decisions: DecisionsAPI
  let names: NameStore
  let layout: Layout

  static let path = "/admin/conversions"

  func register(in table: inout TrackerTable) {
    table.page("/conversions", .read(.reports), "The conversion log, newest first") { try await log($0) }
    table.page("/conversions/export", .read(.reports), "The conversion log with its filters, as CSV") {
      try await export($0)
    }
    table.action("/conversions/columns", .signedIn, "Keep the conversion log's columns as chosen") { call in
      try await LogColumnChoice(
        preference: .conversionColumns, path: Self.path, known: ConversionLogColumns.names(layout.icons),
        clock: api.clock
      ).save(call)
    }
    registerDetail(in: &table)
  }

  private func log(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let settings = try await api.settings.all(of: scope)
    let filters = try await LogFilters.ofConversions(call, names, zone: settings.timeZone)
    do {
      let request = try call.page
      let cursor = try request.cursor.map { text in
        guard let id = ConversionID(text) else {
          throw Problem.invalid("cursor", "invalid", "must be a place in the log")
        }
        return id
      }
      let filter = try await api.filter(request, of: call)
      let found = try await api.log.page(filter, limit: request.limit, after: cursor, of: scope)
      let page = found.page
      let book = try await NameBook(conversions: page.items, names, scope)
      let table = ConversionTable(
        book: book, settings: settings, isSelectable: call.session.allows(.write(.reports)), icons: layout.icons,
        chosen: try await PreferenceStore().find(.conversionColumns, of: call.session.user.id, in: scope),
        zone: call.query("tz"))
      let next = page.nextCursor.map { call.address(of: Self.path, after: $0) }
      let bar: HTML =
        page.items.isEmpty || !table.isSelectable
        ? .empty : self.bar(filters, more: page.nextCursor != nil || request.cursor != nil, call)
      return logPage(
        filters.html(action: Self.path, problem: nil, layout.icons) + bar
          + table.html(
            page.items.map { $0.shown(to: call.session) }, empty: empty(filters, found, next, times: table.times),
            next: next)
          + partly(found, table.times),
        actions: table.columns.menu(
          action: "\(Self.path)/columns", returnTo: filters.address(Self.path).description, call)
          + LogExport.link(call, path: Self.path), call)
    } catch let problem as Problem where problem.isAboutTheForm {
      return logPage(filters.html(action: Self.path, problem: problem, layout.icons), call, status: problem.status)
    }
  }

  private func logPage(_ content: HTML, actions: HTML = .empty, _ call: TrackerCall, status: Int = 200) -> Reply {
    layout.page(
      Layout.Frame(title: "Conversions", current: Self.path, actions: actions), call, status: status, content)
  }

  /// With all fields, whatever columns are shown.
  private func export(_ call: TrackerCall) async throws -> Reply {
    let (scope, session, now) = (call.place.scope, call.session, api.clock.now())
    let filter = try await api.filter(try call.page, of: call)
    let day = LocalTimes(try await api.settings.all(of: scope)).date(now)
    let none = ConversionID(high: 0, low: 0)
    let sample = Conversion(
      id: none, clickID: none, clickTime: now, parentID: nil, type: .sale, status: .sale, originalStatus: nil,
      transactionID: nil, sequence: 0, goal: nil, payout: Money(.zero, .usd), revenue: .zero, cost: .zero,
      isRateMissing: false, match: "", campaignID: 0, offerID: nil, createdAt: now, updatedAt: now)
    return try await LogExport.reply("conversions", day: day, sample: sample.json.objectValue ?? [:]) { [api] last in
      let found = try await api.log.page(filter, limit: LogExport.pageSize, after: last, of: scope).page
      return LogExport.Part(
        rows: found.items.compactMap { $0.shown(to: session).json.objectValue },
        next: found.nextCursor.flatMap { ConversionID($0) })
    }
  }

  private func bar(_ filters: LogFilters, more: Bool, _ call: TrackerCall) -> HTML {
    Selection.bar(
      action: "\(Self.path)/status", filters: filters, returnTo: filters.address(Self.path).description, more: more,
      """
      <div><label class="form-label" for="bulk-status">New status</label><select class="form-select" id="bulk-status" \
      name="status">\(FormFields.options(StatusChoices.all(for: call.session), current: ""))</select></div>\
      <div class="ty-wide"><label class="form-label" for="bulk-note">Note</label><input class="form-control" \
      id="bulk-note" name="note" maxlength="\(DecisionsAPI.noteLength.upperBound)" autocomplete="off"></div>\
      <button class="btn" data-bulk-button>Change status</button>
      """, call)
  }

  /// Below what was found while there may be more of it further back.
  private func partly(_ found: ConversionLogPage, _ times: LocalTimes) -> HTML {
    guard let searchedTo = found.searchedTo, !found.page.items.isEmpty else { return .empty }
    return Parts.note(
      .info, "Few conversions fit: these are all back to \(times.text(searchedTo)). The next page searches on.",
      layout.icons)
  }

  private func empty(_ filters: LogFilters, _ found: ConversionLogPage, _ next: String?, times: LocalTimes) -> HTML {
    if let searchedTo = found.searchedTo, let next {
      return Parts.empty(
        layout.icons(.search), "Nothing so far",
        "Few conversions fit. The log is searched back to \(times.text(searchedTo)).",
        "<a class=\"btn\" href=\"\(href: next)\" rel=\"next\">Search further back</a>")
    }
    return filters.areSet
      ? Parts.empty(
        layout.icons(.search), "No conversion fits", "Take a filter away, or choose other days.",
        "<a class=\"btn\" href=\"\(href: Self.path)\">Show all conversions</a>")
      : Parts.empty(
        layout.icons(.conversions), "No conversions yet",
        "Networks report conversions to your postback URL. You find it with each affiliate network.",
        "<a class=\"btn\" href=\"/admin/networks\">Go to affiliate networks</a>")
  }
}

/// Conversions as the log and the review queue list them.
struct ConversionTable: Sendable {
  let columns: LogColumns<Conversion>
  let times: LocalTimes
  /// Rows have boxes, for ``Selection``.
  let isSelectable: Bool

  /// - Parameters:
  ///   - chosen: the names of the columns that somebody wants; nil for the standard ones.
  ///   - zone: times are shown in it; nil for the account's.
  init(
    book: NameBook, settings: TenantSettings, isSelectable: Bool, icons: IconSet, chosen: JSONValue? = nil,
    zone: String? = nil
  ) {
    times = LocalTimes(settings, in: zone)
    columns = LogColumns(ConversionLogColumns.all(book, settings, times, icons), stored: chosen)
    self.isSelectable = isSelectable
  }

  func html(_ conversions: [Conversion], empty: HTML, next: String?) -> HTML {
    let boxes: [Parts.Heading] = isSelectable ? [.selection] : []
    return Parts.table(
      boxes + ["Time"] + columns.headings, conversions.map(row), caption: "Conversions, newest first", empty: empty,
      next: next)
  }

  private func row(_ conversion: Conversion) -> HTML {
    let box = Selection.box(conversion.id, label: "the conversion of \(times.text(conversion.createdAt))")
    return """
      <tr>\(if: isSelectable, box)<th scope="row"><a href="\(ConversionPages.path)/\(conversion.id)" data-modal>\
      \(times(conversion.createdAt))</a></th>\(columns.cells(conversion))</tr>
      """
  }
}
