import Analytics
import Core
import Database
import Web

/// The start page: what waits, key figures, what happened when, the best.
struct DashboardPages: Sendable {
  let engine: ReportEngine
  let settings: SettingsStore
  let names: NameStore
  let clock: any WallClock
  let layout: Layout
  let watch: AlertWatch
  let live: LiveCounter
  let steps: FirstStepsPages

  static let path = "/admin"

  func register(in table: inout TrackerTable) {
    table.page("/", .signedIn, "Key figures; for who may not see reports, the sections they have") { call in
      guard call.session.allows(.read(.reports)) else { return welcome(call) }
      return switch call.query("tab").flatMap(DashboardTab.init(rawValue:)) {
      case .everflow?: try await connection(.everflow, .networks, call)
      case .kadam?: try await connection(.kadam, .sources, call)
      case .trackily?, nil: try await dashboard(call)
      }
    }
    table.page("/live", .read(.reports), "What came in during the last minute, as JSON") { call in
      .json(try await live.pulse(ofCampaign: campaign(call), in: call.place.scope).json)
    }
    table.page("/dashboard/people", .read(.reports), "The dashboard's figures of customers") { try await people($0) }
    table.page("/dashboard/top", .read(.reports), "One of the dashboard's lists of the best") { try await top($0) }
    steps.register(in: &table)
  }

  /// Somebody without reports has come to the start page.
  private func welcome(_ call: TrackerCall) -> Reply {
    let entries = MenuEntry.open(to: call.session).filter { $0.access != .signedIn }
    let links = entries.map { entry -> HTML in
      "<li><a class=\"ty-tile\" href=\"\(href: entry.path)\">\(layout.icons(entry.icon))<span>\(entry.title)</span></a></li>"
    }
    let content: HTML =
      entries.isEmpty
      ? "<p>No section is open to you yet. An admin can change that under Users &amp; Roles.</p>"
      : "<p>Reports are not open to you. These sections are:</p><ul class=\"ty-tiles\">\(links)</ul>"
    return layout.page(Layout.Frame(title: "Welcome", current: Self.path), call, content)
  }

  private func connection(_ tab: DashboardTab, _ noun: NameStore.Noun, _ call: TrackerCall) async throws -> Reply {
    let partners = try await names.live(noun, of: call.place.scope).filter {
      $0.name.lowercased().contains(tab.rawValue)
    }
    let view = DashboardConnection(tab: tab, partners: partners, session: call.session, icons: layout.icons)
    return layout.page(
      Layout.Frame(title: "Dashboard", current: Self.path), call, tabs(tab) + view.html)
  }

  private func dashboard(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let steps = try await steps.steps(call)
    if let steps, steps.progress.isUntouched, !steps.isPutAway {
      return layout.page(Layout.Frame(title: "Dashboard", current: Self.path), call, tabs(.trackily) + steps.html)
    }
    let settings = try await settings.all(of: scope)
    let (question, today) = try await question(call, settings)
    let byTime = try await engine.answer(question.byTime, in: settings.currency, of: scope)
    let signs = try await watch.signs(unconverted: byTime.totals[.unconverted], call)
    let view = DashboardView(
      question: question, currency: settings.currency, campaigns: try await names.live(.campaigns, of: scope),
      byTime: byTime,
      comparison: DashboardComparison(
        byTime, question.period, today: today, localHour: LocalTimes(settings).hour(clock.now())),
      pulse: try await live.pulse(ofCampaign: question.campaign, in: scope),
      alerts: signs.alerts(for: call.session), lateParts: try await lateParts(question, settings.currency, call),
      session: call.session, icons: layout.icons)
    let (above, below) = steps.map { $0.isPutAway ? (HTML.empty, $0.html) : ($0.html, .empty) } ?? (.empty, .empty)
    return layout.page(
      Layout.Frame(title: "Dashboard", current: Self.path, extras: [.chart, .module("dashboard.js")]), call,
      tabs(.trackily) + above + view.html + below)
  }

  /// What an address asks for, and the day it is.
  private func question(
    _ call: TrackerCall, _ settings: TenantSettings
  ) async throws -> (DashboardQuestion, today: LocalDate) {
    let today = try await ReportWindow.today(zone: settings.zone, now: clock.now(), in: call.place.scope)
    let question = DashboardQuestion(
      period: Period(preset: call.query("period"), from: call.query("from"), to: call.query("to"), today: today),
      campaign: campaign(call), zone: settings.zone, metric: metric(call))
    return (question, today)
  }

  // Parts that come when the page stands

  /// All of them at once for who has no scripts; one after the other, so that a page that somebody opens takes no more
  /// than one of the account's connections.
  private func lateParts(
    _ question: DashboardQuestion, _ currency: Currency, _ call: TrackerCall
  ) async throws -> DashboardView.LateParts? {
    guard call.query(DashboardQuestion.wholePage) != nil else { return nil }
    let scope = call.place.scope
    let people = try await engine.answer(question.people, in: currency, of: scope)
    var tops: [ReportAnswer] = []
    for top in DashboardQuestion.tops {
      tops.append(try await engine.answer(try question.top(top), in: currency, of: scope))
    }
    return .init(people: people, tops: tops)
  }

  private func people(_ call: TrackerCall) async throws -> Reply {
    let settings = try await settings.all(of: call.place.scope)
    let (question, today) = try await question(call, settings)
    let answer = try await engine.answer(question.people, in: settings.currency, of: call.place.scope)
    let figures = DashboardFigures(
      question: question, totals: answer.totals,
      comparison: DashboardComparison(
        answer, question.period, today: today, localHour: LocalTimes(settings).hour(clock.now())),
      slots: nil, currency: settings.currency, icons: layout.icons)
    return .html(figures.people)
  }

  private func top(_ call: TrackerCall) async throws -> Reply {
    guard let top = DashboardQuestion.tops.first(where: { $0.grouping.rawValue == call.query("of") }) else {
      let all = DashboardQuestion.tops.map(\.grouping.rawValue).joined(separator: ", ")
      throw Problem.invalid("of", "choice", "must be one of \(all)")
    }
    let settings = try await settings.all(of: call.place.scope)
    let (question, _) = try await question(call, settings)
    let answer = try await engine.answer(try question.top(top), in: settings.currency, of: call.place.scope)
    let tops = DashboardTops(
      question: question, currency: settings.currency, session: call.session, icons: layout.icons)
    return .html(tops.card(top, answer))
  }

  private func tabs(_ current: DashboardTab) -> HTML {
    Parts.tabs(
      "Where figures come from", DashboardTab.allCases.map { ($0.title, $0.address.description, $0 == current) })
  }

  // What an address typed by hand gets wrong is left out: it still shows a page.

  private func campaign(_ call: TrackerCall) -> Int64? {
    call.query("campaign_id").flatMap { Int64($0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  private func metric(_ call: TrackerCall) -> Metric? {
    call.query("metric").flatMap(Metric.init(rawValue:)).flatMap {
      DashboardQuestion.all.contains($0) ? $0 : nil
    }
  }
}
