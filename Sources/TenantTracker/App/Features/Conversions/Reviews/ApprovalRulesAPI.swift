import Conversions
import Core
import Database
import Web

/// `/approval-rules`: whose approved conversions wait for somebody here.
struct ApprovalRulesAPI: Sendable {
  let writer: ConfigurationWriter

  let store = ApprovalRuleStore()

  static let path = "/approval-rules"

  init(writer: ConfigurationWriter) { self.writer = writer }

  func register(in table: inout TrackerTable) {
    table.define("ApprovalRule", StoredApprovalRule.schema)
    table.on(
      .get, Self.path, .read(.offers), "List: approval rules, in the order they were made",
      answer: .page(of: .ref("ApprovalRule"))
    ) { call in .json(Page(items: try await store.list(of: call.place.scope)).json(\.json)) }
    table.on(
      .post, Self.path, .write(.offers),
      "Have the approved conversions of an offer, a network or all, of one type or every, wait for approval here; the "
        + "most specific rule wins", body: .json(Self.schema), answer: .ref("ApprovalRule"), status: 201, creates: true
    ) { call in
      let rule = try await add(call.fields(), by: call)
      return .created(rule.json, location: "/admin/api\(Self.path)/\(rule.id)")
    }
    table.on(.get, "\(Self.path)/{id}", .read(.offers), "Show: approval rule", answer: .ref("ApprovalRule")) { call in
      .json(try await find(call).json)
    }
    table.on(.delete, "\(Self.path)/{id}", .write(.offers), "Delete: approval rule", status: 204) { call in
      try await remove(by: call)
      return .noContent
    }
  }

  private static let schema = Schema.object([
    .optional("offer_id", Schema.integer.nullable.described("Of one offer; not with a network.")),
    .optional("network_id", Schema.integer.nullable.described("Of one network's offers.")),
    .optional("type", Schema.string.nullable.described("Of one type: sale, lead, upsell ...")),
    .required("approval", .choice(Approval.allCases.map(\.rawValue))),
  ])

  func find(_ call: TrackerCall) async throws -> StoredApprovalRule {
    let scope = call.place.scope
    guard let rule = try await store.find(call.id(), of: scope, in: scope) else {
      throw Problem.notFound("approval rule")
    }
    return rule
  }

  func add(_ fields: FieldReader, by call: TrackerCall) async throws -> StoredApprovalRule {
    var fields = fields
    let offer = fields.optionalInt("offer_id", range: 1...Int64.max) ?? nil
    let network = fields.optionalInt("network_id", range: 1...Int64.max) ?? nil
    let type = fields.optionalString("type", length: 1...64) ?? nil
    let approval = fields.oneOf("approval", Approval.allCases.map(\.rawValue)).flatMap(Approval.init(rawValue:))
    if offer != nil, network != nil { fields.fault("network_id", "choice", "goes without an offer") }
    try fields.finish()
    let rule = ApprovalRule(
      offerID: offer, networkID: network, type: type.map(ConversionType.init(word:)), approval: approval ?? .auto)
    let scope = call.place.scope
    if try await store.list(of: scope).contains(where: { $0.rule.hasPlace(of: rule) }) {
      throw Problem.conflict("There is a rule for this already.", field: "type")
    }
    return try await writer.write(to: scope) { connection in
      let id = try await store.insert(rule, at: writer.clock.now(), of: scope, in: connection)
      guard let stored = try await store.find(id, of: scope, in: connection) else { throw Problem.internalError() }
      try await writer.audit.append(
        "approval_rule.create", "approval_rule:\(id)", after: stored.json, by: call, in: connection)
      return stored
    }
  }

  func remove(by call: TrackerCall) async throws {
    let rule = try await find(call)
    let scope = call.place.scope
    try await writer.write(to: scope) { connection in
      try await store.remove(rule.id, of: scope, in: connection)
      try await writer.audit.append(
        "approval_rule.delete", "approval_rule:\(rule.id)", before: rule.json, by: call, in: connection)
    }
  }
}

extension ApprovalRule {
  fileprivate func hasPlace(of other: ApprovalRule) -> Bool {
    (offerID, networkID) == (other.offerID, other.networkID) && type == other.type
  }
}
