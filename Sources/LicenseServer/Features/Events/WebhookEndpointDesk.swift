import Core
import Database
import Security

/// What is done with webhook endpoints, by whatever way it comes. Each act is one transaction with its entry in the
/// audit log.
struct WebhookEndpointDesk: Sendable {
  let database: ConnectionPool
  let box: SecretBox
  let policy: DestinationPolicy
  let clock: any WallClock

  /// How long a former secret signs as well, unless somebody says otherwise.
  static let overlap = Duration.hours(24)

  struct Draft: Sendable {
    var owner = WebhookEndpoint.Owner.vendor
    var url: String
    var description = ""
    var types: [VendorEventType] = []
  }

  struct Change: Sendable {
    var url: String?
    var description: String?
    var types: [VendorEventType]?
    var status: WebhookEndpoint.Status?
  }

  /// An endpoint with its new secret: only right after that was made.
  struct Issued: Sendable {
    let endpoint: WebhookEndpoint
    let secret: WebhookSecret

    var json: JSONValue {
      var object = endpoint.json.objectValue ?? [:]
      object["secret"] = .string(secret.text)
      return .object(object)
    }
  }

  func add(_ draft: Draft, by actor: Actor) async throws -> Issued {
    if let fault = WebhookURL.fault(draft.url, policy) { throw Problem.invalid("url", "url", fault) }
    return try await database.transaction { connection in
      let now = clock.now()
      let store = WebhookEndpointStore(connection)
      guard try await store.exists(draft.owner) else {
        throw Problem.invalid(
          draft.owner.customerID == nil ? "reseller_id" : "customer_id", "unknown", "is nobody we know")
      }
      guard try await store.lockedCount(of: draft.owner) < WebhookEndpoint.Owner.limit else {
        throw Problem.conflict("There are \(WebhookEndpoint.Owner.limit) endpoints already; delete one first.")
      }
      let secret = WebhookSecret.make()
      let endpoint = WebhookEndpoint(
        id: try await store.nextID(), owner: draft.owner, url: draft.url, description: draft.description,
        types: draft.types, status: .enabled, createdAt: now, updatedAt: now)
      try await store.insert(endpoint, sealedSecret: try seal(secret, for: endpoint.id))
      try await audit("webhook_endpoint.create", endpoint, after: endpoint.json, by: actor, in: connection)
      return Issued(endpoint: endpoint, secret: secret)
    }
  }

  /// Disabling cancels what still waits.
  func change(_ id: Int64, _ change: Change, by actor: Actor) async throws -> WebhookEndpoint {
    if let url = change.url, let fault = WebhookURL.fault(url, policy) { throw Problem.invalid("url", "url", fault) }
    return try await database.transaction { connection in
      let store = WebhookEndpointStore(connection)
      guard let former = try await store.lock(id) else { throw Self.unknown }
      var endpoint = former
      if let url = change.url { endpoint.url = url }
      if let description = change.description { endpoint.description = description }
      if let types = change.types { endpoint.types = types }
      if let status = change.status, status != former.status {
        endpoint.status = status
        endpoint.disabledReason = status == .disabled ? WebhookEndpoint.disabledByHand : nil
      }
      guard former.json != endpoint.json else { return former }
      endpoint.updatedAt = clock.now()
      try await store.save(endpoint)
      if endpoint.status == .disabled {
        try await WebhookDeliveryStore(connection).cancel(of: id, at: clock.now())
      }
      try await audit(
        "webhook_endpoint.change", endpoint, before: former.json, after: endpoint.json, by: actor, in: connection)
      return endpoint
    }
  }

  func delete(_ id: Int64, by actor: Actor) async throws {
    try await database.transaction { connection in
      let store = WebhookEndpointStore(connection)
      guard let endpoint = try await store.lock(id), try await store.delete(id) else { throw Self.unknown }
      try await audit("webhook_endpoint.delete", endpoint, before: endpoint.json, by: actor, in: connection)
    }
  }

  /// A new secret. For `overlap` the former one signs as well, so that receivers can be changed over in their own time.
  func rotateSecret(_ id: Int64, overlap: Duration, by actor: Actor) async throws -> Issued {
    try await database.transaction { connection in
      let now = clock.now()
      let store = WebhookEndpointStore(connection)
      guard let former = try await store.lock(id) else { throw Self.unknown }
      let secret = WebhookSecret.make()
      try await store.rotate(id, to: try seal(secret, for: id), formerUntil: now + overlap, at: now)
      guard let endpoint = try await store.find(id) else { throw Self.unknown }
      try await audit(
        "webhook_endpoint.rotate_secret", endpoint, before: former.json, after: endpoint.json, by: actor,
        in: connection)
      return Issued(endpoint: endpoint, secret: secret)
    }
  }

  /// Queues an event that says only that it is a test.
  /// - Returns: its delivery.
  func test(_ id: Int64, by actor: Actor) async throws -> WebhookDelivery {
    try await database.transaction { connection in
      let now = clock.now()
      guard let endpoint = try await WebhookEndpointStore(connection).lock(id) else { throw Self.unknown }
      guard endpoint.status == .enabled else { throw Self.disabled }
      let event = VendorEvent(
        .endpointTest, customer: endpoint.owner.customerID, reseller: endpoint.owner.resellerID,
        data: ["webhook_endpoint": ["id": .int(id)], "message": "This event was sent by hand, as a test."])
      let delivery = try await VendorEventStore(connection).record(event, for: id, at: now)
      try await audit(
        "webhook_endpoint.test", endpoint, after: ["delivery_id": .int(delivery)], by: actor, in: connection)
      guard let found = try await WebhookDeliveryStore(connection).find(delivery) else { throw Self.unknownDelivery }
      return found
    }
  }

  /// Has a delivery tried again from its first attempt, with the id it had: the receiver knows a repeat by it.
  func resend(_ id: Int64, by actor: Actor) async throws -> WebhookDelivery {
    try await database.transaction { connection in
      let store = WebhookDeliveryStore(connection)
      guard let delivery = try await store.find(id) else { throw Self.unknownDelivery }
      guard let endpoint = try await WebhookEndpointStore(connection).lock(delivery.endpointID) else {
        throw Self.unknown
      }
      guard endpoint.status == .enabled else { throw Self.disabled }
      guard try await store.revive(id, at: clock.now()) else {
        throw Problem.conflict("This delivery is being sent just now.")
      }
      try await audit(
        "webhook_delivery.resend", endpoint, after: ["delivery_id": .int(id)], by: actor, in: connection)
      guard let revived = try await store.find(id) else { throw Self.unknownDelivery }
      return revived
    }
  }

  private func seal(_ secret: WebhookSecret, for endpoint: Int64) throws -> String {
    try box.seal(secret.text, for: WebhookSecret.sealingContext(endpoint: endpoint))
  }

  private func audit(
    _ action: String, _ endpoint: WebhookEndpoint, before: JSONValue = .null, after: JSONValue = .null,
    by actor: Actor, in connection: Connection
  ) async throws {
    try await AuditStore(connection).append(
      AuditEntry(action: action, subject: "webhook_endpoint:\(endpoint.id)", before: before, after: after),
      by: actor, at: clock.now())
  }

  static let unknown = Problem.notFound("webhook endpoint")
  static let unknownDelivery = Problem.notFound("delivery")
  private static let disabled = Problem.conflict("This endpoint is disabled; enable it first.", field: "status")
}
