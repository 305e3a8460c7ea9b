import Core
import Database
import Web

/// The staff's pages on webhook endpoints and what they were sent.
struct WebhookEndpointPages: Sendable {
  let database: ConnectionPool
  let desk: WebhookEndpointDesk
  let layout: Layout

  static let path = "/admin/webhooks"

  func register(in table: inout StaffTable) {
    table.page("/webhooks", .read(.settings), "Webhook endpoints", handler: list)
    table.page("/webhooks/new", .write(.settings), "A new endpoint") { newPage($0, nil) }
    table.action("/webhooks", .write(.settings), "Adds an endpoint", handler: create)
    table.page("/webhooks/{id}", .read(.settings), "One endpoint and its log") { try await page($0, secret: nil) }
    table.action("/webhooks/{id}/rotate-secret", .write(.settings), "Gives a new secret") { call in
      let issued = try await desk.rotateSecret(call.id(), overlap: WebhookEndpointDesk.overlap, by: call.actor)
      return try await page(call, secret: issued.secret)
    }
    table.action("/webhooks/{id}/test", .write(.settings), "Sends a test event") { call in
      _ = try await desk.test(call.id(), by: call.actor)
      return back(to: try call.id(), "A test event is on its way.")
    }
    for status in WebhookEndpoint.Status.allCases {
      table.action(
        "/webhooks/{id}/\(status == .enabled ? "enable" : "disable")", .write(.settings),
        "Makes an endpoint \(status.rawValue)"
      ) { call in
        _ = try await desk.change(call.id(), WebhookEndpointDesk.Change(status: status), by: call.actor)
        return back(to: try call.id(), "The endpoint is \(status.rawValue).")
      }
    }
    table.action("/webhooks/{id}/delete", .write(.settings), "Deletes an endpoint and its log") { call in
      try await desk.delete(call.id(), by: call.actor)
      return .redirect(to: Self.path, flash: Flash(.success, "The endpoint is deleted."))
    }
    table.page("/webhooks/deliveries/{id}", .read(.settings), "One delivery", handler: delivery)
    table.action("/webhooks/deliveries/{id}/resend", .write(.settings), "Sends a delivery again") { call in
      let delivery = try await desk.resend(call.id(), by: call.actor)
      return .redirect(
        to: "\(Self.path)/deliveries/\(delivery.id)", flash: Flash(.success, "The event is on its way again."))
    }
  }

  private func back(to id: Int64, _ message: String) -> Reply {
    .redirect(to: "\(Self.path)/\(id)", flash: Flash(.success, message))
  }

  func view(_ call: StaffCall) -> WebhookEndpointView {
    WebhookEndpointView(
      path: Self.path, csrfField: call.csrfField, mayWrite: call.session.allows(.write(.settings)), head: call.head,
      showsOwners: true)
  }

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let view = view(call)
    return layout.staffPage(
      Layout.Frame(title: "Webhooks", current: Self.path, actions: view.addLink(layout.icons("plus"))), call,
      view.list(try await WebhookEndpointStore(database).list(call.listRequest)))
  }

  private func newPage(_ call: StaffCall, _ problem: Problem?) -> Reply {
    let form = call.form
    let owner: HTML = """
      \(PageParts.input(
        "customer_id", "Customer's number", type: "number", value: form["customer_id"] ?? "", required: false,
        hint: "Only for a customer's own endpoint: it is told of that customer's events alone."))
      \(PageParts.input(
        "reseller_id", "Reseller's number", type: "number", value: form["reseller_id"] ?? "", required: false,
        hint: "Only for a reseller's own endpoint."))
      """
    var reply = layout.staffPage(
      Layout.Frame(title: "New endpoint", current: Self.path), call,
      view(call).form(
        form, problem, types: VendorEventType.allCases.filter { $0 != .endpointTest }, more: owner))
    if let problem { reply.status = problem.status }
    return reply
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    let form = call.form
    do {
      let owner = try Self.owner(customer: form["customer_id"] ?? "", reseller: form["reseller_id"] ?? "")
      let issued = try await desk.add(
        WebhookEndpointDesk.Draft(form: form, owner: owner), by: call.actor)
      return try await page(call, issued.endpoint, secret: issued.secret)
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return newPage(call, problem)
    }
  }

  private static func owner(customer: String, reseller: String) throws(Problem) -> WebhookEndpoint.Owner {
    switch (customer.trimmed, reseller.trimmed) {
    case ("", ""): return .vendor
    case (let text, ""):
      guard let id = Int64(text), id > 0 else { throw .invalid("customer_id", "type", "must be a whole number") }
      return .customer(id)
    case ("", let text):
      guard let id = Int64(text), id > 0 else { throw .invalid("reseller_id", "type", "must be a whole number") }
      return .reseller(id)
    default: throw .invalid("reseller_id", "conflict", "cannot be given together with a customer's number")
    }
  }
}
