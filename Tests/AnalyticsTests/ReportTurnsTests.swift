import Core
import Synchronization
import TestSupport
import Testing

@testable import Analytics

@Suite struct ReportTurnsTests {
  /// Reports that say when they begin and end when they are told to.
  private actor Desk {
    private var begun: [Int] = []
    private var ends: [Int: CheckedContinuation<Void, Never>] = [:]

    var inOrder: [Int] { begun }

    func count(_ number: Int) async {
      begun.append(number)
      await withCheckedContinuation { ends[number] = $0 }
    }

    func end(_ number: Int) { ends.removeValue(forKey: number)?.resume() }
  }

  @Test func soManyAtOnceInTheOrderInWhichTheyCame() async throws {
    let (turns, desk) = (ReportTurns(limit: 2, patience: .hours(1)), Desk())
    var reports: [Task<Void, any Error>] = []
    for number in 0..<5 {
      reports.append(Task { try await turns.run { await desk.count(number) } })
      try await eventually { turns.counts.running + turns.counts.waiting == number + 1 }
    }
    #expect(turns.counts == (2, 3))
    for number in 0..<5 {
      try await eventually { await desk.inOrder.count >= min(number + 2, 5) }
      await desk.end(number)
      try await reports[number].value
    }
    #expect(await desk.inOrder.dropFirst(2) == [2, 3, 4])
    #expect(turns.counts == (0, 0))
  }

  @Test func nobodyWaitsLongBehindALongOne() async throws {
    let (turns, desk) = (ReportTurns(limit: 1, patience: .milliseconds(20)), Desk())
    let long = Task { try await turns.run { await desk.count(1) } }
    try await eventually { await desk.inOrder == [1] }
    #expect(try await turns.run { "short" } == "short")
    await desk.end(1)
    try await long.value
    #expect(turns.counts == (0, 0))
  }

  @Test func whoGoesAwayLeavesTheQueueAndWhoFailsGivesTheTurnBack() async throws {
    let (turns, desk) = (ReportTurns(limit: 1, patience: .hours(1)), Desk())
    let first = Task { try await turns.run { await desk.count(1) } }
    try await eventually { await desk.inOrder == [1] }
    let impatient = Task { try await turns.run { await desk.count(2) } }
    try await eventually { turns.counts.waiting == 1 }
    impatient.cancel()
    await #expect(throws: CancellationError.self) { try await impatient.value }
    #expect(turns.counts == (1, 0))
    await desk.end(1)
    try await first.value
    await #expect(throws: Problem.self) { try await turns.run { throw Problem.notFound("report") } }
    #expect(try await turns.run { "next" } == "next")
    #expect(await desk.inOrder == [1])
  }
}
