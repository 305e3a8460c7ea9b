import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct UnmappedStatusTests {
  private let store = UnmappedStatusStore()

  /// Gives the word a meaning, as its network's editor does, and lets the run do its work.
  private func map(_ word: String, _ status: String, _ bench: PostbackBench) async throws -> ConversionRun {
    let map: JSONValue = .object([word: .string(status)])
    try await bench.scope.execute("UPDATE \(bench.scope.schema).networks SET status_map = \(map)")
    let runner = ConversionRunner.forTests(bench)
    let run = try await runner.runs.insert(
      .mapping(networkID: PostbackBench.networkID, word: StatusMap.key(word)), total: 0, by: "ada", of: bench.scope,
      in: bench.scope)
    await runner.bring(run.id, of: bench.scope)
    return try #require(try await runner.runs.find(run.id, of: bench.scope))
  }

  @Test func wordsThatNobodyMappedAreKept() async throws {
    let bench = try await PostbackBench(statusMap: ["known": "sale"])
    let click = try await bench.drainedClick()
    for (index, word) in ["Odd%20Word", "odd-word", "known", "approved", "other", ""].enumerated() {
      try await bench.send("click_id=\(click.id)&txid=\(index)&status=\(word)")
    }
    let list = try await store.list(of: bench.scope)
    #expect(Set(list.map(\.word)) == ["odd_word", "other"])
    let odd = try #require(list.first { $0.word == "odd_word" })
    #expect(odd.spelling == "Odd Word" && odd.hits == 2 && odd.conversions == 2 && odd.network == "CPA House")
    #expect(odd.firstSeen < odd.lastSeen ?? odd.firstSeen)
    #expect(try await PostbackLogStore().find(try #require(odd.sampleID), of: bench.scope)?.unmappedWord == "odd_word")
    #expect(try await store.count(of: bench.scope) == 2)
    await bench.tenant.close()
  }

  @Test func aMappingMovesWhatWaitsWithItsOwnPayout() async throws {
    let bench = try await PostbackBench()
    var clicks: [ClickEvent] = []
    for number in 0..<120 {
      let click = bench.newClick(at: PostbackBench.start + .milliseconds(number))
      bench.tail.insert(click)
      clicks.append(click)
      try await bench.send("click_id=\(click.id)&payout=\(number + 1)&status=Odd")
    }
    try await bench.drain(clicks)
    let run = try await map("odd", "sale", bench)
    #expect(run.state == .done && run.outcomes == ["updated": 120])
    let row = try await bench.scope.one(
      """
      SELECT count(*) AS sales, sum(revenue_micros)::bigint AS revenue FROM \(bench.scope.schema).conversions
      WHERE status = 'sale' AND unmapped_word IS NULL
      """)
    #expect(try row.get("sales", as: Int64.self) == 120)
    #expect(try row.get("revenue", as: Int64.self) == 7_260_000_000)
    let conversion = try #require(try await bench.conversions(of: clicks[0]).first)
    #expect(conversion.originalStatus == "Odd")
    #expect(try await bench.history(of: conversion.id) == [">hold:applied", "hold>sale:applied"])
    await bench.tenant.close()
  }

  @Test func onlyTheLastWordOfAConversionCounts() async throws {
    let bench = try await PostbackBench()
    let statuses = [
      // What came, in this order, and where `odd = sale` leaves it.
      (["odd"], "sale"), (["pending", "odd"], "sale"), (["lead", "odd"], "sale"), (["odd", "pending"], "hold"),
      (["odd", "odder"], "hold"), (["odd", "approved", "refund"], "rejected"), (["refund", "odd"], "rejected"),
    ]
    var clicks: [(ClickEvent, String)] = []
    for (words, end) in statuses {
      let click = try await bench.drainedClick()
      for word in words { try await bench.send("click_id=\(click.id)&payout=5&status=\(word)") }
      clicks.append((click, end))
    }
    // Somebody decided about this one meanwhile.
    let decided = try await bench.drainedClick()
    try await bench.send("click_id=\(decided.id)&payout=5&status=odd")
    let id = try #require(try await bench.conversions(of: decided).first).id
    let decision = ConversionRecorder.Move(status: .rejected, actor: "ada", at: bench.clock.now())
    _ = try await bench.service.recorder.move(id, by: decision, in: bench.scope)
    clicks.append((decided, "rejected"))
    let run = try await map("odd", "sale", bench)
    for (click, end) in clicks {
      #expect(try await bench.conversions(of: click).map(\.status.rawValue) == [end])
    }
    #expect(run.outcomes["moved_since"] == 1)
    let rest = try await store.countWaiting(
      for: "odd", ofNetwork: PostbackBench.networkID, of: bench.scope, in: bench.scope)
    #expect(rest == 0)
    await bench.tenant.close()
  }

  @Test func randomWordsFillNoTable() async throws {
    let bench = try await PostbackBench()
    let schema = bench.scope.schema
    try await bench.scope.execute(
      """
      INSERT INTO \(schema).unmapped_statuses (network_id, word, spelling, first_seen_at)
      SELECT n, 'w' || i, 'w', \(PostbackBench.start)::timestamptz + i * interval '1 second'
      FROM generate_series(1, 2) AS n, generate_series(1, 1010) AS i
      """)
    try await store.trim(of: bench.scope)
    #expect(try await store.count(of: bench.scope) == 2 * UnmappedStatusStore.limit)
    #expect(try await !store.contains("w10", ofNetwork: 1, of: bench.scope))
    #expect(try await store.contains("w11", ofNetwork: 1, of: bench.scope))
    await bench.tenant.close()
  }
}
