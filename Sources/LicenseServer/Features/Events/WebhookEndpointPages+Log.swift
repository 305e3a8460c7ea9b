import Core
import Database
import Web

/// One endpoint with what it was sent, and one delivery.
extension WebhookEndpointPages {
  func page(_ call: StaffCall, secret: WebhookSecret?) async throws -> Reply {
    guard let endpoint = try await WebhookEndpointStore(database).find(call.id()) else {
      throw WebhookEndpointDesk.unknown
    }
    return try await page(call, endpoint, secret: secret)
  }

  func page(_ call: StaffCall, _ endpoint: WebhookEndpoint, secret: WebhookSecret?) async throws -> Reply {
    let page = try await WebhookDeliveryStore(database).list(call.listRequest, of: endpoint.id)
    let rows = page.items.map { delivery -> HTML in
      """
      <tr><td><a href="\(Self.path)/deliveries/\(delivery.id)">\(delivery.type)</a></td>\
      <td>\(PageParts.status(delivery.state.rawValue))</td><td class="num">\(delivery.attempts)</td>\
      <td>\(delivery.responseStatus.map(String.init) ?? "–")</td><td>\(delivery.problem ?? "")</td>\
      <td>\(PageParts.time(delivery.createdAt))</td></tr>
      """
    }
    let shown = secret.map { secret -> HTML in
      PageParts.card(
        "The secret",
        """
        <p>Copy it now: it is not shown again. The receiver checks each event's signature with it.</p>
        <pre class="ty-json"><code>\(secret.text)</code></pre>
        """)
    }
    return layout.staffPage(
      Layout.Frame(
        title: "Endpoint", current: Self.path,
        actions: call.session.allows(.write(.settings)) ? actions(endpoint, call.csrfField) : .empty),
      call,
      """
      \(shown)\(PageParts.facts(facts(of: endpoint)))
      \(PageParts.table(
        "Deliveries", ["Event", "State", "#Attempts", "Answer", "Problem", "Since"], rows,
        empty: "Nothing was sent here yet.",
        next: page.nextCursor.map { "\(Self.path)/\(endpoint.id)?cursor=\($0)" }))
      """)
  }

  private func facts(of endpoint: WebhookEndpoint) -> [(name: String, value: HTML)] {
    var facts: [(name: String, value: HTML)] = [
      ("Address", "\(endpoint.url)"), ("Description", "\(endpoint.description)"),
      ("Whose", Self.owner(endpoint.owner)), ("Events", Self.types(endpoint.types)),
      ("Status", PageParts.status(endpoint.status.rawValue)),
    ]
    if let reason = endpoint.disabledReason { facts.append(("Why", "\(reason)")) }
    if let until = endpoint.formerSecretUntil {
      facts.append(("The former secret signs as well until", PageParts.time(until)))
    }
    return facts
  }

  private func actions(_ endpoint: WebhookEndpoint, _ csrf: HTML) -> HTML {
    let path = "\(Self.path)/\(endpoint.id)"
    let isEnabled = endpoint.status == .enabled
    return """
      \(if: isEnabled, PageParts.button("Send a test event", post: "\(path)/test", csrf))
      \(PageParts.button(
        isEnabled ? "Disable" : "Enable", post: "\(path)/\(isEnabled ? "disable" : "enable")", csrf,
        confirm: isEnabled ? "Disable this endpoint? What still waits for it is not sent." : nil))
      \(PageParts.button(
        "New secret", post: "\(path)/rotate-secret", csrf,
        confirm: "Make a new secret? The old one signs as well for 24 hours."))
      \(PageParts.button(
        "Delete", post: "\(path)/delete", csrf, style: "btn btn-danger", confirm: "Delete this endpoint and its log?"))
      """
  }

  @Sendable func delivery(_ call: StaffCall) async throws -> Reply {
    guard let delivery = try await WebhookDeliveryStore(database).find(call.id()) else {
      throw WebhookEndpointDesk.unknownDelivery
    }
    let again = PageParts.button(
      "Send again", post: "\(Self.path)/deliveries/\(delivery.id)/resend", call.csrfField, style: "btn btn-primary")
    let timestamp = delivery.attemptedAt.map { "webhook-timestamp: \($0.seconds)\n" } ?? ""
    let answer =
      delivery.responseStatus.map { "\($0)\n\n\(delivery.responseBody)" } ?? "There was no answer yet."
    return layout.staffPage(
      Layout.Frame(
        title: "Delivery", current: Self.path,
        actions: call.session.allows(.write(.settings)) ? again : .empty),
      call,
      """
      \(PageParts.facts([
        ("Event", "\(delivery.type)"), ("State", PageParts.status(delivery.state.rawValue)),
        ("Attempts", "\(delivery.attempts)"),
        ("Endpoint", "<a href=\"\(Self.path)/\(delivery.endpointID)\">\(delivery.url)</a>"),
        ("Next attempt", PageParts.time(delivery.state == .waiting ? delivery.dueAt : nil)),
        ("Last attempt", PageParts.time(delivery.attemptedAt)),
        ("Took", "\(delivery.milliseconds.map { "\($0) ms" } ?? "–")"), ("Problem", "\(delivery.problem ?? "–")"),
      ]))
      \(PageParts.card("Request", """
        <pre class="ty-json">POST \(delivery.url)
        webhook-id: \(delivery.eventID.description)
        \(timestamp)
        \(delivery.body)</pre>
        """))
      \(PageParts.card("Answer", "<pre class=\"ty-json\">\(answer)</pre>"))
      """)
  }
}
