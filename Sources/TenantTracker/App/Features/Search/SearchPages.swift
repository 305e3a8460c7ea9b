import Core
import Web

/// The search as a page, and as the command palette asks it.
struct SearchPages: Sendable {
  let api: SearchAPI
  let layout: Layout

  static let path = "/admin/search"
  static let suggestionsPath = "\(path)/suggestions"

  func register(in table: inout TrackerTable) {
    table.page("/search", .signedIn, "Search") { try await page($0) }
    table.page("/search/suggestions", .signedIn, "What the command palette shows, as JSON") {
      .json(SearchAPI.json(try await api.hits(for: $0)))
    }
  }

  private func page(_ call: TrackerCall) async throws -> Reply {
    let text = try call.page.q ?? ""
    let hits = try await api.hits(for: call)
    let form: HTML = """
      <form class="ty-search" method="get" action="\(href: Self.path)" role="search">\(layout.icons(.search))\
      <input class="form-control" type="search" name="q" value="\(text)" placeholder="A name or an id" \
      aria-label="Search" maxlength="200"\(attribute: "autofocus", when: text.isEmpty)></form>
      """
    return layout.page(
      Layout.Frame(title: "Search", current: Self.path), call, form + (text.isEmpty ? hint : results(hits, text, call)))
  }

  private var hint: HTML {
    let text = """
      Names of campaigns, flows, offers, landing pages, sources, networks, publishers and domains; whole ids of clicks, \
      conversions and transactions.
      """
    return "<div class=\"card\">\(Parts.empty(layout.icons(.search), "What are you looking for?", text))</div>"
  }

  private func results(_ hits: [SearchHit], _ text: String, _ call: TrackerCall) -> HTML {
    let rows = hits.map { hit -> HTML in
      """
      <tr><th scope="row"><a href="\(href: hit.path)">\(hit.title)</a></th><td>\(hit.kind.group)</td>\
      <td class="text-secondary">\(Parts.text(hit.detail))</td></tr>
      """
    }
    let log: HTML =
      call.session.allows(.read(.reports))
      ? "<a class=\"btn\" href=\"\(href: PageAddress("/admin/clicks", [("q", text)]).description)\">Look in the click log</a>"
      : .empty
    let empty = Parts.empty(
      layout.icons(.search), "Nothing found", "No name has this in it, and it is no id we know. Ids have to be whole.",
      log)
    return Parts.table(["Name", "Kind", "Details"], rows, caption: "Results", empty: empty)
  }
}
