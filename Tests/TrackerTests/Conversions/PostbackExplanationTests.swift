import ClickPath
import Conversions
import Core
import TestSupport
import Testing

@testable import TenantTracker

/// A dry run says what the real one would do, and does nothing.
@Suite struct PostbackExplanationTests {
  private func explain(_ query: String, key: String? = nil, _ bench: PostbackBench) async throws -> PostbackExplanation
  {
    try await bench.service.explain(bench.hit(query, key: key), in: bench.scope)
  }

  @Test func itSaysWhatTheServiceWouldAnswer() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    let (id, unknown) = (click.id, ClickID(at: PostbackBench.start))
    for (query, outcome) in [
      ("click_id=\(id)&payout=7&txid=1", PostbackExplanation.Outcome.recorded), ("click_id=\(unknown)", .unknownClick),
      ("click_id={sub2}", .unknownClick), ("payout=7", .refused), ("click_id=\(id)&payout=much", .refused),
    ] {
      let story = try await explain(query, bench)
      #expect(story.outcome == outcome, "\(query)")
      #expect(!story.steps.isEmpty)
    }
    #expect(try await explain("click_id=\(id)", key: "k-house", bench).outcome == .recorded)
    #expect(try await explain("click_id=\(id)", key: "k-other", bench).outcome == .unauthorized)
    #expect(try await bench.conversions(of: click).isEmpty)
    #expect(try await bench.log().isEmpty)
    await bench.tenant.close()
  }

  @Test func itKnowsWhatIsRecordedAlready() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    try await bench.send("click_id=\(click.id)&payout=7&status=lead")
    let cases: [(String, PostbackExplanation.Outcome)] = [
      ("status=lead", .repeated), ("status=approved", .updated), ("status=lead&payout=8", .updated),
      ("status=approved&txid=2", .recorded),
    ]
    for (query, outcome) in cases {
      #expect(try await explain("click_id=\(click.id)&\(query)", bench).outcome == outcome, "\(query)")
    }
    try await bench.send("click_id=\(click.id)&status=declined")
    #expect(try await explain("click_id=\(click.id)&status=approved", bench).outcome == .moveRefused)
    await bench.tenant.close()
  }

  @Test func aWordNobodyMappedIsAWarning() async throws {
    let bench = try await PostbackBench(requiresKey: true)
    let click = try await bench.drainedClick()
    let story = try await explain("click_id=\(click.id)&status=frobnicated", key: "k-house", bench)
    #expect(story.steps.contains { $0.verdict == .warning && $0.text.contains("frobnicated") })
    #expect(try await explain("click_id=\(click.id)", bench).outcome == .unauthorized)
    await bench.tenant.close()
  }
}
