import Core
import Database
import Web

/// The staff's page on API requests.
struct RequestLogPages: Sendable {
  let database: ConnectionPool
  let layout: Layout

  static let path = "/admin/requests"

  func register(in table: inout StaffTable) {
    table.page("/requests", .read(.settings), "API requests") { call in
      let request = try call.listRequest
      let page = try await RequestLogStore(database).list(request)
      let rows = page.items.map { record -> HTML in
        """
        <tr><td>\(PageParts.time(record.at))</td><td>\(record.method)</td><td><code>\(record.route)</code></td>\
        <td class="num">\(record.status)</td><td class="num">\(record.milliseconds)</td>\
        <td>\(record.actor.isEmpty ? "–" : record.actor)</td><td>\(record.address?.description ?? "–")</td>\
        <td><code>\(record.requestID)</code></td></tr>
        """
      }
      let status = request.filters["status"] ?? ""
      let tabs = [("", "All"), ("2xx", "Answered"), ("4xx", "Refused"), ("5xx", "Failed")].map { filter -> HTML in
        """
        <a class="btn btn-sm" href="\(Self.path)?status=\(filter.0)"\(if: filter.0 == status, " aria-current=\"true\"")>\
        \(filter.1)</a>
        """
      }
      return layout.staffPage(
        Layout.Frame(title: "API requests", current: Self.path), call,
        """
        \(PageParts.search("Request id", request.q ?? "", icon: layout.icons("search")))
        <p class="ty-actions" role="group" aria-label="Status">\(tabs.joined(separator: " "))</p>
        \(PageParts.table(
          "API requests", ["When", "Method", "Route", "#Status", "#ms", "Who", "From", "Request id"], rows,
          empty: status.isEmpty && request.q == nil ? "No request yet." : "No request fits.",
          next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
        """)
    }
  }
}
