import Analytics
import Core
import Web

/// The start page: key figures, what happened day by day, the best campaigns.
struct DashboardPages: Sendable {
  let engine: ReportEngine
  let settings: SettingsStore
  let names: NameStore
  let clock: any WallClock
  let layout: Layout

  static let path = "/admin"
  private static let topCount = 10

  func register(in table: inout TrackerTable) {
    table.page("/", .signedIn, "Key figures; for who may not see reports, the sections they have") { call in
      call.session.allows(.read(.reports)) ? try await dashboard(call) : welcome(call)
    }
  }

  /// Somebody without reports has come to the start page.
  private func welcome(_ call: TrackerCall) -> Reply {
    let entries = MenuEntry.open(to: call.session)
    let links = entries.map { entry -> HTML in
      "<li><a class=\"ty-tile\" href=\"\(href: entry.path)\">\(layout.icons(entry.icon))<span>\(entry.title)</span></a></li>"
    }
    let content: HTML =
      entries.isEmpty
      ? "<p>No section is open to you yet. An admin can change that under Users &amp; Roles.</p>"
      : "<p>Reports are not open to you. These sections are:</p><ul class=\"ty-tiles\">\(links)</ul>"
    return layout.page(Layout.Frame(title: "Welcome", current: Self.path), call, content)
  }

  private func dashboard(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let settings = try await settings.all(of: scope)
    let campaigns = try await names.live(.campaigns, of: scope)
    let today = try await ReportWindow.today(zone: settings.zone, now: clock.now(), in: scope)
    let period = Period(preset: call.query("period"), from: call.query("from"), to: call.query("to"), today: today)
    let campaign = call.query("campaign_id").flatMap { Int64($0) }
    let question = DashboardQuestion(period: period, campaign: campaign, zone: settings.zone)
    let byTime = try await engine.answer(question.byTime, in: settings.currency, of: scope)
    let byCampaign = try await engine.answer(
      question.byCampaign(limit: Self.topCount), in: settings.currency, of: scope)
    let view = DashboardView(
      question: question, currency: settings.currency, campaigns: campaigns, byTime: byTime, byCampaign: byCampaign,
      linksCampaigns: call.session.allows(.read(.campaigns)), icons: layout.icons)
    let isUntouched = campaigns.isEmpty && byTime.totals == BaseValues()
    return layout.page(
      Layout.Frame(title: "Dashboard", current: Self.path, extras: isUntouched ? [] : [.chart]), call,
      isUntouched ? FirstSteps(session: call.session, icons: layout.icons).html : view.html)
  }
}

/// What a dashboard asks the report engine.
struct DashboardQuestion: Sendable {
  let period: Period
  let campaign: Int64?
  let zone: TimeZoneName

  /// A day is shown by the hour, more by the day; both with the time before, of equal length.
  var byTime: ReportRequest {
    get throws { try request([("group_by", period.dayCount == 1 ? "hour" : "date"), ("compare", "previous")]) }
  }

  func byCampaign(limit: Int) throws -> ReportRequest {
    try request([("group_by", "campaign"), ("sort", "-profit"), ("limit", "\(limit)")])
  }

  private func request(_ items: [(name: String, value: String)]) throws -> ReportRequest {
    let common = [
      (name: "from", value: period.from.description), ("to", period.to.description),
      ("campaign_id", campaign.map { "\($0)" } ?? ""),
    ]
    return try ReportRequest(query: items + common, form: .grouped, zone: zone)
  }

  var address: PageAddress {
    PageAddress(DashboardPages.path, period.items + [("campaign_id", campaign.map { "\($0)" } ?? "")])
  }
}
