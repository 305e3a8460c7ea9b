import Analytics
import Core
import Database

/// Answers questions on attribution.
struct AttributionDesk: Sendable {
  let store: AttributionStore
  let settings: SettingsStore
  let names: NameStore
  let clock: any WallClock

  struct Row: Sendable {
    let id: Int64?
    /// Nil for what has none, and for what is gone for good.
    let name: String?
    let credit: AttributionReport.Credit
  }

  struct Findings: Sendable {
    let question: AttributionQuestion
    let window: ReportWindow
    let currency: Currency
    /// Those with the most credit; at most ``mostRows``.
    let rows: [Row]
    let report: AttributionReport
  }

  /// As many names as one look-up gives.
  static let mostRows = 1_000

  private static let advice = "Choose fewer days, a shorter look-back, or one campaign."

  /// - Throws: 422 for days that make no range, and when it takes too long.
  func findings(_ question: AttributionQuestion, of scope: TenantScope) async throws -> Findings {
    let window = try await window(question, of: scope)
    let report = try await Problem.unlessTooLarge(Self.advice) {
      var report = AttributionReport(question)
      try await store.journeys(question, window, of: scope) { report.add($0) }
      return report
    }
    let sorted = report.sorted(by: question.model).prefix(Self.mostRows)
    let found = try await names.names(question.key.noun, Set(sorted.compactMap(\.id)), of: scope)
    let rows = sorted.map { row in
      Row(id: row.id, name: row.id.flatMap { found[$0] }, credit: row.credit)
    }
    return Findings(
      question: question, window: window, currency: try await settings.all(of: scope).currency, rows: rows,
      report: report)
  }

  /// A page of conversions with their clicks, the newest first.
  /// - Throws: as ``findings(_:of:)``.
  func journeys(
    _ question: AttributionQuestion, limit: Int, after cursor: ConversionID?, of scope: TenantScope
  ) async throws -> Page<Journey> {
    let window = try await window(question, of: scope)
    return try await Problem.unlessTooLarge(Self.advice) {
      try await store.page(question, window, limit: limit, after: cursor, of: scope)
    }
  }

  private func window(_ question: AttributionQuestion, of scope: TenantScope) async throws -> ReportWindow {
    try await ReportWindow.find(
      from: question.from, to: question.to, zone: question.zone, now: clock.now(), in: scope)
  }
}
