import Core
import Database
import HTTPTypes
import Security
import Web

/// The pages of a customer or a reseller on its own webhook endpoints: it is told of its own events alone. Every look-up
/// names the owner: another's endpoint is no different from one that does not exist.
struct OwnWebhookPages<Session: SignedInSession>: Sendable {
  typealias OwnCall = Call<Vendor, Session>

  /// Who reads and writes, and how its pages look.
  struct Rules: Sendable {
    /// The prefix that the table is mounted at: `/portal`.
    var mount: String
    var read: Access
    var write: Access
    var owner: @Sendable (OwnCall) throws -> WebhookEndpoint.Owner
    var actor: @Sendable (OwnCall) -> Actor
    var page: @Sendable (Layout.Frame, OwnCall, HTML) -> Reply
    /// What its events can be.
    var types: [VendorEventType]
  }

  let rules: Rules
  let database: ConnectionPool
  let desk: WebhookEndpointDesk
  let layout: Layout

  private var path: String { "\(rules.mount)/webhooks" }

  func register(in table: inout RouteTable<Vendor, Session>) {
    table.page("/webhooks", rules.read, "One's webhook endpoints", handler: list)
    table.page("/webhooks/new", rules.write, "A new endpoint") { newPage($0, nil) }
    table.action("/webhooks", rules.write, "Adds an endpoint", handler: create)
    table.page("/webhooks/{id}", rules.read, "One endpoint and its log") { call in
      try await page(call, own(call), secret: nil)
    }
    table.action("/webhooks/{id}/rotate-secret", rules.write, "Gives a new secret") { call in
      let endpoint = try await own(call)
      let issued = try await desk.rotateSecret(
        endpoint.id, overlap: WebhookEndpointDesk.overlap, by: rules.actor(call))
      return try await page(call, issued.endpoint, secret: issued.secret)
    }
    table.action("/webhooks/{id}/test", rules.write, "Sends a test event") { call in
      try await act(call, "A test event is on its way.") { _ = try await desk.test($0, by: $1) }
    }
    for status in WebhookEndpoint.Status.allCases {
      table.action(
        "/webhooks/{id}/\(status == .enabled ? "enable" : "disable")", rules.write,
        "Makes an endpoint \(status.rawValue)"
      ) { call in
        try await act(call, "The endpoint is \(status.rawValue).") {
          _ = try await desk.change($0, WebhookEndpointDesk.Change(status: status), by: $1)
        }
      }
    }
    table.action("/webhooks/{id}/delete", rules.write, "Deletes an endpoint and its log") { call in
      try await desk.delete(own(call).id, by: rules.actor(call))
      return .redirect(to: path, flash: Flash(.success, "The endpoint is deleted."))
    }
    table.page("/webhooks/deliveries/{id}", rules.read, "One delivery") { call in
      let delivery = try await delivery(call)
      return rules.page(
        Layout.Frame(title: "Delivery", current: path, actions: view(call).resend(delivery)), call,
        view(call).delivery(delivery))
    }
    table.action("/webhooks/deliveries/{id}/resend", rules.write, "Sends a delivery again") { call in
      let delivery = try await desk.resend(delivery(call).id, by: rules.actor(call))
      return .redirect(
        to: "\(path)/deliveries/\(delivery.id)", flash: Flash(.success, "The event is on its way again."))
    }
  }

  private func view(_ call: OwnCall) -> WebhookEndpointView {
    WebhookEndpointView(
      path: path, csrfField: call.csrfField, mayWrite: call.session.allows(rules.write), head: call.head)
  }

  private func own(_ call: OwnCall) async throws -> WebhookEndpoint {
    guard let endpoint = try await WebhookEndpointStore(database).find(call.id()),
      endpoint.owner == (try rules.owner(call))
    else { throw WebhookEndpointDesk.unknown }
    return endpoint
  }

  private func delivery(_ call: OwnCall) async throws -> WebhookDelivery {
    guard let delivery = try await WebhookDeliveryStore(database).find(call.id()),
      let endpoint = try await WebhookEndpointStore(database).find(delivery.endpointID),
      endpoint.owner == (try rules.owner(call))
    else { throw WebhookEndpointDesk.unknownDelivery }
    return delivery
  }

  private func act(
    _ call: OwnCall, _ message: String, _ act: (Int64, Actor) async throws -> Void
  ) async throws -> Reply {
    let endpoint = try await own(call)
    try await act(endpoint.id, rules.actor(call))
    return .redirect(to: "\(path)/\(endpoint.id)", flash: Flash(.success, message))
  }

  @Sendable private func list(_ call: OwnCall) async throws -> Reply {
    var request = try call.listRequest
    let owner = try rules.owner(call)
    request.filters["customer_id"] = owner.customerID.map { "\($0)" }
    request.filters["reseller_id"] = owner.resellerID.map { "\($0)" }
    let view = view(call)
    return rules.page(
      Layout.Frame(title: "Webhooks", current: path, actions: view.addLink(layout.icons("plus"))), call,
      view.list(try await WebhookEndpointStore(database).list(request)))
  }

  private func newPage(_ call: OwnCall, _ problem: Problem?) -> Reply {
    var reply = rules.page(
      Layout.Frame(title: "New endpoint", current: path), call,
      view(call).form(call.form, problem, types: rules.types))
    reply.status = problem?.status ?? 200
    return reply
  }

  @Sendable private func create(_ call: OwnCall) async throws -> Reply {
    do {
      let issued = try await desk.add(
        WebhookEndpointDesk.Draft(form: call.form, owner: try rules.owner(call)), by: rules.actor(call))
      return try await page(call, issued.endpoint, secret: issued.secret)
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return newPage(call, problem)
    }
  }

  private func page(_ call: OwnCall, _ endpoint: WebhookEndpoint, secret: WebhookSecret?) async throws -> Reply {
    let log = try await WebhookDeliveryStore(database).list(call.listRequest, of: endpoint.id)
    let view = view(call)
    return rules.page(
      Layout.Frame(title: "Endpoint", current: path, actions: view.acts(on: endpoint)), call,
      view.endpoint(endpoint, log, secret: secret)
    ).with(header: .cacheControl, "no-store")
  }
}

extension WebhookEndpointDesk.Draft {
  init(form: FormBody, owner: WebhookEndpoint.Owner) {
    self.init(
      owner: owner, url: (form["url"] ?? "").trimmed, description: String((form["description"] ?? "").prefix(255)),
      types: form.all("event_types").compactMap(VendorEventType.init))
  }
}
