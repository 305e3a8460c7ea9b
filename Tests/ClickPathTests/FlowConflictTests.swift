import Testing

@testable import ClickPath

@Suite struct FlowConflictTests {
  private let german = FilterRecord(field: "language", op: "equals", values: ["de"])

  private func flow(_ id: Int64, _ kind: FlowKind, _ filters: [FilterRecord] = [], offers: [Int] = [1]) -> FlowRecord {
    var flow = FlowRecord(id: id, campaignID: 1, name: "Flow \(id)", kind: kind)
    flow.filters = filters
    flow.offers = offers.enumerated().map { WeightedID(id: Int64($0.offset), weight: $0.element) }
    return flow
  }

  private func codes(_ flows: [FlowRecord], hasOffer: Bool = true) -> [FlowConflict.Code] {
    FlowConflict.find(in: flows, campaignHasOffer: hasOffer).map(\.code)
  }

  @Test func aSoundSetOfFlowsHasNoConflicts() {
    #expect(codes([flow(1, .forced, [german]), flow(2, .regular), flow(3, .default)]).isEmpty)
  }

  @Test func severalDefaultFlowsAreAnErrorThatNamesTheOneThatRuns() throws {
    let found = FlowConflict.find(
      in: [flow(1, .default), flow(2, .regular), flow(3, .default)], campaignHasOffer: true)
    let conflict = try #require(found.first)
    #expect(conflict.code == .severalDefaults)
    #expect(conflict.severity == .error)
    #expect(conflict.flowIDs == [1, 3])
    #expect(conflict.message.contains("“Flow 1”"))
  }

  @Test func aForcedFlowWithoutFiltersIsAWarning() throws {
    let conflict = try #require(FlowConflict.find(in: [flow(1, .forced)], campaignHasOffer: true).first)
    #expect(conflict.code == .unfilteredForced)
    #expect(conflict.severity == .warning)
  }

  @Test func regularFlowsWithTheSameFiltersAreAnInformationHoweverTheyAreWritten() throws {
    let first = [FilterRecord(field: "country", op: "in", values: ["US", "UK"]), german]
    let second = [
      FilterRecord(field: "language", op: "in", values: ["DE"]),
      FilterRecord(field: "country", op: "equals", values: ["gb", "us"]),
    ]
    let found = FlowConflict.find(
      in: [
        flow(1, .regular, first), flow(2, .regular, second), flow(3, .regular, [german]),
        flow(4, .forced, [german, first[0]]),
      ],
      campaignHasOffer: true)
    #expect(found.map(\.code) == [.shadowed, .shadowed, .identicalFilters])
    #expect(found.last?.severity == .info)
    #expect(found.last?.flowIDs == [1, 2])
  }

  @Test func twoRegularFlowsWithoutFiltersAreIdenticalToo() {
    #expect(codes([flow(1, .regular), flow(2, .regular)]) == [.identicalFilters])
  }

  @Test func theSameWeekdayWrittenTwiceIsOneInAnotherZoneItIsAnother() {
    let monday = FilterRecord(field: "weekday", op: "equals", values: ["mon"])
    let first = FilterRecord(field: "weekday", op: "in", values: ["1"])
    let elsewhere = FilterRecord(field: "weekday", op: "in", values: ["1"], zone: "Asia/Tokyo")
    #expect(codes([flow(1, .regular, [monday]), flow(2, .regular, [first])]) == [.identicalFilters])
    #expect(codes([flow(1, .regular, [monday]), flow(2, .regular, [elsewhere])]).isEmpty)
  }

  @Test func aFlowWithoutLandingAndOfferIsEmptyUnlessTheCampaignHasAnOffer() {
    #expect(codes([flow(1, .default, offers: [])], hasOffer: false) == [.emptyFlow])
    #expect(codes([flow(1, .default, offers: [])], hasOffer: true).isEmpty)
  }

  @Test func weightsOfZeroAreSaid() {
    #expect(codes([flow(1, .default, offers: [0, 0])]) == [.zeroWeights])
    var never = flow(1, .regular)
    never.weight = 0
    #expect(codes([never]) == [.zeroWeights])
    #expect(codes([flow(1, .default, offers: [0, 1])]).isEmpty)
  }

  @Test func filtersOfTheDefaultFlowAreSaidToBeOfNoUse() {
    #expect(codes([flow(1, .default, [german])]) == [.filteredDefault])
  }

  @Test func inactiveFlowsConflictWithNothing() {
    var second = flow(2, .default)
    second.isActive = false
    #expect(codes([flow(1, .default), second]).isEmpty)
  }

  @Test func theWorstComesFirst() {
    let found = FlowConflict.find(
      in: [flow(1, .regular), flow(2, .regular), flow(3, .forced), flow(4, .default), flow(5, .default)],
      campaignHasOffer: true)
    #expect(found.map(\.severity) == [.error, .warning, .info])
  }

  // Flows that get no visitors

  private func filter(_ field: String, _ op: String, _ values: String...) -> FilterRecord {
    FilterRecord(field: field, op: op, values: values)
  }

  @Test func filtersThatExcludeEachOtherMakeAFlowUnreachable() throws {
    for filters in [
      [filter("country", "equals", "US"), filter("country", "equals", "FR")],
      [filter("country", "in", "UK", "US"), filter("country", "not_in", "GB", "us")],
      [filter("hour", "in", "9-12"), filter("hour", "in", "13-20")],
      [filter("hour", "not_in", "0-23")],
      [filter("sub1", "contains", "abc"), filter("sub1", "not_contains", "b")],
      [filter("sub1", "not_contains", "")],
      [filter("browser", "equals", "Chrome"), filter("browser", "contains", "safari")],
      [filter("language", "equals", "en-US"), filter("language", "equals", "en-GB")],
      [filter("ip", "in", "10.0.0.0/8"), filter("ip", "in", "192.0.2.1", "2001:db8::/32")],
      [filter("visitor", "equals", "new"), filter("visitor", "not_equals", "new")],
    ] {
      let conflict = try #require(FlowConflict.find(in: [flow(1, .regular, filters)], campaignHasOffer: true).first)
      #expect(conflict.code == .unreachable && conflict.severity == .warning, "\(filters)")
    }
  }

  @Test func filtersThatCanBeMetTogetherAreNotCalledUnreachable() {
    for filters in [
      [filter("country", "in", "US", "FR"), filter("country", "not_equals", "US")],
      [filter("hour", "in", "22-6"), filter("hour", "in", "5-9")],
      [
        FilterRecord(field: "hour", op: "in", values: ["9"], zone: "Asia/Tokyo"),
        FilterRecord(field: "hour", op: "in", values: ["1"], zone: "Europe/Berlin"),
      ],
      [filter("sub1", "contains", "a"), filter("sub1", "contains", "b")],
      [filter("language", "equals", "en"), filter("language", "not_equals", "en-US")],
      [filter("ip", "in", "10.0.0.0/8"), filter("ip", "not_in", "10.1.0.0/16")],
    ] { #expect(codes([flow(1, .regular, filters)]).isEmpty, "\(filters)") }
  }

  @Test func aForcedFlowShadowsWhoIsLaterAndNarrower() {
    let europe = [filter("country", "in", "FR", "DE", "ES")]
    let french = [filter("country", "equals", "FR"), filter("device", "equals", "mobile")]
    #expect(codes([flow(1, .forced, europe), flow(2, .forced, french)]) == [.shadowed])
    #expect(codes([flow(2, .forced, french), flow(1, .forced, europe)]).isEmpty, "it comes first")
    #expect(codes([flow(2, .regular, french), flow(1, .forced, europe)]) == [.shadowed], "forced ones always do")
    #expect(codes([flow(1, .regular, europe), flow(2, .regular, french)]).isEmpty)
    var paused = flow(1, .forced, europe)
    paused.isActive = false
    #expect(codes([paused, flow(2, .forced, french)]).isEmpty)
    #expect(
      codes([flow(1, .forced, europe, offers: [0]), flow(2, .forced, french)]) == [.zeroWeights], "it never serves")
  }

  // What the flows lead to

  @Test func whatIsPausedOrDeletedIsSaid() {
    var items = FlowItemStates()
    items.pausedOffers = [0, 1]
    let found = { (flow: FlowRecord, hasOffer: Bool) in
      FlowConflict.find(in: [flow], campaignHasOffer: hasOffer, items: items).map(\.code)
    }
    #expect(found(flow(1, .default, offers: [1, 1]), true) == [.pausedItems])
    #expect(found(flow(1, .default, offers: [1, 1, 1]), true).isEmpty, "one runs")
    items = FlowItemStates()
    items.missingOffers = [0]
    #expect(found(flow(1, .default), true) == [.archivedItems])
    #expect(found(flow(1, .default), false) == [.emptyFlow, .archivedItems])
  }

  @Test func visitorsWithoutAnyFlowAreSaidToGetA404() {
    #expect(codes([flow(1, .regular, [german])], hasOffer: false) == [.noFallback])
    #expect(codes([], hasOffer: false) == [.noFallback])
    #expect(codes([flow(1, .regular, [german])], hasOffer: true).isEmpty)
    #expect(codes([flow(1, .regular)], hasOffer: false).isEmpty, "it takes everybody")
    #expect(codes([flow(1, .regular, [german]), flow(2, .default)], hasOffer: false).isEmpty)
  }
}
