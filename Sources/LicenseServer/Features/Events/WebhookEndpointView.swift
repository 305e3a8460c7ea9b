import Core
import Web

/// What the pages of staff, customers and resellers show alike of webhook endpoints.
struct WebhookEndpointView: Sendable {
  /// Of the list; an endpoint is at `path/7`, a delivery at `path/deliveries/9`.
  let path: String
  let csrfField: HTML
  let mayWrite: Bool
  /// Of the page that is asked for: the next one keeps its query.
  let head: RequestHead
  /// Whether it says whose an endpoint is: where there are several people's.
  var showsOwners = false

  func list(_ page: Page<WebhookEndpoint>) -> HTML {
    let rows = page.items.map { endpoint -> HTML in
      """
      <tr><td><a href="\(path)/\(endpoint.id)">\(endpoint.url)</a></td><td>\(endpoint.description)</td>\
      \(if: showsOwners, "<td>\(Self.owner(endpoint.owner))</td>")<td>\(Self.types(endpoint.types))</td>\
      <td>\(PageParts.status(endpoint.status.rawValue))</td></tr>
      """
    }
    return PageParts.table(
      "Webhook endpoints", ["Address", "Description"] + (showsOwners ? ["Whose"] : []) + ["Events", "Status"], rows,
      empty: "No system is told of events yet. Add the address of one that should be.",
      next: page.nextCursor.map { head.address(of: path, after: $0) })
  }

  func addLink(_ icon: HTML) -> HTML {
    mayWrite ? "<a class=\"btn btn-primary\" href=\"\(path)/new\">\(icon)New endpoint</a>" : .empty
  }

  /// - Parameters:
  ///   - types: what can be told.
  ///   - more: further inputs.
  func form(_ form: FormBody, _ problem: Problem?, types: [VendorEventType], more: HTML = .empty) -> HTML {
    let boxes = types.map { type -> HTML in
      """
      <label class="form-check"><input class="form-check-input" type="checkbox" name="event_types" \
      value="\(type.rawValue)"\(attribute: "checked", when: form.all("event_types").contains(type.rawValue))>\
      <span class="form-check-label"><code>\(type.rawValue)</code></span></label>
      """
    }
    return PageParts.card(
      "Where to tell",
      """
      \(PageParts.faults(problem))<form method="post" action="\(path)">\(csrfField)
      \(PageParts.input("url", "Address", type: "url", value: form["url"] ?? "", hint: "Begins with https://."))
      \(PageParts.input("description", "Description", value: form["description"] ?? "", required: false))\(more)
      <fieldset class="ty-field"><legend class="form-label">Events (none ticked: all)</legend>\(boxes)</fieldset>
      <button class="btn btn-primary">Add endpoint</button></form>
      """)
  }

  /// An endpoint with what it was sent.
  /// - Parameter secret: right after it was made.
  func endpoint(_ endpoint: WebhookEndpoint, _ log: Page<WebhookDelivery>, secret: WebhookSecret?) -> HTML {
    let rows = log.items.map { delivery -> HTML in
      """
      <tr><td><a href="\(path)/deliveries/\(delivery.id)">\(delivery.type)</a></td>\
      <td>\(PageParts.status(delivery.state.rawValue))</td><td class="num">\(delivery.attempts)</td>\
      <td>\(delivery.responseStatus.map(String.init) ?? "–")</td><td>\(delivery.problem ?? "")</td>\
      <td>\(PageParts.time(delivery.createdAt))</td></tr>
      """
    }
    let next = log.nextCursor.map { head.address(of: "\(path)/\(endpoint.id)", after: $0) }
    let shown = secret.map { secret -> HTML in
      PageParts.card(
        "The secret",
        """
        <p>Copy it now: it is not shown again. The receiver checks each event's signature with it.</p>
        <pre class="ty-json"><code>\(secret.text)</code></pre>
        """)
    }
    return """
      \(shown)\(PageParts.facts(facts(of: endpoint)))
      \(PageParts.table(
        "Deliveries", ["Event", "State", "#Attempts", "Answer", "Problem", "Since"], rows,
        empty: "Nothing was sent here yet.", next: next))
      """
  }

  private func facts(of endpoint: WebhookEndpoint) -> [(name: String, value: HTML)] {
    var facts: [(name: String, value: HTML)] = [
      ("Address", "\(endpoint.url)"), ("Description", "\(endpoint.description)"),
      ("Events", Self.types(endpoint.types)), ("Status", PageParts.status(endpoint.status.rawValue)),
    ]
    if showsOwners { facts.append(("Whose", Self.owner(endpoint.owner))) }
    if let reason = endpoint.disabledReason { facts.append(("Why", "\(reason)")) }
    if let until = endpoint.formerSecretUntil {
      facts.append(("The former secret signs as well until", PageParts.time(until)))
    }
    return facts
  }

  func acts(on endpoint: WebhookEndpoint) -> HTML {
    guard mayWrite else { return .empty }
    let path = "\(path)/\(endpoint.id)"
    let isEnabled = endpoint.status == .enabled
    return """
      \(if: isEnabled, PageParts.button("Send a test event", post: "\(path)/test", csrfField))
      \(PageParts.button(
        isEnabled ? "Disable" : "Enable", post: "\(path)/\(isEnabled ? "disable" : "enable")", csrfField,
        confirm: isEnabled ? "Disable this endpoint? What still waits for it is not sent." : nil))
      \(PageParts.button(
        "New secret", post: "\(path)/rotate-secret", csrfField,
        confirm: "Make a new secret? The old one signs as well for 24 hours."))
      \(PageParts.button(
        "Delete", post: "\(path)/delete", csrfField, style: "btn btn-danger",
        confirm: "Delete this endpoint and its log?"))
      """
  }

  func delivery(_ delivery: WebhookDelivery) -> HTML {
    let timestamp = delivery.attemptedAt.map { "webhook-timestamp: \($0.seconds)\n" } ?? ""
    let answer = delivery.responseStatus.map { "\($0)\n\n\(delivery.responseBody)" } ?? "There was no answer yet."
    return """
      \(PageParts.facts([
        ("Event", "\(delivery.type)"), ("State", PageParts.status(delivery.state.rawValue)),
        ("Attempts", "\(delivery.attempts)"),
        ("Endpoint", "<a href=\"\(path)/\(delivery.endpointID)\">\(delivery.url)</a>"),
        ("Next attempt", PageParts.time(delivery.state == .waiting ? delivery.dueAt : nil)),
        ("Last attempt", PageParts.time(delivery.attemptedAt)),
        ("Took", "\(delivery.milliseconds.map { "\($0) ms" } ?? "–")"), ("Problem", "\(delivery.problem ?? "–")"),
      ]))
      \(PageParts.card("Request", """
        <pre class="ty-json" tabindex="0">POST \(delivery.url)
        webhook-id: \(delivery.eventID.description)
        \(timestamp)
        \(delivery.body)</pre>
        """))
      \(PageParts.card("Answer", "<pre class=\"ty-json\" tabindex=\"0\">\(answer)</pre>"))
      """
  }

  func resend(_ delivery: WebhookDelivery) -> HTML {
    guard mayWrite else { return .empty }
    return PageParts.button(
      "Send again", post: "\(path)/deliveries/\(delivery.id)/resend", csrfField, style: "btn btn-primary")
  }

  private static func owner(_ owner: WebhookEndpoint.Owner) -> HTML {
    switch owner {
    case .vendor: "Vendor"
    case .customer(let id): "<a href=\"/admin/customers/\(id)\">Customer \(id)</a>"
    case .reseller(let id): "Reseller \(id)"
    }
  }

  private static func types(_ types: [VendorEventType]) -> HTML {
    types.isEmpty ? "All" : "\(types.map(\.rawValue).joined(separator: ", "))"
  }
}
