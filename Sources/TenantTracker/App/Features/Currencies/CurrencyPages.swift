import Conversions
import Core
import Web

/// Settings -> Currencies: the rates, where they come from, and what still waits for one.
struct CurrencyPages: Sendable {
  let api: CurrencyRatesAPI
  let layout: Layout

  static let path = "/admin/settings/currencies"
  /// Forms hold the lines percent-encoded.
  private static let formLimit = 3 * CurrencyRatesAPI.bodyLimit

  func register(in table: inout TrackerTable) {
    table.page("/settings/currencies", .read(.settings), "Rates between currencies") { try await page($0) }
    table.action("/settings/currencies", .write(.settings), "Enter a rate") { call in
      let values = call.form.body(texts: ["date", "base", "currency", "rate"])
      return try await act(call, entry: values) {
        let rate = try await api.enter(FieldReader(.object(values)), by: call).quote
        return "1 \(rate.base) was \(rate.rate) \(rate.currency) on \(rate.day)."
      }
    }
    table.action("/settings/currencies/import", .write(.settings), "Enter many rates", bodyLimit: Self.formLimit) {
      call in
      let values = call.form.body(texts: ["text"])
      return try await act(call, lines: values) {
        Self.saved(try await api.importLines(FieldReader(.object(values)), by: call))
      }
    }
    table.action("/settings/currencies/source", .write(.settings), "Have rates come by themselves, or not") { call in
      let values = call.form.body(flags: ["ecb"])
      return try await act(call) {
        let source = try await api.changeSource(FieldReader(.object(values)), by: call)
        return source.usesECB ? "Rates will be fetched every day." : "Rates are no longer fetched."
      }
    }
    table.action("/settings/currencies/fetch", .write(.settings), "Get the bank's rates now") { call in
      try await act(call) { Self.saved(try await api.fetch(by: call)) }
    }
    table.action("/settings/currencies/{rate}/delete", .write(.settings), "Remove a rate") { call in
      try await act(call) {
        let key = try await api.remove(by: call)
        return "The rate of \(key.currency) on \(key.day) was removed."
      }
    }
  }

  private static func saved(_ count: Int) -> String {
    count == 1 ? "1 rate was saved." : "\(Figures.count(count)) rates were saved."
  }

  private func act(
    _ call: TrackerCall, entry: JSONObject = [:], lines: JSONObject = [:], _ work: () async throws -> String
  ) async throws -> Reply {
    do {
      return .redirect(to: Self.path, flash: Flash(.success, try await work()))
    } catch let problem as Problem where problem.isAboutTheForm {
      return try await page(call, problem, entry: entry, lines: lines)
    } catch let problem as Problem where problem.status == 503 {
      return .redirect(to: Self.path, flash: Flash(.error, problem.detail ?? problem.title))
    }
  }

  private func page(
    _ call: TrackerCall, _ problem: Problem? = nil, entry: JSONObject = [:], lines: JSONObject = [:]
  ) async throws -> Reply {
    let scope = call.place.scope
    let settings = try await api.settings.all(of: scope)
    let filters = LogFilters(
      [
        .init(name: "date", label: "Day", control: .text(placeholder: "2026-11-20")),
        .init(name: "currency", label: "Currency", control: .text(placeholder: "EUR")),
      ], call)
    let list = problem == nil ? try await api.page(call) : Page(items: [], nextCursor: nil)
    let view = CurrencyView(
      icons: layout.icons, times: LocalTimes(settings), mayWrite: call.session.allows(.write(.settings)),
      csrf: call.csrfField)
    let isEntry = !entry.members.isEmpty
    let blank: JSONObject = ["base": "EUR", "currency": .string(settings.currency.code)]
    return layout.page(
      Layout.Frame(
        title: "Currencies", current: "/admin/settings", crumbs: [("Settings", "/admin/settings")], extras: [.search]),
      call, status: problem?.status ?? 200,
      """
      \(view.missing(try await api.store.missing(of: scope), settings.currency))\
      <div class="ty-columns ty-even"><div>\(view.entry(
        FormFields(isEntry ? entry : blank, problem: isEntry ? problem : nil, icons: layout.icons)))\
      \(view.source(
        try await RateSource.load(of: scope), newest: try await api.store.newest(.ecb, of: scope),
        FormFields(["ecb": .bool(try await RateSource.load(of: scope).usesECB)], icons: layout.icons)))</div>\
      <div>\(view.lines(FormFields(lines, problem: isEntry ? nil : problem?.aboutLines, icons: layout.icons)))</div></div>
      \(filters.html(action: Self.path, problem: nil, layout.icons))\
      \(view.table(
        list.items, next: list.nextCursor.map { call.address(of: Self.path, after: $0) },
        isFiltered: filters.areSet))
      """)
  }
}

extension Problem {
  /// Faults of lines as faults of the text area they stand in, each with its line.
  fileprivate var aboutLines: Problem {
    var problem = self
    problem.errors = errors.map { fault in
      guard let number = fault.field.dropFirst("lines[".count).dropLast().wholeNumber else { return fault }
      return FieldFault(field: "text", code: fault.code, message: "Line \(number + 1) \(fault.message)")
    }
    return problem
  }
}

extension Substring {
  fileprivate var wholeNumber: Int? { Int(self) }
}
