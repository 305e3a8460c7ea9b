import Analytics
import Core
import Database

/// Compares variants: their numbers are those of the reports.
struct ABTestDesk: Sendable {
  let engine: ReportEngine
  let store: ABTestStore
  let settings: SettingsStore
  let clock: any WallClock

  /// What came of a question.
  struct Findings: Sendable {
    let question: ABTestQuestion
    let window: ReportWindow
    let currency: Currency
    /// Those with the most clicks; at most ``ABTestQuestion/mostTests``.
    let tests: [ABTest]
    /// How many campaigns have a test.
    let count: Int
  }

  /// - Throws: 422 for days that make no range.
  func findings(_ question: ABTestQuestion, of scope: TenantScope) async throws -> Findings {
    let answer = try await engine.answer(
      try question.report, in: try await settings.all(of: scope).currency, of: scope)
    let window = answer.plan.window
    let squares = try await store.squares(question, window, of: scope)
    let campaigns = Self.campaigns(answer, squares)
    // Days that are still to come bring no clicks.
    let elapsed = Double((min(window.end, clock.now()) - window.start).components.seconds) / 86_400
    let tested = campaigns.filter { $0.variants.count > 1 || question.campaignID != nil }
      .sorted { ($0.clicks, $1.id) > ($1.clicks, $0.id) }
    let tests = tested.prefix(ABTestQuestion.mostTests).map { campaign in
      ABTest(
        campaignID: campaign.id, campaign: campaign.name, campaign.variants, control: question.control,
        effect: question.effect, elapsedDays: max(0, elapsed))
    }
    return Findings(
      question: question, window: window, currency: answer.plan.currency, tests: tests, count: tested.count)
  }

  private struct Campaign {
    let id: Int64
    let name: String?
    var variants: [ABVariant] = []
    var clicks: Int64 { variants.reduce(0) { $0 + $1.clicks } }
  }

  /// Clicks that had none of the kind (a direct link has no landing page) are no variant.
  private static func campaigns(_ answer: ReportAnswer, _ squares: [ABTestStore.Key: Double]) -> [Campaign] {
    var campaigns: [Int64: Campaign] = [:]
    for row in answer.rows {
      guard case .entity(let campaign?, let name) = row.keys[0], case .entity(let id?, let title) = row.keys[1],
        row.values[.clicks] > 0
      else { continue }
      let revenue = SampleSums(
        count: row.values[.clicks], sum: Double(row.values[.revenue]) / 1_000_000,
        sumOfSquares: squares[.init(campaign: campaign, variant: id)] ?? 0)
      let variant = ABVariant(id: id, name: title, base: row.values, revenue: revenue)
      campaigns[campaign, default: Campaign(id: campaign, name: name)].variants.append(variant)
    }
    return Array(campaigns.values)
  }
}
