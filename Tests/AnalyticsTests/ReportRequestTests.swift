import Analytics
import Core
import Testing

@Suite struct ReportRequestTests {
  private func read(_ query: String, _ form: ReportRequest.Form = .grouped) throws(Problem) -> ReportRequest {
    try ReportRequest(query: PercentCoding.queryItems(query), form: form, zone: .utc)
  }

  private func faults(_ query: String, _ form: ReportRequest.Form = .grouped) -> [String] {
    do throws(Problem) {
      _ = try read(query, form)
      return []
    } catch {
      #expect(error.status == 422)
      return error.errors.map(\.field)
    }
  }

  @Test func theContractsExample() throws {
    let request = try read(
      """
      group_by=campaign,country&from=2026-11-01&to=2026-11-08&tz=Europe/Berlin&compare=previous\
      &metrics=clicks,unique,leads,conversions,cost,revenue,profit,roi,cr,epc,cpa,cpl&sort=-profit\
      &filter[country]=US&campaign_id=
      """)
    #expect(request.groupings == [.campaign, .country])
    #expect(request.from == LocalDate("2026-11-01"))
    #expect(request.to == LocalDate("2026-11-08"))
    #expect(request.zone.description == "Europe/Berlin")
    #expect(request.comparesPrevious)
    #expect(request.metrics.count == 12)
    #expect(request.sort == .init(.metric(.profit), descending: true))
    #expect(request.filters.map(\.grouping) == [.country])
    #expect(request.filters.first?.values == .texts(["US"]))
    #expect(request.basis == .click)
  }

  @Test func everyGroupingOfTheContractIsKnown() throws {
    let names = """
      campaign,landing,offer,flow,source,network,country,region,city,os,browser,device,language,hour,weekday,date,isp,\
      referrer_domain,sub1,sub2,sub3,sub4,sub5,publisher
      """
    let found = Set(names.split(separator: ",").compactMap { Grouping(rawValue: String($0)) })
    #expect(found == Set(Grouping.allCases))
  }

  @Test func filtersTakeSeveralValuesAndNone() throws {
    let request = try read(
      "group_by=date&filter[offer]=3&filter[offer]=4&filter%5Bsub1%5D=(none)&filter[sub1]=a,b&campaign_id=9")
    let byGrouping = Dictionary(uniqueKeysWithValues: request.filters.map { ($0.grouping, $0) })
    #expect(byGrouping[.offer]?.values == .ids([3, 4]))
    #expect(byGrouping[.sub1]?.values == .texts(["a,b"]))
    #expect(byGrouping[.sub1]?.includesMissing == true)
    #expect(byGrouping[.campaign]?.values == .ids([9]))
  }

  @Test func everyFaultIsNamedAtOnce() {
    #expect(
      faults(
        "group_by=planet&from=yesterday&to=2026-02-30&tz=Mars&compare=next&metrics=joy&sort=up&limit=0&x=1&filter[date]=2"
      )
        == ["group_by", "from", "to", "tz", "compare", "metrics", "limit", "x", "filter[date]", "sort"])
    #expect(faults("") == ["group_by"])
    #expect(faults("group_by=date&from=2026-11-02&to=2026-11-01") == ["to"])
    #expect(faults("group_by=date&campaign_id=x&filter[offer]=-1") == ["campaign_id", "filter[offer]"])
    #expect(faults("group_by=sub1,sub2,sub3,sub4,sub5,os") == ["group_by"])
    #expect(faults("group_by=date&sort=country") == ["sort"])
    #expect(faults("group_by=os&filter[os]=%00") == ["filter[os]"])
    #expect(faults("group_by=date", .totals) == ["group_by"])
    #expect(faults("from=2020-01-01&to=2099-12-31&tz=UTC&campaign_id=1&time=conversion", .totals) == [])
  }

  @Test func onlyNamesOfTheZoneDatabaseAreZones() {
    for name in [
      "UTC", "Europe/Berlin", "America/Port-au-Prince", "America/Argentina/Buenos_Aires", "Etc/GMT+3",
      "Australia/Lord_Howe",
    ] { #expect(TimeZoneName(name) != nil, "\(name)") }
    for name in [
      "", "EST", "FOO+3", "Foo/Bar+3", "Europe/", "/Berlin", "Europe//Berlin", "Europe/Berlin;", "Etc/", "CET-1CEST",
    ] {
      #expect(TimeZoneName(name) == nil, "\(name)")
    }
  }
}
