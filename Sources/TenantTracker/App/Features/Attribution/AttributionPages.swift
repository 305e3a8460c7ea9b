import Analytics
import Core
import Database
import Licensing
import Web

/// The Attribution tab, and the journeys behind its numbers.
struct AttributionPages: Sendable {
  let desk: AttributionDesk
  let layout: Layout

  static let journeysPath = "\(ReportTab.attribution.path)/journeys"
  private static let journeysPerPage = 25

  func register(in table: inout TrackerTable) {
    table.page("/reports/attribution", .read(.reports), "Revenue shared among the clicks that led to it") {
      try await show($0)
    }
    table.page("/reports/attribution/journeys", .read(.reports), "Conversions with the clicks that led to them") {
      try await journeys($0)
    }
  }

  private func show(_ call: TrackerCall) async throws -> Reply {
    guard call.session.entitlements.includes(.attribution) else { return unlicensed(call) }
    let scope = call.place.scope
    let (question, form) = try await read(call, path: ReportTab.attribution.path)
    let findings = try await desk.findings(question, of: scope)
    var touchNames: [AttributionQuestion.Key: String] = [:]
    for (key, id) in question.touch {
      touchNames[key] = try await desk.names.names(key.noun, [id], of: scope)[id] ?? "#\(id)"
    }
    let view = AttributionView(findings: findings, form: form, touchNames: touchNames, icons: layout.icons)
    return layout.page(
      frame("Attribution", crumbs: []), call, ReportTab.tabs(current: .attribution, form.items) + view.html)
  }

  private func journeys(_ call: TrackerCall) async throws -> Reply {
    guard call.session.entitlements.includes(.attribution) else { return unlicensed(call) }
    let scope = call.place.scope
    let (question, form) = try await read(call, path: Self.journeysPath)
    let page = try await desk.journeys(
      question, limit: Self.journeysPerPage, after: call.query("cursor").flatMap { ConversionID($0) }, of: scope)
    let settings = try await desk.settings.all(of: scope)
    let view = JourneysView(
      page: page, question: question, form: form, book: try await book(page.items, of: scope),
      currency: settings.currency, times: LocalTimes(settings), icons: layout.icons)
    return layout.page(
      frame("Journeys", crumbs: [("Attribution", ReportTab.attribution.path)]), call,
      ReportTab.tabs(current: .attribution, form.items) + view.html)
  }

  private func book(_ journeys: [Journey], of scope: TenantScope) async throws -> NameBook {
    let touches = journeys.flatMap(\.touches)
    var book = NameBook()
    book.campaigns = try await desk.names.names(.campaigns, Set(touches.map(\.campaign)), of: scope)
    book.sources = try await desk.names.names(.sources, Set(touches.compactMap(\.source)), of: scope)
    book.landings = try await desk.names.names(.landings, Set(touches.compactMap(\.landing)), of: scope)
    return book
  }

  /// What of the address makes no sense falls back to the standard: an address typed by hand still shows a page.
  private func read(_ call: TrackerCall, path: String) async throws -> (AttributionQuestion, DaysForm) {
    let scope = call.place.scope
    let zone = try await desk.settings.all(of: scope).zone
    let today = try await ReportWindow.today(zone: zone, now: desk.clock.now(), in: scope)
    let period = Period(
      preset: call.query("period") ?? (call.query("from") == nil ? Period.Preset.month.rawValue : nil),
      from: call.query("from"), to: call.query("to"), today: today)
    var question = AttributionQuestion(zone: zone)
    (question.from, question.to) = (period.from, period.to)
    question.basis = call.query("time").flatMap(ReportRequest.TimeBasis.init(rawValue:)) ?? .click
    question.model = call.query("model").flatMap(AttributionModel.init(rawValue:)) ?? .last
    question.key = call.query("by").flatMap(AttributionQuestion.Key.init(rawValue:)) ?? .source
    question.campaignID = call.positiveID("campaign_id")
    for key in AttributionQuestion.Key.allCases { question.touch[key] = call.positiveID(key.parameter) }
    question.lookbackDays = Self.days(call, "lookback_days") ?? AttributionQuestion.standardLookback
    question.halfLifeDays = Self.days(call, "half_life_days") ?? AttributionQuestion.standardHalfLife
    return (question, try await form(question, period, path: path, of: scope))
  }

  private static func days(_ call: TrackerCall, _ name: String) -> Int? {
    call.query(name).flatMap { Int($0) }.flatMap { AttributionQuestion.days.contains($0) ? $0 : nil }
  }

  private func form(
    _ question: AttributionQuestion, _ period: Period, path: String, of scope: TenantScope
  ) async throws -> DaysForm {
    let campaigns = try await desk.names.live(.campaigns, of: scope).choices
    var kept = [
      (name: "model", value: question.model == .last ? "" : question.model.rawValue),
      ("by", question.key == .source ? "" : question.key.rawValue),
    ]
    kept += AttributionQuestion.Key.allCases.map { ($0.parameter, question.touch[$0].map { "\($0)" } ?? "") }
    return DaysForm(
      path: path, period: period, kept: kept,
      fields: [
        .init(
          name: "campaign_id", label: "Campaign", value: question.campaignID.map { "\($0)" } ?? "",
          control: .choice(campaigns, none: "All campaigns")),
        .init(
          name: "time", label: "Conversions count", value: question.basis == .click ? "" : question.basis.rawValue,
          control: .choice(
            [.init(ReportRequest.TimeBasis.conversion.rawValue, "On their own day")], none: "On their click's day")),
        .init(
          name: "lookback_days", label: "Look back, days", value: "\(question.lookbackDays)",
          control: .number(AttributionQuestion.days)),
        .init(
          name: "half_life_days", label: "Half-life, days", value: "\(question.halfLifeDays)",
          control: .number(AttributionQuestion.days)),
      ])
  }

  private func frame(_ title: String, crumbs: [(title: String, path: String)]) -> Layout.Frame {
    Layout.Frame(
      title: title, current: ReportTab.attribution.path, crumbs: [("Reports", ReportTab.reports.path)] + crumbs)
  }

  private func unlicensed(_ call: TrackerCall) -> Reply {
    layout.page(
      frame("Attribution", crumbs: []), call,
      ReportTab.tabs(current: .attribution, [])
        + Parts.unlicensed(
          .attribution, layout.icons,
          "What each source, campaign and landing page did for a sale, and not only the last click: five models side by side."
        ))
  }
}
