import Analytics
import Core
import Database
import Web

/// The reports page. Its address holds all of its state, so that whoever gets the link sees the same.
struct ReportPages: Sendable {
  let engine: ReportEngine
  let settings: SettingsStore
  let names: NameStore
  let reports: PersonalAPI<SavedReport>
  let templates: PersonalAPI<ColumnTemplate>
  let clock: any WallClock
  let layout: Layout

  static let path = ReportTab.reports.path
  static let tablePath = "\(path)/table"
  static let valuesPath = "\(path)/values"
  static let exportPath = "\(path)/export"
  static let savedPath = "\(path)/saved"
  static let columnsPath = "\(path)/columns"

  func register(in table: inout TrackerTable) {
    table.page("/reports", .read(.reports), "Reports by one to five groupings") { try await show($0) }
    table.page("/reports/table", .read(.reports), "A report's part that takes its time") { try await part($0) }
    table.page("/reports/values", .read(.reports), "Usual values of a filter's field") { try await values($0) }
    table.page("/reports/export", .read(.reports), "All rows of a report as CSV or JSON") { try await export($0) }
    table.page("/reports/saved", .read(.reports), "Saved reports and column templates") { try await saved($0) }
    table.action("/reports/saved", .read(.reports), "Keep a report") { try await saveReport($0) }
    table.action("/reports/saved/{id}", .read(.reports), "Share, unshare or delete a saved report") {
      try await change(reports, $0)
    }
    table.action("/reports/columns", .read(.reports), "Show other columns, or keep them") { try await columns($0) }
    table.action("/reports/columns/{id}", .read(.reports), "Share, unshare or delete a column template") {
      try await change(templates, $0)
    }
  }

  // The page

  private func show(_ call: TrackerCall) async throws -> Reply {
    let items = call.head.queryItems
    if items.isEmpty,
      let standard = try await reports.store.standard(of: call.session.user.id, of: call.place.scope)
    {
      return .redirect(to: standard.draft.content.address)
    }
    if call.query("edit") != nil { return try await edited(items, call) }
    return try await page(ReportQuestion(items), call)
  }

  /// What a form sent becomes the address that says the same.
  private func edited(_ items: [(name: String, value: String)], _ call: TrackerCall) async throws -> Reply {
    let ofForm: Set = ["edit", "f", "op", "v"]
    var question = ReportQuestion(items.filter { !ofForm.contains($0.name) })
    let context = try await context(question, call)
    let days = Dictionary(uniqueKeysWithValues: context.period.items.map { ($0.name, $0.value) })
    (question.preset, question.from, question.to) = (days["period"], days["from"], days["to"])
    if question.zone == context.settings.timeZone { question.zone = nil }
    if let form = ReportFilterForm(items) {
      do {
        try await form.add(to: &question, names, call.place.scope)
      } catch let problem as Problem where problem.isAboutTheForm {
        return try await page(question, call, typed: form, problem: problem)
      }
    }
    return .redirect(to: question.address.description)
  }

  private func page(
    _ question: ReportQuestion, _ call: TrackerCall, typed: ReportFilterForm? = nil, problem: Problem? = nil
  ) async throws -> Reply {
    let scope = call.place.scope
    let context = try await context(question, call)
    let filters = ReportFilterBar(
      context: context, names: try await FilterNames(question, names, scope), typed: typed, problem: problem)
    let (status, content) = try await firstAnswer(context, call)
    return layout.page(
      Layout.Frame(
        title: "Reports", current: Self.path, actions: try await actions(context, call),
        extras: [.chart, .module("report.js")]),
      call, status: problem?.status ?? status,
      "\(tabs(context))\(ReportToolbar(context: context).html)\(filters.html)\(content)")
  }

  private func tabs(_ context: ReportContext) -> HTML {
    let campaigns = context.question.filters.first { $0.grouping == .campaign && $0.kind == .only }?.values ?? []
    let campaign = campaigns.count == 1 ? campaigns : []
    return ReportTab.tabs(current: .reports, context.period.items + campaign.map { ("campaign_id", $0) })
  }

  private func actions(_ context: ReportContext, _ call: TrackerCall) async throws -> HTML {
    let (scope, user) = (call.place.scope, call.session.user.id)
    let mayShare = call.session.allows(.write(.reports))
    let saved = SavedReportMenu(
      context: context, reports: try await reports.store.all(for: user, of: scope), user: user, mayShare: mayShare,
      csrf: call.csrfField)
    let columns = ReportColumnMenu(
      context: context, templates: try await templates.store.all(for: user, of: scope), user: user, mayShare: mayShare,
      csrf: call.csrfField)
    return saved.html + columns.html + ReportExport.menu(context)
  }

  /// Everything that the parts of the page need, whether or not the question can be answered.
  func context(_ question: ReportQuestion, _ call: TrackerCall) async throws -> ReportContext {
    let scope = call.place.scope
    let settings = try await settings.all(of: scope)
    let zone = question.zone.flatMap { TimeZoneName($0) } ?? settings.zone
    var columns = question.metrics
    if columns == nil { columns = try await templates.store.standard(of: call.session.user.id, of: scope)?.metrics }
    let today = try await today(in: zone, or: settings.zone, scope)
    return ReportContext(
      question: question,
      period: Period(preset: question.preset, from: question.from, to: question.to, today: today), zone: zone,
      currency: question.currency.flatMap { Currency($0) } ?? settings.currency, settings: settings,
      columns: columns ?? ColumnTemplate.standard.metrics, icons: layout.icons)
  }

  /// A zone that Postgres does not know is a fault that the report itself tells.
  private func today(in zone: TimeZoneName, or own: TimeZoneName, _ scope: TenantScope) async throws -> LocalDate {
    do { return try await ReportWindow.today(zone: zone, now: clock.now(), in: scope) } catch is Problem {
      return try await ReportWindow.today(zone: own, now: clock.now(), in: scope)
    }
  }
}

extension PersonalItem<ColumnTemplate> {
  fileprivate var metrics: [Metric]? { draft.content.metrics.isEmpty ? nil : draft.content.metrics }
}
