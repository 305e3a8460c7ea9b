import Core
import Testing

@testable import LicenseServer

@Suite struct SlotDecisionTests {
  private func decide(
    _ instance: Instance? = nil, max: Int = 1, active: Int = 0, held: [Int64] = [], transfers: Int = 0
  ) throws -> SlotDecision {
    SlotDecision.decide(
      for: instance, in: try sampleLicense(maxInstances: max).grant, active: active, held: held, transfers: transfers)
  }

  @Test func anActiveFingerprintKeepsItsSlot() throws {
    #expect(try decide(sampleInstance(.active), active: 1) == .alreadyActive)
    #expect(try decide(sampleInstance(.active), active: 5) == .alreadyActive)
  }

  @Test func aFreshSlotIsFreeAndAFullLicenceIsFull() throws {
    #expect(try decide() == .free)
    #expect(try decide(active: 1) == .full)
    #expect(try decide(max: 3, active: 2) == .free)
  }

  @Test func aSlotGivenUpIsItsFormerHoldersOrATransfer() throws {
    #expect(try decide(sampleInstance(.deactivated, id: 7), held: [7]) == .free)
    #expect(try decide(sampleInstance(.deactivated, id: 7), held: [8]) == .transfer(from: 8))
    #expect(try decide(held: [8]) == .transfer(from: 8))
    #expect(try decide(max: 3, active: 1, held: [8]) == .free)
    #expect(try decide(max: 3, active: 1, held: [8, 9]) == .transfer(from: 8))
  }

  @Test func theAllowanceCountsTransfersOnly() throws {
    #expect(try decide(held: [8], transfers: 2) == .transfer(from: 8))
    #expect(try decide(held: [8], transfers: 3) == .allowanceUsedUp)
    #expect(try decide(sampleInstance(.deactivated, id: 8), held: [8], transfers: 9) == .free)
    #expect(try decide(transfers: 9) == .free)
  }
}
