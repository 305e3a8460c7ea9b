import Core
import HTTPTypes
import Web

extension NetworkPages {
  /// The routes beside those that every resource has.
  func registerMore(in table: inout TrackerTable) {
    table.action("/networks/{id}/postback-secret", .write(.networks), "Ask for signed postbacks, with a new key") {
      try await rotate($0)
    }
    table.action("/networks/{id}/postback-secret/remove", .write(.networks), "Take postbacks without a signature") {
      call in
      try await secrets.remove(by: call)
      return .redirect(
        to: "/admin/networks/\(try call.id())", flash: Flash(.success, "Postbacks need no signature any more."))
    }
  }

  /// Whether postbacks have to be signed, and how.
  func signature(_ network: Network, _ call: TrackerCall) -> HTML {
    let times: HTML =
      network.signsSince.map { "<p>Postbacks must be signed since \($0.rfc3339.prefix(10)).</p>" }
      ?? "<p>Postbacks are taken without a signature.</p>"
    return Parts.card(
      "Signature",
      """
      \(times)
      <details class="ty-details"><summary>How the network signs</summary>
      <p>With the HMAC-SHA256 of what it sends, in hex, under the key:</p>
      <ul><li>POST: of the raw body, in the header <code>X-Postback-Signature</code>. A query has to be signed as well.</li>
      <li>GET: of the raw query, in the parameter <code>sig</code>, which is not part of what is signed.</li></ul></details>
      \(if: call.session.allows(.write(.networks)), buttons(network, call))
      """)
  }

  private func buttons(_ network: Network, _ call: TrackerCall) -> HTML {
    let path = "/admin/networks/\(network.id)/postback-secret"
    let isSet = network.signsSince != nil
    let question: HTML = """
       data-confirm="Make a new key? The present one is good for a day more." data-confirm-yes="Make a new key"
      """
    let remove: HTML = """
      <form method="post" action="\(path)/remove">\(call.csrfField)<button class="btn ty-danger" \
      data-confirm="Take postbacks without a signature?" data-confirm-yes="Take them">Ask for no signature</button></form>
      """
    return """
      <div class="ty-buttons"><form method="post" action="\(path)">\(call.csrfField)<button class="btn"\(if: isSet, question)>\
      \(layout.icons(.verify))\(isSet ? "New key" : "Ask for signatures")</button></form>\(if: isSet, remove)</div>
      """
  }

  /// The one page that shows the key.
  private func rotate(_ call: TrackerCall) async throws -> Reply {
    let network = try await api.find(call.id(), call.place.scope)
    let secret = try await secrets.rotate(by: call)
    return layout.page(
      Layout.Frame(
        title: "Signature key", current: "/admin/networks",
        crumbs: [("Affiliate Networks", "/admin/networks"), (network.title, "/admin/networks/\(network.id)")]),
      call,
      Parts.card(
        "Signature key of \(network.title)",
        """
        \(Parts.copyable(
          "Key", secret.text, id: "postback-secret", layout.icons,
          hint: "Copy it to the network now: it is not shown again."))
        <a class="btn btn-primary" href="/admin/networks/\(network.id)">Done</a>
        """)
    ).with(header: .cacheControl, "no-store")
  }
}
