import ClickPath
import Core
import Database
import Web

/// A campaign's flows: list, editor, conflicts, balance.
struct FlowsAPI: Sendable {
  let store: FlowStore
  let campaigns: ResourceAPI<CampaignStore>
  let writer: ConfigurationWriter

  func register(in table: inout TrackerTable) {
    table.define("Flow", Flow.schema)
    table.on(
      .get, "/campaigns/{id}/flows", .read(.flows), "A campaign's flows in their order", answer: .page(of: .ref("Flow"))
    ) { call in
      let campaign = try await campaigns.find(call.id(), call.place.scope)
      return .json(Page(items: try await store.all(ofCampaign: campaign.id, of: call.place.scope)).json(\.json))
    }
    table.on(
      .post, "/campaigns/{id}/flows", .write(.flows), "Add a flow", body: .json(Flow.schema), answer: .ref("Flow"),
      status: 201, creates: true
    ) { call in
      let flow = try await create(call.json, campaign: call.id(), by: call)
      return .created(flow.json, location: "/admin/api/flows/\(flow.id)")
    }
    table.on(
      .get, "/campaigns/{id}/flows/conflicts", .read(.flows), "What may not be meant about a campaign's flows",
      answer: .page(of: .any)
    ) { call in
      let campaign = try await campaigns.find(call.id(), call.place.scope)
      return .json(Page(items: try await conflicts(of: campaign, call.place.scope)).json(Self.json))
    }
    table.on(
      .get, "/flows/filters", .read(.flows), "What filters can look at, how they compare, and usual values",
      answer: .page(of: .any)
    ) { _ in .json(Page(items: FilterSuggestions.catalog).json { $0 }) }
    registerArranging(in: &table)
    table.on(.get, "/flows/{id}", .read(.flows), "A flow", answer: .ref("Flow")) {
      .json(try await find($0.id(), $0.place.scope).json)
    }
    table.on(
      .patch, "/flows/{id}", .write(.flows), "Change a flow", body: .json(Flow.schema), answer: .ref("Flow")
    ) { .json(try await update($0.id(), $0.json, by: $0).json) }
    table.on(.delete, "/flows/{id}", .write(.flows), "Delete a flow", status: 204) { call in
      try await delete(call.id(), by: call)
      return .noContent
    }
    table.on(
      .post, "/flows/{id}/balance", .write(.flows), "Make the weights of landings and offers equal",
      answer: .ref("Flow")
    ) { .json(try await balance($0.id(), by: $0).json) }
  }

  func find(_ id: Int64, _ scope: TenantScope) async throws -> Flow {
    guard let flow = try await store.find(id, of: scope) else { throw Problem.notFound("flow") }
    return flow
  }

  func conflicts(of campaign: Campaign, _ scope: TenantScope) async throws -> [FlowConflict] {
    try await conflicts(of: campaign, try await store.all(ofCampaign: campaign.id, of: scope), scope)
  }

  func conflicts(of campaign: Campaign, _ flows: [Flow], _ scope: TenantScope) async throws -> [FlowConflict] {
    let (items, hasOffer) = try await store.items(of: flows, campaign, of: scope)
    return FlowConflict.find(in: flows.map(\.record), campaignHasOffer: hasOffer, items: items)
  }

  func create(_ body: JSONValue, campaign: Int64, by call: TrackerCall) async throws -> Flow {
    var fields = try FieldReader(body)
    let scope = call.place.scope
    let campaign = try await campaigns.find(campaign, scope)
    let draft = try Flow.read(&fields, current: nil)
    try fields.finish()
    guard let draft else { throw Problem.internalError() }
    try Self.requireRoom(try await store.all(ofCampaign: campaign.id, of: scope).count + 1)
    let id = try await writer.write(to: scope) { connection in
      let id = try await store.insert(
        draft, campaign: campaign.id, at: writer.clock.now(), of: scope, in: connection)
      try await writer.audit.append("flow.create", "flow:\(id)", after: body, by: call, in: connection)
      return id
    }
    return try await find(id, scope)
  }

  func update(_ id: Int64, _ body: JSONValue, by call: TrackerCall) async throws -> Flow {
    var fields = try FieldReader(body)
    let before = try await find(id, call.place.scope)
    let draft = try Flow.read(&fields, current: before.draft)
    try fields.finish()
    guard let draft else { throw Problem.internalError() }
    return try await save(before, draft, "flow.update", after: body, by: call)
  }

  func balance(_ id: Int64, by call: TrackerCall) async throws -> Flow {
    let before = try await find(id, call.place.scope)
    var draft = before.draft
    for (index, weight) in Weights.balance(draft.landings.map(\.weight)).enumerated() {
      draft.landings[index].weight = weight
    }
    for (index, weight) in Weights.balance(draft.offers.map(\.weight)).enumerated() {
      draft.offers[index].weight = weight
    }
    return try await save(before, draft, "flow.balance", after: nil, by: call)
  }

  private func save(
    _ before: Flow, _ draft: Flow.Draft, _ action: String, after: JSONValue?, by call: TrackerCall
  ) async throws -> Flow {
    let scope = call.place.scope
    try await writer.write(to: scope) { connection in
      try await store.update(before.id, draft, at: writer.clock.now(), of: scope, in: connection)
      try await writer.audit.append(
        action, "flow:\(before.id)", before: before.json, after: after, by: call, in: connection)
    }
    return try await find(before.id, scope)
  }

  func delete(_ id: Int64, by call: TrackerCall) async throws {
    let scope = call.place.scope
    let flow = try await find(id, scope)
    try await writer.write(to: scope) { connection in
      try await store.delete(id, of: scope, in: connection)
      try await writer.audit.append("flow.delete", "flow:\(id)", before: flow.json, by: call, in: connection)
    }
  }

  private static func json(_ conflict: FlowConflict) -> JSONValue {
    [
      "severity": .string(conflict.severity.rawValue), "code": .string(conflict.code.rawValue),
      "flow_ids": JSONValue(conflict.flowIDs), "message": .string(conflict.message),
    ]
  }
}
