import Analytics
import Core
import Database

/// All SQL on funnels: how far visitors came on landings and in shops.
struct FunnelStore: Sendable {
  /// Steps that landings reported. A step is called what most visitors' pages called it.
  func landing(_ question: FunnelQuestion, _ window: ReportWindow, of scope: TenantScope) async throws -> Funnel {
    let (first, end) = FunnelQuestion.ids(window)
    let rows = try await scope.query(
      """
      SELECT s.step, count(*) AS visitors, mode() WITHIN GROUP (ORDER BY s.name) FILTER (WHERE s.name <> '') AS name
      FROM \(scope.schema).click_steps s JOIN \(scope.schema).clicks c ON c.id = s.click_id
      WHERE s.click_id >= \(first) AND s.click_id < \(end) AND \(question.conditions(window))
      GROUP BY s.step ORDER BY s.step
      """)
    return Funnel(
      steps: try rows.map { row in
        let number = Int(try row.get("step", as: Int32.self))
        return Funnel.Step(
          number: number, name: try row.get("name", as: String?.self) ?? "Step \(number)",
          count: try row.get("visitors"))
      })
  }

  /// From looking to buying. A visitor who looked twice counts once.
  func shop(_ question: FunnelQuestion, _ window: ReportWindow, of scope: TenantScope) async throws -> Funnel {
    let (first, end) = FunnelQuestion.ids(window)
    let rows = try await scope.query(
      """
      SELECT e.kind, count(DISTINCT e.click_id) AS visitors
      FROM \(scope.schema).shop_events e JOIN \(scope.schema).clicks c ON c.id = e.click_id AND c.ts = e.click_ts
      WHERE e.click_id >= \(first) AND e.click_id < \(end) AND e.kind = ANY (\(PixelReport.funnel))
        AND \(question.conditions(window))
      GROUP BY e.kind
      """)
    var counts: [String: Int64] = [:]
    for row in rows { counts[try row.get("kind")] = try row.get("visitors", as: Int64.self) }
    return Funnel(
      steps: zip(1..., zip(PixelReport.funnel, Self.names)).map { number, step in
        Funnel.Step(number: number, event: step.0, name: step.1, count: counts[step.0] ?? 0)
      })
  }

  private static let names = ["Page View", "Add to Cart", "Checkout", "Purchase"]
}
