import Analytics
import Core
import Database
import UserAgents
import Web

/// The funnel tabs: how far visitors come on landing pages, and from looking to buying.
struct FunnelPages: Sendable {
  let store: FunnelStore
  let settings: SettingsStore
  let names: NameStore
  let clock: any WallClock
  let layout: Layout

  func register(in table: inout TrackerTable) {
    table.page("/reports/funnel", .read(.reports), "How far visitors came on landing pages") { call in
      try await show(call, .landing)
    }
    table.page("/reports/ecommerce", .read(.reports), "From page view to purchase") { try await show($0, .shop) }
  }

  private enum Kind: Sendable {
    case landing, shop

    var tab: ReportTab { self == .landing ? .landingFunnel : .shopFunnel }
  }

  private func show(_ call: TrackerCall, _ kind: Kind) async throws -> Reply {
    let scope = call.place.scope
    let zone = try await settings.all(of: scope).zone
    let today = try await ReportWindow.today(zone: zone, now: clock.now(), in: scope)
    let period = Period(preset: call.query("period"), from: call.query("from"), to: call.query("to"), today: today)
    let form = DaysForm(path: kind.tab.path, period: period, fields: try await fields(call, kind, of: scope))
    let question = question(form, zone)
    let window = try await question.window(now: clock.now(), in: scope)
    let funnel =
      switch kind {
      case .landing: try await store.landing(question, window, of: scope)
      case .shop: try await store.shop(question, window, of: scope)
      }
    let isNarrowed = form.fields.contains { !$0.value.isEmpty }
    let view = FunnelView(
      funnel: funnel, title: kind == .landing ? "Steps of landing pages" : "From looking to buying",
      empty: empty(kind, isNarrowed: isNarrowed))
    return layout.page(
      Layout.Frame(
        title: kind == .landing ? "Funnel" : "E-commerce Funnel", current: ReportTab.reports.path,
        crumbs: [("Reports", ReportTab.reports.path)], help: kind == .landing ? "funnel" : "ecommerce-funnel"), call,
      ReportTab.tabs(current: kind.tab, form.items) + form.html + view.html)
  }

  private func fields(_ call: TrackerCall, _ kind: Kind, of scope: TenantScope) async throws -> [DaysForm.Field] {
    var fields = [try await choice("campaign_id", "Campaign", "All campaigns", .campaigns, call, of: scope)]
    switch kind {
    case .landing:
      fields.append(try await choice("landing_id", "Landing page", "All landing pages", .landings, call, of: scope))
    case .shop: fields.append(try await choice("offer_id", "Offer", "All offers", .offers, call, of: scope))
    }
    fields.append(
      .init(
        name: "country", label: "Country", value: text("country", call)?.uppercased() ?? "",
        control: .text(placeholder: "All, or US")))
    let devices = DeviceType.allCases.filter { $0 != .bot }.map { FormFields.Choice($0.rawValue, $0.rawValue) }
    fields.append(
      .init(
        name: "device", label: "Device", value: text("device", call) ?? "",
        control: .choice(devices, none: "All devices")))
    return fields
  }

  private func choice(
    _ name: String, _ label: String, _ none: String, _ noun: NameStore.Noun, _ call: TrackerCall, of scope: TenantScope
  ) async throws -> DaysForm.Field {
    .init(
      name: name, label: label, value: call.positiveID(name).map { "\($0)" } ?? "",
      control: .choice(try await names.live(noun, of: scope).choices, none: none))
  }

  /// What Postgres could not take as a text is as good as nothing.
  private func text(_ name: String, _ call: TrackerCall) -> String? {
    call.query(name).flatMap { $0.utf8.contains(0) || $0.utf8.count > 100 ? nil : $0 }
  }

  private func question(_ form: DaysForm, _ zone: TimeZoneName) -> FunnelQuestion {
    var question = FunnelQuestion(zone: zone)
    (question.from, question.to) = (form.period.from, form.period.to)
    for field in form.fields where !field.value.isEmpty {
      if let id = Int64(field.value), field.name.hasSuffix("_id") {
        question.ids.append((field.name, id))
      } else {
        question.texts.append((field.name, field.value))
      }
    }
    return question
  }

  private func empty(_ kind: Kind, isNarrowed: Bool) -> HTML {
    if isNarrowed {
      return Parts.empty(
        layout.icons(.search), "Nobody fits", "Take a filter away, or choose other days.",
        "<a class=\"btn\" href=\"\(href: kind.tab.path)\">Show all</a>")
    }
    return switch kind {
    case .landing:
      Parts.empty(
        layout.icons(.funnel), "No steps in these days",
        "Step 1 of a local landing page counts by itself. Further ones are reported: window.__trackily.reportStep(2, 'Form sent').",
        "<a class=\"btn\" href=\"/admin/landings\">Go to landing pages</a>")
    case .shop:
      Parts.empty(
        layout.icons(.shops), "No shop events in these days",
        "Put the pixel on the shop's pages: it reports page views by itself, and carts, checkouts and purchases as you tell it.",
        "<a class=\"btn\" href=\"\(href: PixelPages.path)\">Set up the pixel</a>")
    }
  }
}
