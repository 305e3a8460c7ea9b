import Core
import Testing
import Web

@testable import Analytics
@testable import TenantTracker

/// The parts of the reports page, as they were when somebody last looked at them.
@Suite struct ReportViewTests {
  private static func context(_ query: String, _ columns: [Metric] = [.clicks, .profit, .roi, .cpa]) throws
    -> ReportContext
  {
    let today = try #require(LocalDate("2026-11-21"))
    let question = ReportQuestion(PercentCoding.queryItems(query))
    return ReportContext(
      question: question,
      period: Period(preset: question.preset, from: question.from, to: question.to, today: today), zone: .utc,
      currency: .eur, settings: TenantSettings(), columns: columns, icons: PagesGolden.icons)
  }

  private static func values(_ factor: Int64) -> BaseValues {
    var values = BaseValues()
    values[.clicks] = 1_000 * factor
    values[.conversions] = 15
    values[.cost] = 50_000_000 * factor
    values[.revenue] = 45_500_000
    return values
  }

  private static func answer(_ context: ReportContext, _ rows: [ReportAnswer.Row]) throws -> ReportAnswer {
    let request = try context.request
    let (from, to) = (try #require(request.from), try #require(request.to))
    let window = ReportWindow(
      days: try #require(LocalDateRange(from: from, to: to)), start: PagesGolden.time, end: PagesGolden.time,
      previousStart: PagesGolden.time)
    var totals = values(2)
    totals[.unconverted] = 3
    return ReportAnswer(
      plan: ReportPlan(request, window: window, currency: .eur), rows: rows,
      totals: rows.isEmpty ? BaseValues() : totals,
      previousTotals: request.comparesPrevious ? values(1) : nil, groupCount: rows.isEmpty ? 0 : 5_000)
  }

  @Test func aTable() throws {
    let context = try Self.context("group_by=campaign,sub1&compare=previous&sort=-profit&filter[country]=US")
    let answer = try Self.answer(
      context,
      [
        .init(
          keys: [.entity(id: 3, name: "Push <b>"), .text("=1+1")], values: Self.values(2), previous: Self.values(1)),
        .init(keys: [.entity(id: nil, name: nil), .text(nil)], values: Self.values(1), previous: BaseValues()),
      ])
    try PagesGolden.check("report-table", ReportTable(context: context, answer: answer).html)
  }

  @Test func nothingToShow() throws {
    for (name, query) in [("report-empty", "period=7d"), ("report-empty-filtered", "filter[os]=iOS")] {
      let context = try Self.context(query)
      try PagesGolden.check(name, ReportTable(context: context, answer: try Self.answer(context, [])).html)
    }
  }

  @Test func filtersAndTheWayHere() throws {
    let context = try Self.context(
      "group_by=offer&filter[campaign]=3&filter[country]=US&filter[country]=DE&path=campaign")
    try PagesGolden.check("report-filters", ReportFilterBar(context: context, names: FilterNames()).html)
  }

  @Test func columnsToChoose() throws {
    let context = try Self.context("group_by=campaign")
    let template = PersonalItem<ColumnTemplate>(
      id: 5, ownerID: 9, owner: "bo@example.com", draft: .init(name: "Bo's <own>", content: .commerce, isShared: true),
      createdAt: PagesGolden.time, updatedAt: PagesGolden.time)
    let menu = ReportColumnMenu(
      context: context, templates: [template], user: 7, mayShare: true, csrf: "<input type=\"hidden\" name=\"_csrf\">")
    try PagesGolden.check("report-columns", menu.html)
  }

  @Test func whatIsKept() throws {
    let report = PersonalItem<SavedReport>(
      id: 5, ownerID: 7, owner: "ana@example.com",
      draft: .init(
        name: "US & CA", content: SavedReport(query: "group_by=os&filter%5Bcountry%5D=US"), isStandard: true),
      createdAt: PagesGolden.time, updatedAt: PagesGolden.time)
    let viewer = try PagesGolden.viewer()
    let view = SavedReportView(
      reports: [report], templates: [], session: viewer.session, times: PagesGolden.times, csrf: viewer.csrf,
      icons: PagesGolden.icons)
    try PagesGolden.check("report-saved", view.html)
  }

  @Test func aChartOfDaysHasThemAllAndTheTimeBefore() throws {
    let context = try Self.context("group_by=date&period=7d&compare=previous&chart=profit")
    let day = try #require(LocalDate("2026-11-20"))
    let answer = try Self.answer(
      context, [.init(keys: [.date(day)], values: Self.values(2), previous: Self.values(1))])
    let chart = try #require(ReportChart(context)).chart(answer)
    #expect(chart.labels.count == 7 && chart.labels.last == "2026-11-21")
    #expect(chart.series.map(\.name) == ["Profit", "Profit before"] && chart.series.map(\.isDashed) == [false, true])
    #expect(chart.series[0].values[5].exact == .number("-54.50") && chart.series[0].values[6].text == "€0.00")
  }

  @Test func aChartOfRowsHasTheGreatestTwelve() throws {
    let context = try Self.context("group_by=country&chart=clicks")
    let rows = (1...20).map { ReportAnswer.Row(keys: [.text("C\($0)")], values: Self.values($0), previous: nil) }
    let chart = try #require(ReportChart(context))
    #expect(try chart.chart(Self.answer(context, rows)).labels.prefix(2) == ["C20", "C19"])
    #expect(try chart.chart(Self.answer(context, rows)).labels.count == 12)
    #expect(try ReportChart(Self.context("group_by=country")) == nil)
    #expect(try ReportChart(Self.context("group_by=date&chart=none")) == nil)
  }

  @Test func anExportHasWhatIsSeenAndNoFormulas() throws {
    let context = try Self.context("group_by=campaign,sub1&compare=previous")
    let row = ReportAnswer.Row(
      keys: [.entity(id: 3, name: "@SUM(1)"), .text("=1+1")], values: Self.values(2), previous: Self.values(1))
    let answer = try Self.answer(context, [row])
    let csv = ReportExport(format: .csv, request: answer.request, currency: .eur)
    let text = csv.head + csv.rows(answer.rows, isFirst: true) + csv.tail(answer)
    #expect(
      text.split(separator: "\r\n").map(String.init) == [
        "Campaign,Campaign id,Sub1,Clicks,Profit (EUR),ROI %,CPA (EUR),Clicks before,Profit (EUR) before,ROI % before,"
          + "CPA (EUR) before",
        "'@SUM(1),3,'=1+1,2000,-54.50,-54.5,6.666667,1000,-4.50,-9,3.333333",
        "Total,,,2000,-54.50,-54.5,6.666667,1000,-4.50,-9,3.333333",
      ])
    #expect(csv.filename(context.period) == "trackily-report-campaign-sub1-2026-11-15-to-2026-11-21.csv")
    let json = ReportExport(format: .json, request: answer.request, currency: .eur)
    let whole = try JSONValue.parse((json.head + json.rows(answer.rows, isFirst: true) + json.tail(answer)).utf8)
    for name in ["columns", "rows", "totals", "previous_totals", "currency", "from", "to", "tz", "group_count"] {
      #expect(whole[name] == answer.json[name], "\(name)")
    }
  }
}
