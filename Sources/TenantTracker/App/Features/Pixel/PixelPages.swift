import Core
import Web

/// How the pixel gets onto a merchant's pages, and whether it is there.
struct PixelPages: Sendable {
  let api: PixelAPI
  let names: NameStore
  let layout: Layout

  static let path = "/admin/pixel"

  func register(in table: inout TrackerTable) {
    table.page("/pixel", .read(.settings), "The pixel: how to install it, and whether it runs") { try await page($0) }
  }

  private func page(_ call: TrackerCall) async throws -> Reply {
    let domains = try await names.live(.domains, of: call.place.scope)
    let chosen = domains.first { $0.name == call.query("domain") }?.name
    let snippet = PixelSnippet(base: chosen.map { api.site.base(domain: $0, call) } ?? api.site.base(call))
    let sites = try await api.store.sites(now: api.clock.now(), of: call.place.scope)
    return layout.page(
      Layout.Frame(title: "Pixel", current: Self.path), call,
      """
      \(running(sites))
      <div class="ty-columns ty-even"><div>\(install(snippet, domains, chosen))</div>\
      <div>\(events)\(policy(snippet))</div></div>
      """)
  }

  // Installing

  private func install(_ snippet: PixelSnippet, _ domains: [NameStore.Name], _ chosen: String?) -> HTML {
    let choices = domains.map { FormFields.Choice($0.name, $0.name) }
    let choice: HTML = """
      <form class="ty-filters" method="get" action="\(Self.path)"><div><label class="form-label" for="domain">Served from\
      </label><select class="form-select" id="domain" name="domain">\
      \(FormFields.options(choices, current: chosen ?? "", none: "This tracker's own address"))</select></div>\
      <button class="btn">Show</button></form>
      """
    return Parts.card(
      "Install",
      """
      \(if: !choices.isEmpty, choice)
      <p>Put this before <code>&lt;/head&gt;</code> of every page of the shop. Page views are counted by themselves.</p>
      \(code("Snippet", snippet.html(), id: "pixel-snippet", rows: 5))
      <p>Where visitors have to agree first, use this one instead: it stores and sends nothing before \
      <code>trackily.consent(true)</code>.</p>
      \(code("Snippet with consent", snippet.html(withConsent: true), id: "pixel-consent-snippet", rows: 5))
      \(code("When the visitor has answered", PixelSnippet.consent, id: "pixel-consent", rows: 1))
      """)
  }

  private var events: HTML {
    Parts.card(
      "Tell what happens",
      """
      <p>On the thank-you page. An order counts once, however often the page is opened: by its <code>order_id</code>.</p>
      \(code("A purchase", PixelSnippet.purchase, id: "pixel-purchase", rows: 6))
      <p>On the way there, and for anything else. A word of your own becomes a conversion of that type.</p>
      \(code("Other events", PixelSnippet.otherEvents, id: "pixel-events", rows: 4))
      """)
  }

  private func policy(_ snippet: PixelSnippet) -> HTML {
    Parts.card(
      "Content Security Policy",
      """
      <p>A shop with a policy of its own must allow the tracker in it. The stub is an inline script: give it the page's \
      nonce, or leave it out and call <code>trackily</code> only once the script has loaded.</p>
      \(code("To be added", snippet.policy, id: "pixel-policy", rows: 2))
      """)
  }

  private func code(_ label: String, _ text: String, id: String, rows: Int) -> HTML {
    """
    <div class="ty-field"><label class="form-label" for="\(id)">\(label)</label><div class="ty-copy">\
    <textarea class="form-control ty-code" id="\(id)" rows="\(rows)" readonly spellcheck="false">\(text)</textarea>\
    <button class="btn btn-icon" type="button" data-copy="\(id)" aria-label="Copy: \(label)">\
    \(layout.icons(.copy))</button></div></div>
    """
  }

  // Running

  private func running(_ sites: [PixelStore.Site]) -> HTML {
    let again: HTML = "<a class=\"btn\" href=\"\(Self.path)\">\(layout.icons(.refresh))Look again</a>"
    guard !sites.isEmpty else {
      let empty = Parts.empty(
        layout.icons(.pixel), "Nothing was heard from the pixel yet",
        "Install it, then go to the shop through a tracking link: its page view shows here within seconds.", again)
      return "<div class=\"card\">\(empty)</div>"
    }
    let rows = sites.map { site -> HTML in
      """
      <tr><th scope="row">\(Parts.text(site.origin))</th><td><code>\(site.lastKind)</code></td>\
      <td><time datetime="\(site.lastAt.rfc3339)" title="\(site.lastAt.rfc3339)">\(ago(site.lastAt))</time></td>\
      <td class="num">\(Figures.count(site.events))</td></tr>
      """
    }
    return Parts.flushCard(
      "Is it running?",
      Parts.bareTable(
        ["Site", "Last event", "Seen", .number("Events in 24 hours")], rows, caption: "Sites with the pixel"),
      actions: again)
  }

  /// `3 min ago`
  private func ago(_ time: Timestamp) -> String {
    let seconds = (api.clock.now() - time).wholeMicroseconds / 1_000_000
    return switch seconds {
    case ..<60: "just now"
    case ..<3_600: "\(seconds / 60) min ago"
    case ..<86_400: "\(seconds / 3_600) h ago"
    default: "\(seconds / 86_400) days ago"
    }
  }
}
