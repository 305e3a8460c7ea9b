import Core
import Testing

@testable import TenantTracker

@Suite struct FunnelTests {
  private func funnel(_ counts: Int64...) -> [JSONValue] {
    Funnel(steps: counts.enumerated().map { .init(number: $0.offset + 1, name: "", count: $0.element) }).json
  }

  @Test func theDocumentsFigures() {
    let steps = funnel(10_000, 3_500, 1_800, 1_200)
    #expect(steps.map { $0["rate_first"] } == [.number("100"), .number("35"), .number("18"), .number("12")])
    #expect(steps.map { $0["rate_previous"] } == [.null, .number("35"), .number("51.4286"), .number("66.6667")])
    #expect(steps.map { $0["drop_off"] } == [.null, 6_500, 1_700, 600])
    #expect(steps.map { $0["drop_off_rate"] } == [.null, .number("65"), .number("48.5714"), .number("33.3333")])
  }

  @Test func nothingOfNothingIsNull() {
    let steps = funnel(0, 5, 0)
    #expect(steps.map { $0["rate_first"] } == [.null, .null, .null])
    #expect(steps.map { $0["rate_previous"] } == [.null, .null, .number("0")])
    #expect(steps.map { $0["drop_off"] } == [.null, -5, 5])
    #expect(steps.map { $0["drop_off_rate"] } == [.null, .null, .number("100")])
    #expect(funnel().isEmpty)
  }
}
