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
      in: [flow(1, .regular, first), flow(2, .regular, second), flow(3, .regular, [german]), flow(4, .forced, first)],
      campaignHasOffer: true)
    #expect(found.map(\.code) == [.identicalFilters])
    #expect(found.first?.severity == .info)
    #expect(found.first?.flowIDs == [1, 2])
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
}
