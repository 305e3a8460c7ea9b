import Core
import Testing

@testable import ClickPath

/// What a click costs where amounts are cut, currencies differ or nothing can be read.
@Suite struct CostBorderTests {
  private func event(
    _ query: String = "", _ change: (inout ClickWorld) -> Void = { _ in }
  ) throws -> ClickEvent {
    var world = ClickWorld()
    world.offer(1)
    world.campaign.offerID = 1
    change(&world)
    return try #require(try world.click(.visit(query)).event)
  }

  @Test(arguments: [
    ("0.000499", 0), ("0.0005", 1), ("0.001499", 1), ("0.0015", 2), ("1", 1_000), ("2.5", 2_500), ("0", 0),
  ])
  func aThousandthOfCPMIsRoundedHalfUpToTheMicro(_ cost: String, _ micros: Int64) throws {
    let event = try event {
      $0.campaign.costModel = .cpm
      $0.campaign.cost = Micros(cost)
    }
    #expect(event.cost.rawValue == micros)
  }

  @Test(arguments: [CostModel.cpa, .revshare, .none])
  func modelsThatCostNothingPerClickStillTakeWhatTheSourceSends(_ model: CostModel) throws {
    let change = { (world: inout ClickWorld) in
      world.campaign.costModel = model
      world.campaign.cost = Micros("30")
    }
    #expect(try event("", change).cost == .zero)
    #expect(try event("cost=0.07", change).cost == Micros("0.07"))
  }

  @Test func theSourcesCurrencyIsThatOfItsParameterOnly() throws {
    let change = { (world: inout ClickWorld) in
      world.source(cost: "bid", currency: .eur)
      world.campaign.costModel = .cpc
      world.campaign.cost = Micros("0.10")
    }
    let sent = try event("bid=0.02", change)
    #expect(sent.cost == Micros("0.02") && sent.currency == .eur)
    let own = try event("", change)
    #expect(own.cost == Micros("0.10") && own.currency == .usd)
    let unreadable = try event("bid=cheap", change)
    #expect(unreadable.cost == Micros("0.10") && unreadable.currency == .usd)
    #expect(unreadable.trace.contains("cost_unreadable"))
  }

  @Test(arguments: ["NaN", "1e3", "-0.01", "0.05.1", "99999999999999999999", "1000000000.01", "0x10", "%E2%82%AC5"])
  func whatIsNoAmountIsTheModelsPrice(_ text: String) throws {
    let event = try event("cost=\(text)") {
      $0.campaign.costModel = .cpc
      $0.campaign.cost = Micros("0.10")
    }
    #expect(event.cost == Micros("0.10"))
    #expect(event.trace.contains("cost_unreadable"))
  }

  @Test func anAmountFinerThanAMicroIsRounded() throws {
    #expect(try event("cost=0.0000014").cost.rawValue == 1)
    #expect(try event("cost=0.0000016").cost.rawValue == 2)
    #expect(try event("cost=0,5").cost == Micros("0.5"))
  }

  @Test func ofTheSourcesClickIDsTheFirstInItsListCounts() throws {
    let change = { (world: inout ClickWorld) in
      world.source(clickID: "gclid")
      world.tenant.sources[0].moreClickIDParameters = ["gbraid", "wbraid"]
    }
    #expect(try event("wbraid=w&gbraid=b&gclid=g&click_id=c", change).externalID == "g")
    #expect(try event("wbraid=w&gbraid=b&click_id=c", change).externalID == "b")
    #expect(try event("click_id=c", change).externalID == "c")
    #expect(try event("gclid=%7Bgclid%7D&wbraid=w", change).externalID == "w")
  }
}
