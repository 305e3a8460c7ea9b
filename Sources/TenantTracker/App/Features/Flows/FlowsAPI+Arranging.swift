import ClickPath
import Core
import Database
import Web

// A flow beside its neighbours: copies and order.

extension FlowsAPI {
  enum Direction: String, Sendable, CaseIterable { case up, down }

  func registerArranging(in table: inout TrackerTable) {
    table.on(
      .post, "/flows/{id}/clone", .write(.flows), "Copy a flow; the copy is paused and stands right behind it",
      answer: .ref("Flow"), status: 201, creates: true
    ) { call in
      let flow = try await clone(call.id(), by: call)
      return .created(flow.json, location: "/admin/api/flows/\(flow.id)")
    }
    table.on(
      .post, "/flows/{id}/move", .write(.flows), "Change places with the flow before or after",
      body: .json(.object([.required("direction", .choice(Direction.allCases.map(\.rawValue)))])), answer: .ref("Flow")
    ) { call in
      var fields = try call.fields()
      let direction = fields.oneOf("direction", Direction.allCases.map(\.rawValue)).flatMap(Direction.init(rawValue:))
      try fields.finish()
      guard let direction else { throw Problem.internalError() }
      return .json(try await move(call.id(), direction, by: call).json)
    }
  }

  /// Paused, so that nobody goes through it before it was looked at.
  func clone(_ id: Int64, by call: TrackerCall) async throws -> Flow {
    let scope = call.place.scope
    let original = try await find(id, scope)
    let flows = try await store.all(ofCampaign: original.campaignID, of: scope)
    try Self.requireRoom(flows.count + 1)
    var draft = original.draft
    draft.name = CopyName.of(original.draft.name, taken: flows.map(\.draft.name), limit: 200)
    draft.isActive = false
    draft.position = nil
    let copy = draft
    let copyID = try await writer.write(to: scope) { connection in
      let now = writer.clock.now()
      let id = try await store.insert(copy, campaign: original.campaignID, at: now, of: scope, in: connection)
      var order = flows.map(\.id)
      order.insert(id, at: (order.firstIndex(of: original.id) ?? order.count - 1) + 1)
      try await store.arrange(order, at: now, of: scope, in: connection)
      try await writer.audit.append(
        "flow.clone", "flow:\(id)", after: ["from": .int(original.id)], by: call, in: connection)
      return id
    }
    return try await find(copyID, scope)
  }

  /// At the end of the list it stays where it is.
  func move(_ id: Int64, _ direction: Direction, by call: TrackerCall) async throws -> Flow {
    let scope = call.place.scope
    let flow = try await find(id, scope)
    var order = try await store.all(ofCampaign: flow.campaignID, of: scope).map(\.id)
    guard let index = order.firstIndex(of: id) else { throw Problem.notFound("flow") }
    let other = direction == .up ? index - 1 : index + 1
    guard order.indices.contains(other) else { return flow }
    order.swapAt(index, other)
    let arranged = order
    try await writer.write(to: scope) { connection in
      try await store.arrange(arranged, at: writer.clock.now(), of: scope, in: connection)
      try await writer.audit.append(
        "flow.move", "flow:\(id)", after: ["direction": .string(direction.rawValue)], by: call, in: connection)
    }
    return try await find(id, scope)
  }

  /// Flows of one campaign.
  static let limit = 500

  static func requireRoom(_ count: Int) throws(Problem) {
    guard count <= limit else { throw .conflict("A campaign may have \(limit) flows.") }
  }
}

/// What a copy is called.
enum CopyName {
  /// `US mobile (copy)`, `US mobile (copy 2)`: the first that is free.
  static func of(_ name: String, taken: [String], limit: Int) -> String {
    let taken = Set(taken)
    return numbered(taken.count + 1) { $0 == 1 ? " (copy)" : " (copy \($0))" }
      .map { name.prefix(limit - $0.count) + $0 }.first { !taken.contains($0) } ?? name
  }

  /// `mcafee-us-copy`, `mcafee-us-copy-2`.
  static func ofSlug(_ slug: String, taken: [String], limit: Int) -> String {
    let taken = Set(taken)
    return numbered(taken.count + 1) { $0 == 1 ? "-copy" : "-copy-\($0)" }
      .map { slug.prefix(limit - $0.count) + $0 }.first { !taken.contains($0) } ?? slug
  }

  private static func numbered(_ count: Int, _ suffix: @escaping (Int) -> String) -> some Sequence<String> {
    (1...count).lazy.map(suffix)
  }
}
