import Core
import Web

/// The staff's search as a page, and as the command palette asks it.
struct SearchPages: Sendable {
  let api: SearchAPI
  let layout: Layout

  static let path = "/admin/search"
  static let suggestionsPath = "\(path)/suggestions"

  func register(in table: inout StaffTable) {
    table.page("/search", .signedIn, "Search", handler: page)
    table.page("/search/suggestions", .signedIn, "What the command palette shows, as JSON") {
      .json(SearchAPI.json(try await api.hits(for: $0)))
    }
  }

  @Sendable private func page(_ call: StaffCall) async throws -> Reply {
    let text = try call.page.q ?? ""
    let rows = try await api.hits(for: call).map { hit -> HTML in
      """
      <tr><th scope="row"><a href="\(href: hit.path)">\(hit.title)</a></th><td>\(hit.kind.group)</td>\
      <td class="text-secondary">\(hit.detail ?? "–")</td></tr>
      """
    }
    let empty =
      text.isEmpty
      ? "Look for customers, licences, invoices, subscriptions, hosted tenants and resellers."
      : "Nothing has “\(text)” in its name, number or key."
    return layout.staffPage(
      Layout.Frame(title: "Search", current: Self.path), call,
      """
      \(PageParts.search("E-mail, name, invoice number or key", text, icon: layout.icons("search")))
      \(PageParts.table("Results", ["Name", "Kind", "Details"], rows, empty: empty))
      """)
  }
}
