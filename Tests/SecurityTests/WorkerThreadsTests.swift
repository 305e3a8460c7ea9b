import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import Security

@Suite struct WorkerThreadsTests {
  @Test func neverRunsMoreThanItsThreads() async throws {
    let threads = WorkerThreads(count: 3, queueLimit: 1_000)
    let gauge = Gauge()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask {
          try await threads.run {
            gauge.enter()
            for _ in 0..<20_000 { _ = UInt8.random(in: 0...255) }
            gauge.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect((1...3).contains(gauge.most))
  }

  @Test func aCancelledCallerIsAnsweredWhileItsWorkStillBlocks() async throws {
    let threads = WorkerThreads(count: 1, queueLimit: 10)
    let gate = Gate()
    let caller = Task { () -> WorkerThreads.Refusal? in
      do throws(WorkerThreads.Refusal) {
        try await threads.run { gate.wait() }
        return nil
      } catch {
        return error
      }
    }
    try await eventually { gate.isReached }
    caller.cancel()
    #expect(await caller.value == .cancelled)
    gate.open()
    #expect(try await threads.run { 7 } == 7)
  }

  @Test func cancelledWorkThatHasNotBegunIsNeverDone() async throws {
    let threads = WorkerThreads(count: 1, queueLimit: 10)
    let gate = Gate()
    let isDone = Counter()
    let blocker = Task { try await threads.run { gate.wait() } }
    try await eventually { gate.isReached }
    let waiting = Task { try await threads.run { isDone.increment() } }
    waiting.cancel()
    _ = await waiting.result
    gate.open()
    _ = await blocker.result
    try await threads.run {}
    #expect(isDone.value == 0)
  }

  @Test func oneTooManyIsRefusedAsBusy() async throws {
    let threads = WorkerThreads(count: 1, queueLimit: 1)
    let gate = Gate()
    let running = Task { try await threads.run { gate.wait() } }
    try await eventually { gate.isReached }
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<10 { group.addTask { (try? await threads.run {}) != nil } }
      var outcomes: [Bool] = []
      for _ in 0..<9 { outcomes.append(await group.next() ?? true) }  // the tenth waits behind the gate
      gate.open()
      for await outcome in group { outcomes.append(outcome) }
      return outcomes
    }
    #expect(outcomes.count { $0 } == 1)
    #expect(outcomes.prefix(9).allSatisfy { !$0 })
    _ = await running.result
  }
}

/// Counts how many are inside at once.
private final class Gauge: Sendable {
  private let counts = Mutex((now: 0, most: 0))

  var most: Int { counts.withLock { $0.most } }

  func enter() {
    counts.withLock {
      $0.now += 1
      $0.most = max($0.most, $0.now)
    }
  }

  func leave() { counts.withLock { $0.now -= 1 } }
}

/// Holds a thread until it is opened.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  private let reached = Mutex(false)

  var isReached: Bool { reached.withLock { $0 } }

  func wait() {
    reached.withLock { $0 = true }
    semaphore.wait()
  }

  func open() { semaphore.signal() }
}
