import Core
import Database
import Web

/// `/api/webhook-endpoints` and `/api/webhook-deliveries`
struct WebhookEndpointAPI: Sendable {
  let database: ConnectionPool
  let desk: WebhookEndpointDesk

  func register(in table: inout StaffTable) {
    table.define("webhook_endpoint", .object(WebhookEndpoint.properties))
    table.define(
      "issued_webhook_endpoint",
      .object(
        WebhookEndpoint.properties + [
          .required("secret", .string.described("`whsec_…`, for checking signatures. Only this answer has it."))
        ]))
    table.define("webhook_delivery", WebhookDelivery.schema)
    table.on(
      .get, "/webhook-endpoints", .read(.settings), "Where events are told, the newest first",
      query: .page + [
        QueryParameter("customer_id", .integer, "Of this customer."),
        QueryParameter("reseller_id", .integer, "Of this reseller."),
        QueryParameter("status", .choice(WebhookEndpoint.Status.allCases.map(\.rawValue)), "Only these."),
      ],
      answer: .page(of: .ref("webhook_endpoint"))
    ) { call in
      .json(try await WebhookEndpointStore(database).list(call.listRequest).json(\.json))
    }
    table.on(
      .post, "/webhook-endpoints", .write(.settings),
      "Adds an endpoint, the vendor's unless it names a customer or a reseller; only this answer has its secret",
      body: .json(Self.newEndpoint), answer: .ref("issued_webhook_endpoint"), status: 201, creates: true,
      handler: create)
    table.on(.get, "/webhook-endpoints/{id}", .read(.settings), "One endpoint", answer: .ref("webhook_endpoint")) {
      .json(try await endpoint($0.id()).json)
    }
    table.on(
      .patch, "/webhook-endpoints/{id}", .write(.settings), "Changes, disables or enables an endpoint",
      body: .json(Self.changes), answer: .ref("webhook_endpoint"), handler: change)
    table.on(.delete, "/webhook-endpoints/{id}", .write(.settings), "Deletes an endpoint and its log", status: 204) {
      try await desk.delete($0.id(), by: $0.actor)
      return .noContent
    }
    table.on(
      .post, "/webhook-endpoints/{id}/rotate-secret", .write(.settings),
      "Gives a new secret; the old one signs as well for a while", body: .optionalJSON(Self.rotation),
      answer: .ref("issued_webhook_endpoint"), handler: rotate)
    registerDeliveries(in: &table)
  }

  private func registerDeliveries(in table: inout StaffTable) {
    table.on(
      .post, "/webhook-endpoints/{id}/test", .write(.settings), "Sends an `endpoint.test` event",
      answer: .ref("webhook_delivery"), status: 202
    ) { call in
      .json(try await desk.test(call.id(), by: call.actor).json, status: 202)
    }
    table.on(
      .get, "/webhook-endpoints/{id}/deliveries", .read(.settings), "What an endpoint was sent, the newest first",
      query: .page + [
        QueryParameter("state", .choice(WebhookDelivery.State.allCases.map(\.rawValue)), "Only these."),
        QueryParameter("type", WebhookEndpoint.typeSchema, "Only these events."),
      ],
      answer: .page(of: .ref("webhook_delivery"))
    ) { call in
      let endpoint = try await endpoint(call.id())
      return .json(
        try await WebhookDeliveryStore(database).list(call.listRequest, of: endpoint.id).json(\.json))
    }
    table.on(
      .get, "/webhook-deliveries/{id}", .read(.settings), "One delivery", answer: .ref("webhook_delivery")
    ) { call in
      guard let delivery = try await WebhookDeliveryStore(database).find(call.id()) else {
        throw WebhookEndpointDesk.unknownDelivery
      }
      return .json(delivery.json)
    }
    table.on(
      .post, "/webhook-deliveries/{id}/resend", .write(.settings), "Sends a delivery again, with the same webhook-id",
      answer: .ref("webhook_delivery"), status: 202
    ) { call in
      .json(try await desk.resend(call.id(), by: call.actor).json, status: 202)
    }
  }

  private func endpoint(_ id: Int64) async throws -> WebhookEndpoint {
    guard let endpoint = try await WebhookEndpointStore(database).find(id) else { throw WebhookEndpointDesk.unknown }
    return endpoint
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let url = fields.string("url", length: 1...2_000)
    let description = (fields.optionalString("description", length: 0...255) ?? nil) ?? ""
    let types = Self.types(&fields) ?? []
    let customer = fields.optionalInt("customer_id", range: 1...Int64.max) ?? nil
    let reseller = fields.optionalInt("reseller_id", range: 1...Int64.max) ?? nil
    if customer != nil && reseller != nil {
      fields.fault("reseller_id", "conflict", "cannot be given together with customer_id: an endpoint has one owner")
    }
    try fields.finish()
    guard let url else { throw Problem.internalError() }
    let owner = customer.map { WebhookEndpoint.Owner.customer($0) } ?? reseller.map { .reseller($0) } ?? .vendor
    let issued = try await desk.add(
      WebhookEndpointDesk.Draft(owner: owner, url: url, description: description, types: types), by: call.actor)
    return .created(issued.json, location: "/api/webhook-endpoints/\(issued.endpoint.id)")
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    var change = WebhookEndpointDesk.Change()
    change.url = fields.optionalString("url", length: 1...2_000) ?? nil
    change.description = fields.optionalString("description", length: 0...255).map { $0 ?? "" }
    change.types = Self.types(&fields)
    change.status = (fields.optionalOneOf("status", WebhookEndpoint.Status.allCases.map(\.rawValue)) ?? nil)
      .flatMap(WebhookEndpoint.Status.init)
    try fields.finish()
    return .json(try await desk.change(id, change, by: call.actor).json)
  }

  @Sendable private func rotate(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let hours = fields.optionalInt("overlap_hours", range: 0...168) ?? nil
    try fields.finish()
    let overlap = hours.map { Duration.hours($0) } ?? WebhookEndpointDesk.overlap
    return .json(try await desk.rotateSecret(id, overlap: overlap, by: call.actor).json)
  }

  /// Nil when absent.
  private static func types(_ fields: inout FieldReader) -> [VendorEventType]? {
    guard let given = fields.optionalStrings("event_types", max: 100) else { return nil }
    var types: [VendorEventType] = []
    for name in given ?? [] {
      guard let type = VendorEventType(rawValue: name) else {
        fields.fault("event_types", "choice", "\(name.prefix(50)) is no event; GET /api/openapi.json lists them")
        continue
      }
      if !types.contains(type) { types.append(type) }
    }
    return types
  }

  private static let newEndpoint = Schema.object([
    .required("url", .url.described("https; http only to hosts that OUTBOUND_ALLOW names.")),
    .optional("description", .string.nullable),
    .optional("event_types", Schema.array(WebhookEndpoint.typeSchema).nullable),
    .optional("customer_id", .integer.nullable), .optional("reseller_id", .integer.nullable),
  ])

  private static let changes = Schema.object([
    .optional("url", .url), .optional("description", .string.nullable),
    .optional("event_types", Schema.array(WebhookEndpoint.typeSchema).nullable),
    .optional("status", .choice(WebhookEndpoint.Status.allCases.map(\.rawValue))),
  ])

  private static let rotation = Schema.object([
    .optional("overlap_hours", .integer.described("How long the old secret signs as well: 0 to 168, 24 if absent."))
  ])
}
