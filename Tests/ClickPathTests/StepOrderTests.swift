import Core
import Testing

@testable import ClickPath

@Suite struct StepOrderTests {
  @Test func theStagesAreThoseOfTheDocumentsTrackingFlowInItsOrder() {
    #expect(
      ClickStage.allCases.map(\.name) == [
        "visitor", "geo", "userAgent", "fraud", "botFilter", "frequencyCap", "uniqueness", "flow", "landing",
        "protection", "offer",
        "record", "answer",
      ])
  }

  @Test func onlyTheStepsThatExistRun() throws {
    #expect(try ClickWorld().pipeline().stages == [.visitor, .flow, .landing, .protection, .offer, .record, .answer])
  }

  @Test func anAddedStepRunsAtItsOwnStageWhateverTheOrderOfAdding() throws {
    var world = ClickWorld()
    world.steps = [.knowing(.uniqueness) { _ in }, .knowing(.geo) { _ in }, .knowing(.userAgent) { _ in }]
    #expect(
      try world.pipeline().stages == [
        .visitor, .geo, .userAgent, .uniqueness, .flow, .landing, .protection, .offer, .record, .answer,
      ])
  }

  @Test func aStepSeesWhatEarlierOnesFoundAndFlowsSeeWhatItAdds() throws {
    var world = ClickWorld()
    world.offer(1)
    world.offer(2)
    world.campaign.offerID = 1
    world.flow(
      7, .forced, [FilterRecord(field: "country", op: "equals", values: ["US"])], offers: [WeightedID(id: 2, weight: 1)]
    )
    world.steps = [
      ClickStep(.geo) { hit in
        if hit.facts.subs[1] == "known" { hit.facts.country = "US" }
        return nil
      }
    ]
    #expect(try world.click(.visit("sub1=known")).event?.offerID == 2)
    #expect(try world.click(.visit("sub1=other")).event?.offerID == 1)
  }

  @Test func aStepThatStopsTheHitEndsItWithItsReasonUnrecorded() throws {
    var world = ClickWorld()
    world.offer(1)
    world.campaign.offerID = 1
    world.steps = [
      ClickStep(.botFilter) { _ in .paused },
      ClickStep(.frequencyCap) { hit in
        hit.note("never")
        return nil
      },
    ]
    let (hit, reason) = try world.hit()
    #expect(reason == .paused)
    #expect(hit.trace == ["paused"])
    let result = try world.click()
    #expect(result.event == nil)
    #expect(result.answer.status == 404)
  }
}
