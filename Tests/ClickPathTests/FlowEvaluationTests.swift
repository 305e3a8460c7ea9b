import Core
import Testing

@testable import ClickPath

@Suite struct FlowEvaluationTests {
  /// Offers 1...9, number 9 being the campaign's own.
  private func world() -> ClickWorld {
    var world = ClickWorld()
    for id in 1...9 { world.offer(Int64(id)) }
    world.campaign.offerID = 9
    return world
  }

  private func only(_ offer: Int64) -> [WeightedID] { [WeightedID(id: offer, weight: 1)] }

  private let german = FilterRecord(field: "language", op: "equals", values: ["de"])
  private let american = FilterRecord(field: "country", op: "in", values: ["US", "CA"])

  @Test func aMatchingForcedFlowGoesBeforeRegularAndDefaultOnesWhereverItStands() throws {
    var world = world()
    world.flow(1, .default, offers: only(1))
    world.flow(2, .regular, offers: only(2))
    world.flow(3, .forced, [german], offers: only(3))
    world.flow(4, .forced, offers: only(4))
    #expect(try world.click(.visit(headers: ["Accept-Language": "de"])).event?.offerID == 3)
    #expect(try world.click(.visit(headers: ["Accept-Language": "fr"])).event?.offerID == 4)
  }

  @Test func withoutAForcedMatchARegularFlowIsDrawnWithoutOneTheDefaultFlowRuns() throws {
    var world = world()
    world.flow(1, .default, offers: only(1))
    world.flow(2, .regular, [german], offers: only(2))
    world.flow(3, .forced, [american], offers: only(3))
    #expect(try world.click(.visit(headers: ["Accept-Language": "de"])).event?.flowID == 2)
    #expect(try world.click(.visit(headers: ["Accept-Language": "fr"])).event?.flowID == 1)
  }

  @Test func withoutAnyFlowTheCampaignsOwnOfferIsUsedWithoutOneNothingIsThere() throws {
    var world = world()
    world.flow(2, .regular, [german], offers: only(2))
    let own = try world.click(.visit(headers: ["Accept-Language": "fr"]))
    #expect(own.event?.offerID == 9)
    #expect(own.event?.flowID == nil)
    #expect(own.event?.trace == ["offer:9 campaign"])

    world.campaign.offerID = nil
    let nothing = try world.click(.visit(headers: ["Accept-Language": "fr"]))
    #expect(nothing.stop == .noDestination)
    #expect(nothing.answer.status == 404)
    #expect(nothing.answer.cookies.isEmpty)
    #expect(nothing.event == nil)
  }

  @Test func allFiltersOfAFlowMustMatch() throws {
    var world = world()
    world.flow(2, .forced, [german, FilterRecord(field: "sub1", op: "equals", values: ["a"])], offers: only(2))
    #expect(try world.click(.visit("sub1=a", headers: ["Accept-Language": "de"])).event?.flowID == 2)
    #expect(try world.click(.visit("sub1=b", headers: ["Accept-Language": "de"])).event?.flowID == nil)
    #expect(try world.click(.visit("sub1=a", headers: ["Accept-Language": "fr"])).event?.flowID == nil)
  }

  @Test func whatNobodyKnowsMatchesInNeitherDirectionAndIsSaidOnce() throws {
    var world = world()
    world.flow(1, .default, offers: only(1))
    world.flow(2, .forced, [american], offers: only(2))
    world.flow(3, .regular, [FilterRecord(field: "country", op: "not_in", values: ["US"])], offers: only(3))
    world.flow(4, .regular, [FilterRecord(field: "os", op: "not_contains", values: ["Win"])], offers: only(4))
    #expect(try world.click().event?.trace == ["geo_unknown", "agent_unknown", "flow:1 default", "offer:1"])
  }

  @Test func theTraceSaysWhichFlowWhyAndWithWhatShare() throws {
    var world = world()
    world.steps = [
      .knowing {
        $0.country = "US"
        $0.os = "Windows"
      }
    ]
    world.flow(7, .forced, [american, FilterRecord(field: "os", op: "contains", values: ["win"])], offers: only(3))
    #expect(try world.click().event?.trace == ["flow:7 forced country=US os=Windows", "offer:3"])

    world.tenant.flows = []
    world.flow(1, .regular, weight: 100, offers: only(1))
    world.flow(2, .regular, weight: 50, offers: [WeightedID(id: 2, weight: 3), WeightedID(id: 3, weight: 1)])
    let traces = Set(try (0..<50).map { _ in try world.click().event?.trace ?? [] })
    #expect(
      traces == [
        ["flow:1 regular w=100/150", "offer:1"], ["flow:2 regular w=50/150", "offer:2 w=3/4"],
        ["flow:2 regular w=50/150", "offer:3 w=1/4"],
      ])
  }

  @Test func regularFlowsThatMatchShareTheVisitorsByWeight() throws {
    var world = world()
    world.flow(1, .regular, weight: 100, offers: only(1))
    world.flow(2, .regular, weight: 1_000, [german], offers: only(2))
    world.flow(3, .regular, weight: 50, offers: only(3))
    world.flow(4, .regular, weight: 0, offers: only(4))
    let place = try world.place()
    let pipeline = try world.pipeline()
    var went: [Int64: Int] = [:]
    for _ in 0..<30_000 {
      let result = pipeline.click(.visit(), slug: "mcafee-us", in: place, using: world.generator)
      went[result.event?.flowID ?? 0, default: 0] += 1
    }
    #expect(Set(went.keys) == [1, 3])
    #expect(abs(Double(went[1] ?? 0) / 30_000 - 2.0 / 3) < 0.01)
  }

  @Test func aFlowWithNothingToServeIsSkippedWithAReason() throws {
    var world = world()
    world.campaign.offerID = nil
    world.flow(1, .forced)
    world.flow(2, .forced, offers: [WeightedID(id: 2, weight: 0), WeightedID(id: 3, weight: 0)])
    world.flow(3, .regular, weight: 0, offers: only(3))
    world.flow(4, .default, offers: only(4))
    #expect(
      try world.click().event?.trace == [
        "flow:1 empty", "flow:2 zero_weights", "flow:3 zero_weights", "flow:4 default", "offer:4",
      ])
  }

  @Test func aFlowWithoutOffersOfItsOwnLeadsToTheCampaigns() throws {
    var world = world()
    world.landing(3, .local(html: "<a href=\"{{offer_url}}\">go</a>"))
    world.flow(1, .default, landings: [WeightedID(id: 3, weight: 1)])
    let result = try world.click()
    #expect(result.event?.landingID == 3)
    #expect(result.event?.offerID == 9)
    #expect(result.event?.trace == ["flow:1 default", "landing:3", "offer:9 campaign"])
  }

  @Test func onlyTheFirstOfSeveralDefaultFlowsRunsAndItsFiltersAreNotLookedAt() throws {
    var world = world()
    world.flow(1, .default, [american], offers: only(1))
    world.flow(2, .default, offers: only(2))
    #expect(try world.click().event?.flowID == 1)
  }

  @Test func anInactiveFlowDoesNotExist() throws {
    var world = world()
    world.flow(1, .forced, offers: only(1))
    world.tenant.flows[0].isActive = false
    #expect(try world.click().event?.flowID == nil)
  }

  @Test func aPausedCampaignAnswers404AndRecordsNothing() throws {
    var world = world()
    world.campaign.isPaused = true
    let result = try world.click()
    #expect(result.stop == .paused)
    #expect(result.answer == .notFound)
    #expect(result.event == nil)
  }
}
