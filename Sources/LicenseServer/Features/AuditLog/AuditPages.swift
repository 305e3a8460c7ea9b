import Core
import Database
import Security
import Web

/// The staff's pages on the audit log.
struct AuditPages: Sendable {
  let database: ConnectionPool
  let layout: Layout
  let clock: any WallClock

  private static let path = "/admin/audit-log"

  func register(in table: inout StaffTable) {
    table.page("/audit-log", .read(.settings), "The audit log", handler: list)
    table.page("/audit-log/export", .read(.settings), "The audit log as CSV") { call in
      AuditCSV(database: database, filter: try AuditFilter(call.page)).reply
    }
    table.action("/audit-log/verify", .read(.settings), "Checks the audit log's hash chain") { call in
      let verdict = try await AuditStore(database).verify()
      let flash =
        verdict.fault.map { fault in
          Flash(.error, "Entry \(fault.sequence) is not as it was written (\(fault.kind.rawValue)).")
        } ?? Flash(.success, "All \(verdict.entries) entries are as they were written.")
      return .redirect(to: Self.path, flash: flash)
    }
  }

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let request = try call.listRequest
    var problem: Problem?
    var filter = try AuditFilter(PageRequest())
    do { filter = try AuditFilter(request) } catch { problem = error }
    let page = try await AuditStore(database).list(request, filter)
    let isFiltered = !filter.query.isEmpty
    let actions: HTML = """
      <a class="btn" href="\(href: "\(Self.path)/export?\(filter.query)")">CSV</a>\
      \(PageParts.button("Verify", post: "\(Self.path)/verify", call.csrfField))
      """
    return layout.staffPage(
      Layout.Frame(title: "Audit log", current: Self.path, actions: actions), call,
      """
      \(PageParts.faults(problem))\(form(request))
      \(PageParts.table(
        "Audit log", ["No.", "When", "Who", "What", "To what", "From", "Change"], page.items.map(Self.row),
        empty: isFiltered ? "No entry fits." : "Nothing has been done yet.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  private func form(_ request: PageRequest) -> HTML {
    func input(_ name: String, _ label: String, type: String = "text", hint: String? = nil) -> HTML {
      PageParts.input(name, label, type: type, value: request.filters[name] ?? "", required: false, hint: hint)
    }
    return """
      <form class="card" method="get" action="\(Self.path)"><div class="card-body">
      <div class="ty-facts">\(input("actor", "Who", hint: "Part of a name or address."))
      \(input("action", "What", hint: "license.suspend, or license. for all of a kind."))
      \(input("subject", "To what", hint: "license:17"))
      \(input("from", "From", type: "date"))\(input("to", "To", type: "date"))</div>
      <div class="ty-buttons"><button class="btn btn-primary">Filter</button> \
      <a class="btn" href="\(Self.path)">Show all</a></div></div></form>
      """
  }

  private static func row(_ record: AuditRecord) -> HTML {
    """
    <tr><td>\(record.sequence)</td><td>\(PageParts.time(record.at))</td><td>\(record.actor)</td>\
    <td>\(record.entry.action)</td><td>\(record.entry.subject)</td><td>\(record.address?.description ?? "–")</td>\
    <td><details class="ty-details"><summary>Before and after</summary><pre class="ty-json" tabindex="0">\
    \(record.entry.before.text)\n\(record.entry.after.text)</pre></details></td></tr>
    """
  }
}
