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

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let page = try await WebhookEndpointStore(database).list(call.listRequest)
    let rows = page.items.map { endpoint -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(endpoint.id)">\(endpoint.url)</a></td><td>\(endpoint.description)</td>\
      <td>\(Self.owner(endpoint.owner))</td><td>\(Self.types(endpoint.types))</td>\
      <td>\(PageParts.status(endpoint.status.rawValue))</td></tr>
      """
    }
    let add: HTML = """
      <a class="btn btn-primary" href="\(Self.path)/new">\(layout.icons("plus"))New endpoint</a>
      """
    return layout.staffPage(
      Layout.Frame(
        title: "Webhooks", current: Self.path, actions: call.session.allows(.write(.settings)) ? add : .empty),
      call,
      PageParts.table(
        "Webhook endpoints", ["Address", "Description", "Whose", "Events", "Status"], rows,
        empty: "No system is told of events yet. Add the address of one that should be.",
        next: page.nextCursor.map { "\(Self.path)?cursor=\($0)" }))
  }

  private func newPage(_ call: StaffCall, _ problem: Problem?) -> Reply {
    let form = call.form
    let types = VendorEventType.allCases.filter { $0 != .endpointTest }.map { type -> HTML in
      """
      <label class="form-check"><input class="form-check-input" type="checkbox" name="event_types" \
      value="\(type.rawValue)"\(attribute: "checked", when: form.all("event_types").contains(type.rawValue))>\
      <span class="form-check-label"><code>\(type.rawValue)</code></span></label>
      """
    }
    var reply = layout.staffPage(
      Layout.Frame(title: "New endpoint", current: Self.path), call,
      PageParts.card(
        "Where to tell",
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
        \(PageParts.input("url", "Address", type: "url", value: form["url"] ?? "", hint: "Begins with https://."))
        \(PageParts.input("description", "Description", value: form["description"] ?? "", required: false))
        \(PageParts.input(
          "customer_id", "Customer's number", type: "number", value: form["customer_id"] ?? "", required: false,
          hint: "Only for a customer's own endpoint: it is told of that customer's events alone."))
        \(PageParts.input(
          "reseller_id", "Reseller's number", type: "number", value: form["reseller_id"] ?? "", required: false,
          hint: "Only for a reseller's own endpoint."))
        <fieldset class="ty-field"><legend class="form-label">Events (none ticked: all)</legend>\(types)</fieldset>
        <button class="btn btn-primary">Add endpoint</button></form>
        """))
    if let problem { reply.status = problem.status }
    return reply
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    let form = call.form
    do {
      let owner = try Self.owner(customer: form["customer_id"] ?? "", reseller: form["reseller_id"] ?? "")
      let issued = try await desk.add(
        WebhookEndpointDesk.Draft(
          owner: owner, url: (form["url"] ?? "").trimmed, description: String((form["description"] ?? "").prefix(255)),
          types: form.all("event_types").compactMap(VendorEventType.init)), by: call.actor)
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

  static func owner(_ owner: WebhookEndpoint.Owner) -> HTML {
    switch owner {
    case .vendor: "Vendor"
    case .customer(let id): "<a href=\"/admin/customers/\(id)\">Customer \(id)</a>"
    case .reseller(let id): "Reseller \(id)"
    }
  }

  static func types(_ types: [VendorEventType]) -> HTML {
    types.isEmpty ? "All" : "\(types.map(\.rawValue).joined(separator: ", "))"
  }
}
