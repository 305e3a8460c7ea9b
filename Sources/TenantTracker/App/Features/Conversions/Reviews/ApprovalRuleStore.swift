import Conversions
import Core
import Database
import Web

/// An approval rule as it is kept.
struct StoredApprovalRule: Sendable {
  let id: Int64
  let rule: ApprovalRule
  let createdAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "offer_id": JSONValue(rule.offerID), "network_id": JSONValue(rule.networkID),
      "type": JSONValue(rule.type?.rawValue), "approval": .string(rule.approval.rawValue),
      "created_at": JSONValue(createdAt),
    ]
  }

  static let schema = Schema.object([
    .required("id", .integer), .required("offer_id", .integer.nullable), .required("network_id", .integer.nullable),
    .required("type", Schema.string.nullable.described("Null: every type.")),
    .required("approval", .choice(Approval.allCases.map(\.rawValue))), .required("created_at", .timestamp),
  ])
}

/// All SQL on approval rules.
struct ApprovalRuleStore: Sendable {
  /// For ``ConversionTermsStore``: the rules that hold for offer `o` and network `n`.
  static func applying(_ schema: SchemaName) -> SQL {
    """
    (SELECT jsonb_agg(jsonb_build_array(r.offer_id, r.network_id, r.type, r.approval))
      FROM \(schema).approval_rules r
      WHERE (r.offer_id IS NULL OR r.offer_id = o.id) AND (r.network_id IS NULL OR r.network_id = n.id))
    """
  }

  /// In the order they were made.
  func list(of scope: TenantScope) async throws(DatabaseError) -> [StoredApprovalRule] {
    let rows = try await scope.query(
      """
      SELECT id, offer_id, network_id, type, approval, created_at FROM \(scope.schema).approval_rules
      ORDER BY id LIMIT \(Self.limit)
      """)
    var rules: [StoredApprovalRule] = []
    for row in rows { rules.append(try Self.rule(row)) }
    return rules
  }

  /// Rules that a tenant may have.
  static let limit = 1_000

  func find(
    _ id: Int64, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws(DatabaseError) -> StoredApprovalRule? {
    let row = try await executor.first(
      """
      SELECT id, offer_id, network_id, type, approval, created_at FROM \(scope.schema).approval_rules WHERE id = \(id)
      """)
    guard let row else { return nil }
    return try Self.rule(row)
  }

  func insert(
    _ rule: ApprovalRule, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws(DatabaseError) -> Int64 {
    let row = try await executor.one(
      """
      INSERT INTO \(scope.schema).approval_rules (offer_id, network_id, type, approval, created_at)
      VALUES (\(rule.offerID), \(rule.networkID), \(rule.type?.rawValue), \(rule.approval.rawValue), \(time))
      RETURNING id
      """)
    return try row.get("id")
  }

  func remove(_ id: Int64, of scope: TenantScope, in executor: any SQLExecutor) async throws(DatabaseError) {
    try await executor.execute("DELETE FROM \(scope.schema).approval_rules WHERE id = \(id)")
  }

  private static func rule(_ row: Row) throws(DatabaseError) -> StoredApprovalRule {
    StoredApprovalRule(
      id: try row.get("id"),
      rule: ApprovalRule(
        offerID: try row.get("offer_id"), networkID: try row.get("network_id"),
        type: try row.get("type", as: String?.self).map(ConversionType.init(rawValue:)),
        approval: Approval(rawValue: try row.get("approval")) ?? .auto),
      createdAt: try row.get("created_at"))
  }
}

extension ApprovalRules {
  /// As ``ApprovalRuleStore/applying(_:)`` gives them.
  init(_ json: JSONValue?) {
    self.init(
      (json?.arrayValue ?? []).compactMap { element in
        guard let values = element.arrayValue, values.count == 4,
          let approval = values[3].stringValue.flatMap(Approval.init(rawValue:))
        else { return nil }
        return ApprovalRule(
          offerID: values[0].intValue, networkID: values[1].intValue,
          type: values[2].stringValue.map(ConversionType.init(rawValue:)), approval: approval)
      })
  }
}
