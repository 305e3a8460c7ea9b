import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct SharedCallsTests {
  private actor Ledger {
    private(set) var calls: [[Int]] = []

    func note(_ requests: [Int]) { calls.append(requests) }
  }

  @Test func whoComesMeanwhileGoesInTheCallAfter() async throws {
    let shared = SharedCalls<Int, Int>(limit: 6)
    let ledger = Ledger()
    let (gate, opener) = AsyncStream.makeStream(of: Void.self)
    let ask = { @Sendable (number: Int) async throws -> Int in
      try await shared.answer(number, of: 1) { numbers throws(DatabaseError) in
        await ledger.note(numbers)
        if numbers == [0] { for await _ in gate {} }
        return numbers.map { $0 * 10 }
      }
    }
    let answers: [Int] = try await withThrowingTaskGroup(of: Int.self) { tasks in
      tasks.addTask { try await ask(0) }
      try await eventually("the first call is under way") { await ledger.calls.count == 1 }
      for number in 1...9 { tasks.addTask { try await ask(number) } }
      try await eventually("the others wait") { shared.waitingCount(of: 1) == 9 }
      opener.finish()
      return try await tasks.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(answers) == Set((0...9).map { $0 * 10 }))
    let calls = await ledger.calls
    #expect(calls.map(\.count) == [1, 6, 3])
    #expect(Set(calls.joined()) == Set(0...9))
    #expect(shared.waitingCount(of: 1) == 0)
    #expect(try await ask(11) == 110)
  }

  @Test func tenantsDoNotWaitForEachOther() async throws {
    let shared = SharedCalls<Int, Int>()
    let (gate, opener) = AsyncStream.makeStream(of: Void.self)
    try await withThrowingTaskGroup(of: Int.self) { tasks in
      tasks.addTask {
        try await shared.answer(0, of: 1) { numbers throws(DatabaseError) in
          for await _ in gate {}
          return numbers
        }
      }
      let other = try await shared.answer(5, of: 2) { numbers throws(DatabaseError) in numbers }
      #expect(other == 5)
      opener.finish()
      try await tasks.waitForAll()
    }
  }

  @Test func nobodyFailsForWhatAnotherAsked() async throws {
    let bench = try await PostbackBench()
    let shared = SharedCalls<Int, Int>()
    let ledger = Ledger()
    let (gate, opener) = AsyncStream.makeStream(of: Void.self)
    let scope = bench.scope
    let ask = { @Sendable (number: Int) async -> Int? in
      try? await shared.answer(number, of: 1) { numbers throws(DatabaseError) in
        await ledger.note(numbers)
        if numbers == [0] { for await _ in gate {} }
        if numbers.contains(5) { try await scope.execute("SELECT 1 / 0") }
        return numbers
      }
    }
    let answers: [Int?] = try await withThrowingTaskGroup(of: Int?.self) { tasks in
      tasks.addTask { await ask(0) }
      try await eventually("the first call is under way") { await ledger.calls.count == 1 }
      for number in 1...9 { tasks.addTask { await ask(number) } }
      try await eventually("the others wait") { shared.waitingCount(of: 1) == 9 }
      opener.finish()
      return try await tasks.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(answers.compactMap(\.self)) == Set(0...9).subtracting([5]))
    #expect(answers.count { $0 == nil } == 1)
    await bench.tenant.close()
  }
}
