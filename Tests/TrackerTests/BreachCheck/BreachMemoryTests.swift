import Core
import Testing

@testable import TenantTracker

@Suite struct BreachMemoryTests {
  private let now = Timestamp(seconds: 1_795_255_200)

  @Test func anAnswerIsKeptForADay() {
    let memory = BreachMemory()
    memory.remember([], of: [1], at: now)
    #expect(memory.breaches(of: [1], at: now + .hours(23)) == [])
    #expect(memory.breaches(of: [1], at: now + .hours(24)) == nil)
    #expect(memory.breaches(of: [2], at: now) == nil)
  }

  @Test func itNeverHoldsMoreThanItMay() {
    let memory = BreachMemory(most: 10)
    for number in 0..<100 as Range<UInt8> { memory.remember([], of: [number], at: now) }
    #expect(memory.count <= 10)
    #expect(memory.breaches(of: [99], at: now) == [])
    #expect(memory.breaches(of: [0], at: now) == nil)
  }
}
