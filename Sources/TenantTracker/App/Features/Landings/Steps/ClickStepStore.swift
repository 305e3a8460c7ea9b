import ClickPath
import Core
import Database

/// All SQL on what landings report of their visitors: how far they came, and who was kept out.
struct ClickStepStore: Sendable {
  struct Step: Sendable, Hashable {
    let number: Int
    let name: String
    let at: Timestamp

    var json: JSONValue { ["step": .int(number), "name": .string(name), "at": JSONValue(at)] }
  }

  /// Those of these ids that are clicks here.
  func known(_ ids: [ClickID], of scope: TenantScope) async throws -> Set<ClickID> {
    let times = ids.map(\.timestamp)
    guard let first = times.min(), let last = times.max() else { return [] }
    let rows = try await scope.query(
      "SELECT id FROM \(scope.schema).clicks WHERE id = ANY (\(ids)) AND ts BETWEEN \(first) AND \(last)")
    return Set(try rows.map { try $0.get("id", as: ClickID.self) })
  }

  /// The first report of a step stays.
  func insert(_ steps: [(click: ClickID, step: Step)], of scope: TenantScope) async throws {
    try await scope.execute(
      """
      INSERT INTO \(scope.schema).click_steps (click_id, step, name, at)
      SELECT s.click_id, s.step, s.name, s.at
      FROM unnest(\(steps.map(\.click))::uuid[], \(steps.map { Int32($0.step.number) })::int[],
        \(steps.map(\.step.name))::text[], \(steps.map(\.step.at))::timestamptz[]) AS s (click_id, step, name, at)
      ON CONFLICT (click_id, step) DO NOTHING
      """)
  }

  func insert(_ denials: [(click: ClickID, sign: SpySign, at: Timestamp)], of scope: TenantScope) async throws {
    try await scope.execute(
      """
      INSERT INTO \(scope.schema).click_denials (click_id, sign, at)
      SELECT d.click_id, d.sign, d.at
      FROM unnest(\(denials.map(\.click))::uuid[], \(denials.map(\.sign.rawValue))::text[],
        \(denials.map(\.at))::timestamptz[]) AS d (click_id, sign, at)
      ON CONFLICT (click_id, sign) DO NOTHING
      """)
  }

  func steps(of click: ClickID, _ scope: TenantScope) async throws -> [Step] {
    try await scope.query(
      "SELECT step, name, at FROM \(scope.schema).click_steps WHERE click_id = \(click) ORDER BY step"
    ).map { row in
      Step(number: Int(try row.get("step", as: Int32.self)), name: try row.get("name"), at: try row.get("at"))
    }
  }

  /// What gave the visitor away in the browser, each sign with whether it is a strong one.
  func denials(of click: ClickID, _ scope: TenantScope) async throws -> [JSONValue] {
    try await scope.query(
      "SELECT sign, at FROM \(scope.schema).click_denials WHERE click_id = \(click) ORDER BY sign"
    ).map { row in
      let sign: String = try row.get("sign")
      return [
        "sign": .string(sign), "strong": .bool(SpySign(rawValue: sign)?.isStrong ?? false),
        "at": JSONValue(try row.get("at", as: Timestamp.self)),
      ]
    }
  }
}
