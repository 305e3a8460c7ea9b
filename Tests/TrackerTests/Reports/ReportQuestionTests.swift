import Analytics
import Core
import Testing

@testable import TenantTracker

@Suite struct ReportQuestionTests {
  private let period: Period

  init() throws { period = Period(.week, today: try #require(LocalDate("2026-11-21"))) }

  private func question(_ query: String) -> ReportQuestion { ReportQuestion(PercentCoding.queryItems(query)) }

  @Test func anAddressComesBackAsItWas() {
    let query =
      "group_by=campaign,sub1&period=30d&tz=Europe/Berlin&time=conversion&currency=EUR&compare=previous"
      + "&filter[country]=US&filter[country]=(none)&not[os]=iOS&like[sub1]=zone&min[clicks]=100&max[roi]=2.5"
      + "&metrics=clicks,roas&sort=-profit&chart=profit&limit=500&path=source,date@7d"
    let question = question(query)
    #expect(question.faults.isEmpty)
    let again = self.question(question.address.query)
    #expect(again.address.query == question.address.query)
    #expect(again.groupings == [.campaign, .sub1] && again.metrics == [.clicks, .roas])
    #expect(
      again.filters == [
        .init(grouping: .country, kind: .only, values: ["US", "(none)"]),
        .init(grouping: .os, kind: .not, values: ["iOS"]),
        .init(grouping: .sub1, kind: .like, values: ["zone"]),
      ])
    #expect(again.bounds.map(\.value) == ["100", "2.5"])
  }

  @Test func withoutGroupingItIsByCampaign() {
    #expect(question("").address.query == "group_by=campaign")
  }

  @Test func whatAFormSendsTwiceIsOneList() {
    #expect(question("group_by=country&group_by=&group_by=os&group_by=country").groupings == [.country, .os])
  }

  @Test(arguments: [
    ("group_by=colour", "group_by"), ("metrics=clicks,luck", "metrics"), ("chart=luck", "chart"),
    ("filter[hour]=3", "filter[hour]"), ("nonsense=1", "nonsense"), ("limit=0", "limit"), ("sort=luck", "sort"),
    ("tz=Mars", "tz"), ("path=nowhere", "path"),
  ])
  func whatIsWrongIsNamed(query: String, field: String) {
    #expect(question(query).firstFault?.field == field)
  }

  @Test func aRowIsOpenedAndTheWayBackIsKnown() throws {
    let start = question("group_by=campaign&period=7d&sort=-profit&limit=500")
    let campaign = try #require(start.opening(.entity(id: 7, name: "Push"), of: .campaign, in: period))
    #expect(campaign.address.query == "group_by=source&period=7d&filter%5Bcampaign%5D=7&sort=-profit&path=campaign")
    let none = try #require(campaign.opening(.entity(id: nil, name: nil), of: .source, in: period))
    #expect(none.filters.last?.values == ["(none)"] && none.path.map(\.grouping) == [.campaign, .source])
    let back = none.before(step: 1)
    #expect(back.groupings == [.source] && back.filters.map(\.grouping) == [.campaign])
    #expect(none.before(step: 0).address.query == "group_by=campaign&period=7d")
  }

  @Test func withMoreGroupingsOnlyTheOpenedOneGoes() throws {
    let start = question("group_by=country,os")
    #expect(try #require(start.opening(.text("US"), of: .country, in: period)).groupings == [.os])
  }

  @Test func aDayIsOpenedByTheHourAndItsRangeComesBack() throws {
    let day = try #require(LocalDate("2026-11-20"))
    let preset = try #require(question("group_by=date&period=7d").opening(.date(day), of: .date, in: period))
    #expect(preset.groupings == [.hour] && preset.from == "2026-11-20" && preset.to == "2026-11-20")
    #expect(preset.before(step: 0).address.query == "group_by=date&period=7d")
    let month = Period(preset: nil, from: "2026-10-02", to: "2026-10-09", today: day)
    let custom = try #require(
      question("group_by=date&from=2026-10-02&to=2026-10-09").opening(.date(day), of: .date, in: month))
    #expect(custom.before(step: 0).address.query == "group_by=date&from=2026-10-02&to=2026-10-09")
    #expect(custom.opening(.hour(3), of: .hour, in: month) == nil)
  }

  @Test func nothingIsSortedByWhatIsNotThere() {
    #expect(question("group_by=country&sort=-os").address.query == "group_by=country")
    #expect(question("group_by=country&sort=-country").address.query == "group_by=country&sort=-country")
  }

  @Test func oneValueOfAFilterIsTakenAway() throws {
    let question = question("filter[country]=US&filter[country]=DE")
    let filter = try #require(question.filters.first)
    #expect(question.without("US", of: filter).filters.first?.values == ["DE"])
    #expect(
      question.without("US", of: filter).without("DE", of: .init(grouping: .country, kind: .only, values: ["DE"]))
        .filters.isEmpty)
  }

  @Test func valuesAreWrittenWithCommasOrQuotes() {
    #expect(ReportFilterForm.split(" US, DE ,,\"a, b\"") == ["US", "DE", "a, b"])
    #expect(ReportFilterForm([("f", "hour"), ("v", "3")]) == nil)
  }

  @Test func theEngineIsAskedForWholeDaysAndTheReadersColumns() throws {
    let request = try question("group_by=country&filter[os]=iOS&chart=clicks&path=os").request(
      period, columns: [.clicks, .roas], zone: .utc)
    #expect(request.from == period.from && request.to == period.to && request.metrics == [.clicks, .roas])
    #expect(request.groupings == [.country] && request.limit == 100 && request.filters.count == 1)
  }
}

@Suite struct ReportPeriodTests {
  @Test func monthsAreWholeOnes() throws {
    let day = try #require(LocalDate("2026-03-31"))
    let this = Period(.thisMonth, today: day)
    #expect("\(this.from) \(this.to)" == "2026-03-01 2026-03-31")
    let last = Period(.lastMonth, today: day)
    #expect("\(last.from) \(last.to)" == "2026-02-01 2026-02-28")
    #expect(Period(preset: nil, from: "2026-02-01", to: "2026-02-28", today: day).preset == .lastMonth)
  }
}
