import ClickPath
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct CostChangeTests {
  private static let now = PostbackBench.start + .hours(2)
  private let store = CostChangeStore()

  private func request(
    _ mode: CostRequest.Mode, _ cost: Int64, _ filter: CostRequest.Filter = .init(campaignID: PostbackBench.campaignID)
  ) -> CostRequest {
    CostRequest(
      selection: .filter(filter), period: PostbackBench.start - .hours(24)..<PostbackBench.start + .hours(24),
      mode: mode,
      cost: Micros(rawValue: cost))
  }

  private func begin(_ request: CostRequest, in bench: PostbackBench, id: UUIDv7 = UUIDv7(at: now)) async throws
    -> CostChange?
  {
    try await bench.scope.transaction { connection in
      try await store.begin(
        request, id: id, in: .usd, by: "somebody", at: Self.now, in: connection, schema: bench.scope.schema)
    }
  }

  private func finish(_ change: CostChange, in bench: PostbackBench) async throws -> CostChange {
    while try await store.step(change.id, at: Self.now, in: bench.scope) {}
    return try #require(try await store.find(change.id, in: bench.scope, schema: bench.scope.schema))
  }

  private func costs(in bench: PostbackBench) async throws -> [Int64] {
    try await bench.scope.query("SELECT cost_micros FROM \(bench.scope.schema).clicks ORDER BY id").map {
      try $0.get("cost_micros")
    }
  }

  /// However many clicks and whatever the total: the sum is exact, and no click differs by more than the rest.
  @Test func aTotalIsDividedToTheMicro() async throws {
    let bench = try await PostbackBench()
    var count = 0
    for (more, total) in [(1, 5), (6, 1_000_001), (33, 1), (160, 99_999_999), (47, 0)] as [(Int, Int64)] {
      try await bench.drain((0..<more).map { bench.newClick(at: PostbackBench.start + .milliseconds($0)) })
      count += more
      let change = try #require(try await begin(request(.total, total), in: bench))
      #expect(change.after.rawValue == total)
      #expect(change.clicks == Int64(count))
      let done = try await finish(change, in: bench)
      #expect(done.state == .done)
      #expect(done.done == Int64(count))
      let found = try await costs(in: bench)
      #expect(found.reduce(0, +) == total)
      let share = total / Int64(count)
      #expect(found.dropLast().allSatisfy { $0 == share })
      #expect(found.last == total - share * Int64(count - 1))
    }
    await bench.tenant.close()
  }

  @Test func onlyClicksThatFitAreChanged() async throws {
    let bench = try await PostbackBench()
    var clicks = [
      bench.newClick(), bench.newClick(), bench.newClick(), bench.newClick(at: PostbackBench.start - .hours(30)),
    ]
    clicks[1].subs[1] = "zone-8"
    clicks[2].status = .blocked
    try await bench.drain(clicks)
    let filter = CostRequest.Filter(campaignID: PostbackBench.campaignID, sub: .init(number: 1, value: "zone-7"))
    let asked = request(.perClick, 70, filter)
    #expect(
      try await store.effect(asked, in: .usd, of: bench.scope)
        == CostEffect(clicks: 1, unmatched: 0, before: .zero, after: Micros(rawValue: 70)))
    let change = try #require(try await begin(asked, in: bench))
    _ = try await finish(change, in: bench)
    for (click, cost) in zip(clicks, [70, 0, 0, 0] as [Int64]) {
      #expect(try await ClickStore().find(click.id, of: bench.scope)?.cost.rawValue == cost)
    }
    #expect(try await begin(request(.perClick, 1, .init(campaignID: 99)), in: bench, id: UUIDv7(at: Self.now)) == nil)
    await bench.tenant.close()
  }

  @Test func linesNameClicksByEitherId() async throws {
    let bench = try await PostbackBench()
    var clicks = (0..<3).map { bench.newClick(at: PostbackBench.start + .milliseconds($0)) }
    clicks[1].externalID = "ext,1"
    clicks[2].externalID = "ext,1"
    try await bench.drain(clicks)
    let text = "click,cost\n\(clicks[0].id),0.05\n\"ext,1\",1.5\nnobody,3\n"
    let lines = CostLines(text)
    #expect(lines.faults.isEmpty)
    #expect(lines.lines.map(\.name) == [clicks[0].id.description, "ext,1", "nobody"])
    let asked = CostRequest(
      selection: .lines(lines.lines), period: PostbackBench.start - .hours(1)..<PostbackBench.start + .hours(1),
      mode: .perClick, cost: .zero)
    #expect(
      try await store.effect(asked, in: .usd, of: bench.scope)
        == CostEffect(clicks: 2, unmatched: 1, before: .zero, after: Micros(rawValue: 1_550_000)))
    _ = try await finish(try #require(try await begin(asked, in: bench)), in: bench)
    #expect(try await costs(in: bench) == [50_000, 0, 1_500_000])
    await bench.tenant.close()
  }

  @Test func whatIsUndoneIsAsItWasUnlessChangedSince() async throws {
    let bench = try await PostbackBench()
    var clicks = (0..<3).map { bench.newClick(at: PostbackBench.start + .milliseconds($0)) }
    for index in clicks.indices { clicks[index].cost = Micros(rawValue: Int64(index + 1)) }
    clicks[2].currency = .eur
    try await bench.drain(clicks)
    let change = try await finish(try #require(try await begin(request(.perClick, 500), in: bench)), in: bench)
    #expect(change.before.rawValue == 3)
    #expect(try await costs(in: bench) == [500, 500, 500])
    try await bench.scope.transaction { connection in
      _ = try await store.setCost(
        Micros(rawValue: 9), .usd, of: clicks[1].id, in: connection, schema: bench.scope.schema)
    }
    for isFirst in [true, false] {
      let begun = try await bench.scope.transaction { connection in
        try await store.beginUndo(change.id, at: Self.now, in: connection, schema: bench.scope.schema)
      }
      #expect(begun == isFirst)
      #expect(try await finish(change, in: bench).state == .undone)
    }
    #expect(try await costs(in: bench) == [1, 9, 3])
    #expect(try await ClickStore().find(clicks[2].id, of: bench.scope)?.currency == .eur)
    await bench.tenant.close()
  }

  @Test func oneChangeAtATime() async throws {
    let bench = try await PostbackBench()
    try await bench.drain((0..<3).map { bench.newClick(at: PostbackBench.start + .milliseconds($0)) })
    let begun = try await withThrowingTaskGroup(of: CostChange?.self) { group in
      for number in 0..<8 {
        group.addTask {
          do {
            return try await begin(request(.perClick, 500), in: bench, id: UUIDv7(at: Self.now + .seconds(number)))
          } catch is CostChangeStore.Busy {
            return nil
          }
        }
      }
      return try await group.reduce(into: []) { changes, change in changes += [change].compactMap(\.self) }
    }
    #expect(begun.count == 1)
    let change = try #require(begun.first)
    let byHand = try #require(
      try await bench.scope.scalar(
        "SELECT id FROM \(bench.scope.schema).clicks ORDER BY id LIMIT 1", as: ClickID?.self) ?? nil)
    _ = try await bench.scope.transaction { connection in
      try await store.setCost(Micros(rawValue: 9), .usd, of: byHand, in: connection, schema: bench.scope.schema)
    }
    _ = try await finish(change, in: bench)
    #expect(try await costs(in: bench) == [9, 500, 500])
    #expect(try await begin(request(.perClick, 7), in: bench, id: UUIDv7(at: Self.now + .hours(1))) != nil)
    await bench.tenant.close()
  }

  @Test(arguments: [
    ("", 0, 0), ("a,1", 1, 0), ("a;1,5", 1, 0), ("a\t2", 1, 0), ("id,cost\na,1\n\nb,2\n", 2, 0), ("a,1\nb", 1, 1),
    ("a,1\nb,much", 1, 1), ("a,1\nb,-1", 1, 1), ("a,1\na,2", 2, 1), ("a,1\n,5", 2, 1),
  ])
  func linesAreRead(_ text: String, _ lines: Int, _ faults: Int) {
    let read = CostLines(text)
    #expect(read.lines.count == lines)
    #expect(read.faults.count == faults, "\(read.faults)")
  }
}
