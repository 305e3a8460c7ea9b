import ClickPath
import Conversions
import Core
import Testing
import Web

@testable import Analytics
@testable import Licensing
@testable import TenantTracker

@Suite struct PagesGoldenTests {
  @Test func theFrame() throws {
    let layout = try PagesGolden.layout
    let frame = Layout.Frame(
      title: "Offer & more", current: "/admin/offers", crumbs: [("Offers", "/admin/offers")],
      actions: "<a class=\"btn\">Do</a>", extras: [.chart, .search])
    var viewer = try PagesGolden.viewer()
    viewer.flash = Flash(.success, "Saved <well>.")
    viewer.banner = "A payment is overdue."
    try PagesGolden.check("frame", layout.document(frame, viewer, "<p>Content</p>"))
    try PagesGolden.check("frame-viewer", layout.document(frame, try PagesGolden.viewer(.viewer), "<p>Content</p>"))
    try PagesGolden.check(
      "frame-signed-out", layout.plain(title: "Sign in", flash: Flash(.info, "Out."), "<p>Form</p>"))
  }

  @Test func aForm() throws {
    let values: JSONObject = [
      "name": "A \"b\"", "role": "custom", "permissions": ["reports": "read", "users": "write"],
    ]
    let problem = Problem.validation([
      .init(field: "email", code: "required", message: "is required"),
      .init(field: "permissions", code: "choice", message: "must be read or write"),
    ])
    let fields = FormFields(values, problem: problem, icons: PagesGolden.icons)
    let role = RoleStore.CustomRole(id: 5, name: "Media <buyer>", permissions: Permissions(), users: 2)
    try PagesGolden.check("user-form", fields.summary + UserForm(fields: fields, roles: [role]).html)
  }

  @Test func theFlowForm() throws {
    let values: JSONObject = [
      "name": "US mobile", "type": "regular", "weight": 100, "active": true,
      "filters": [["field": "hour", "op": "in", "values": ["9-17", "20"], "zone": "Europe/Berlin"]],
      "landings": [["id": 1, "weight": 100], ["id": 2, "weight": 50]], "offers": [["id": 9, "weight": 0]],
    ]
    let form = FlowForm(
      fields: FormFields(values, icons: PagesGolden.icons), landings: [.init("1", "A"), .init("2", "B")],
      offers: [.init("8", "Offer")], icons: PagesGolden.icons)
    try PagesGolden.check("flow-form", form.html)
  }

  @Test func aClick() throws {
    let id = ClickID(high: 0x019F_0000_0000_7000, low: 0x8000_0000_0000_0001)
    var click = ClickEvent(
      id: id, tenantID: 1, status: .ok, campaignID: 3, ip: IPAddress(v4: 0xCB00_712A), currency: .usd)
    (click.flowID, click.landingID, click.offerID, click.sourceID) = (7, 3, 9, 2)
    (click.language, click.referrer, click.userAgent) = ("en", "https://news.example/<x>", "Mozilla/5.0")
    click.cost = Micros(rawValue: 50_000)
    click.subs[1] = "zone-<7>"
    click.trace = ["geo_unknown", "flow:7 forced country=US", "landing:3 w=100/150", "offer:9", "new_code:1 <x>"]
    var book = NameBook()
    (book.campaigns, book.flows, book.landings, book.offers) = ([3: "Push"], [7: "US"], [3: "Quiz"], [9: "Offer"])
    let log = ClickLogView(entries: ClickLogStore.arrival(click), book: book, times: PagesGolden.times)
    let view = ClickView(
      click: click, log: log, conversions: [], book: book, times: PagesGolden.times, icons: PagesGolden.icons)
    try PagesGolden.check("click", view.html)
  }

  @Test func theLicence() throws {
    let standing = LicenseStanding.current(.pro, warnings: [.cloneSuspected])
    let view = LicenseView(
      standing: standing, keyEnding: "ef65", users: 3, times: PagesGolden.times, icons: PagesGolden.icons)
    try PagesGolden.check("license", view.warnings + view.summary + view.features)
  }

  @Test func theDashboard() throws {
    let day = try #require(LocalDate("2026-11-21"))
    let period = Period(.week, today: day)
    let question = DashboardQuestion(period: period, campaign: 3, zone: .utc, metric: .revenue)
    let byTime = try Self.answer(
      try question.byTime,
      [.init(keys: [.date(day)], values: Self.values(2), previous: Self.values(1))], Self.values(1))
    let tops = try DashboardQuestion.tops.map { top in
      try Self.answer(
        try question.top(top),
        top.grouping == .campaign
          ? [
            .init(keys: [.entity(id: 3, name: "Push <x>")], values: Self.values(2), previous: nil),
            .init(keys: [.entity(id: nil, name: nil)], values: BaseValues(), previous: nil),
          ] : [], nil)
    }
    let people = try Self.answer(try question.people, [], Self.values(1))
    let comparison = DashboardComparison(byTime, period, today: day, localHour: 10)
    let session = try PagesGolden.viewer().session
    func page(_ lateParts: DashboardView.LateParts?) -> HTML {
      DashboardView(
        question: question, currency: .eur, campaigns: [.init(id: 3, name: "Push <x>")], byTime: byTime,
        comparison: comparison, pulse: LivePulse(clicks: 1_204, conversions: 1, at: PagesGolden.time), alerts: [],
        lateParts: lateParts, session: session, icons: PagesGolden.icons
      ).html
    }
    try PagesGolden.check("dashboard", page(nil))
    let figures = DashboardFigures(
      question: question, totals: people.totals, comparison: comparison.of(people), slots: nil, currency: .eur,
      icons: PagesGolden.icons
    ).people
    let lists = DashboardTops(question: question, currency: .eur, session: session, icons: PagesGolden.icons)
    try PagesGolden.check("dashboard-late", figures + lists.cards(tops))
    // The whole page is the same with these in the place of what stands there until they come.
    let whole = page(nil).text.replacing(DashboardFigures.peopleToCome(question).text, with: figures.text)
      .replacing(lists.cardsToCome.text, with: lists.cards(tops).text)
    #expect(page(.init(people: people, tops: tops)).text == whole)
  }

  private static func answer(
    _ request: ReportRequest, _ rows: [ReportAnswer.Row], _ previous: BaseValues?
  ) throws -> ReportAnswer {
    let (from, to) = (try #require(request.from), try #require(request.to))
    let window = ReportWindow(
      days: try #require(LocalDateRange(from: from, to: to)), start: PagesGolden.time, end: PagesGolden.time,
      previousStart: PagesGolden.time)
    return ReportAnswer(
      plan: ReportPlan(request, window: window, currency: .eur), rows: rows, totals: values(2),
      previousTotals: previous, groupCount: rows.count)
  }

  private static func values(_ factor: Int64) -> BaseValues {
    var values = BaseValues()
    values[.clicks] = 1_000 * factor
    values[.unique] = 800 * factor
    values[.conversions] = 15
    values[.cost] = 50_000_000 * factor
    values[.revenue] = 45_500_000
    values[.orders] = 15
    values[.customers] = 10
    return values
  }

  @Test func firstSteps() throws {
    let session = try PagesGolden.viewer(.manager).session
    let progress = FirstStepsProgress(
      done: [.source, .campaign], campaign: .init(id: 3, slug: "push", sourceID: 1))
    let steps = FirstSteps(
      progress: progress, link: "https://track.example.com/c/push?cost={cost}", isPutAway: false, session: session,
      icons: PagesGolden.icons, csrf: "<input type=\"hidden\" name=\"_csrf\">")
    try PagesGolden.check("first-steps", steps.html)
  }
}
