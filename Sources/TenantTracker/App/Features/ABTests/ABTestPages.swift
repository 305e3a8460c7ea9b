import Analytics
import Core
import Database
import Licensing
import Web

/// The A/B Test tab.
struct ABTestPages: Sendable {
  let desk: ABTestDesk
  let names: NameStore
  let layout: Layout

  func register(in table: inout TrackerTable) {
    table.page("/reports/ab-test", .read(.reports), "Landing pages, offers or flows compared") { try await show($0) }
  }

  private func show(_ call: TrackerCall) async throws -> Reply {
    guard call.session.entitlements.includes(.abTesting) else { return page(unlicensed, call, items: []) }
    let scope = call.place.scope
    let settings = try await desk.settings.all(of: scope)
    let today = try await ReportWindow.today(zone: settings.zone, now: desk.clock.now(), in: scope)
    let period = Period(
      preset: call.query("period") ?? (call.query("from") == nil ? Period.Preset.month.rawValue : nil),
      from: call.query("from"), to: call.query("to"), today: today)
    let question = question(call, period, settings.zone)
    let form = try await form(question, period, of: scope)
    let findings = try await desk.findings(question, of: scope)
    let view = ABTestView(findings: findings, form: form, icons: layout.icons)
    return page(view.html, call, items: form.items)
  }

  /// What of the address makes no sense falls back to the standard: an address typed by hand still shows a page.
  private func question(_ call: TrackerCall, _ period: Period, _ zone: TimeZoneName) -> ABTestQuestion {
    var question = ABTestQuestion(zone: zone)
    (question.from, question.to) = (period.from, period.to)
    question.subject = call.query("by").flatMap(ABTestQuestion.Subject.init(rawValue:)) ?? .landing
    question.campaignID = call.positiveID("campaign_id")
    question.flowID = call.positiveID("flow_id")
    question.control = call.positiveID("control")
    let effect = call.query("effect").flatMap { Int($0) } ?? ABTestQuestion.standardEffect
    if ABTestQuestion.effects.contains(effect) { question.effectPercent = effect }
    return question
  }

  private func form(_ question: ABTestQuestion, _ period: Period, of scope: TenantScope) async throws -> DaysForm {
    let campaigns = try await names.live(.campaigns, of: scope).choices
    return DaysForm(
      path: ReportTab.abTest.path, period: period,
      kept: [
        ("by", question.subject == .landing ? "" : question.subject.rawValue),
        ("flow_id", question.flowID.map { "\($0)" } ?? ""), ("control", question.control.map { "\($0)" } ?? ""),
      ],
      fields: [
        .init(
          name: "campaign_id", label: "Campaign", value: question.campaignID.map { "\($0)" } ?? "",
          control: .choice(campaigns, none: "All campaigns")),
        .init(
          name: "effect", label: "Smallest uplift, %", value: "\(question.effectPercent)",
          control: .number(ABTestQuestion.effects)),
      ])
  }

  private func page(_ content: HTML, _ call: TrackerCall, items: [(name: String, value: String)]) -> Reply {
    layout.page(
      Layout.Frame(
        title: "A/B Test", current: ReportTab.reports.path, crumbs: [("Reports", ReportTab.reports.path)],
        help: "ab-test"), call,
      ReportTab.tabs(current: .abTest, items) + content)
  }

  private var unlicensed: HTML {
    Parts.unlicensed(
      .abTesting, layout.icons,
      "Which of two landing pages or offers is better, how surely, and how long a test must still run.")
  }
}
