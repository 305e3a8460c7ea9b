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
    registerDetail(in: &table)
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
      let table = ConversionTable(
        book: book, settings: settings, isSelectable: call.session.allows(.write(.reports)), icons: layout.icons)
      let next = page.nextCursor.map { filters.address(Self.path).with("cursor", $0).description }
      let bar: HTML =
        page.items.isEmpty || !table.isSelectable
        ? .empty : self.bar(filters, more: page.nextCursor != nil || request.cursor != nil, call)
      return logPage(
        filters.html(action: Self.path, problem: nil, layout.icons) + bar
          + table.html(page.items.map { $0.shown(to: call.session) }, empty: empty(filters), next: next), call)
    } catch let problem as Problem where problem.isAboutTheForm {
      return logPage(filters.html(action: Self.path, problem: problem, layout.icons), call, status: problem.status)
    }
  }

  private func logPage(_ content: HTML, _ call: TrackerCall, status: Int = 200) -> Reply {
    layout.page(Layout.Frame(title: "Conversions", current: Self.path), call, status: status, content)
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

  private func empty(_ filters: LogFilters) -> HTML {
    filters.areSet
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
  let book: NameBook
  let settings: TenantSettings
  /// Rows have boxes, for ``Selection``.
  let isSelectable: Bool
  let icons: IconSet

  func html(_ conversions: [Conversion], empty: HTML, next: String?) -> HTML {
    let boxes: [Parts.Heading] = isSelectable ? [.selection] : []
    return Parts.table(
      boxes + [
        "Time", "Status", "Type", .number("Payout"), .number("Revenue"), "Campaign", "Offer", "Source", "Country",
        "Transaction", "Network's word", "Click",
      ], conversions.map(row), caption: "Conversions, newest first", empty: empty, next: next)
  }

  private func row(_ conversion: Conversion) -> HTML {
    let times = LocalTimes(settings)
    let note: HTML =
      conversion.isRateMissing ? " <span class=\"ty-sub\">no exchange rate</span>" : .empty
    let box = Selection.box(conversion.id, label: "the conversion of \(times.text(conversion.createdAt))")
    return """
      <tr>\(if: isSelectable, box)<th scope="row"><a href="\(ConversionPages.path)/\(conversion.id)" data-modal>\
      \(times(conversion.createdAt))</a></th><td>\(Parts.status(conversion, icons))</td>\
      <td>\(conversion.type.rawValue.capitalizedFirst)</td>\
      <td class="num">\(Figures.money(conversion.payout.amount, conversion.payout.currency))</td>\
      <td class="num">\(Figures.money(conversion.revenue, settings.currency))\(note)</td>\
      <td>\(book.campaign(conversion.campaignID))</td><td>\(book.offer(conversion.offerID))</td>\
      <td>\(book.source(conversion.sourceID))</td><td>\(Parts.text(conversion.country))</td>\
      <td class="ty-truncate">\(Parts.text(conversion.transactionID))</td><td>\(Parts.text(conversion.originalStatus))</td>\
      <td><a href="/admin/clicks/\(conversion.clickID)">Show click</a></td></tr>
      """
  }
}
