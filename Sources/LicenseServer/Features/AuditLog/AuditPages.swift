import Core
import Database
import Web

/// The staff's page on the audit log.
struct AuditPages: Sendable {
  let database: ConnectionPool
  let layout: Layout

  private static let path = "/admin/audit-log"

  func register(in table: inout StaffTable) {
    table.page("/audit-log", .read(.settings), "The audit log") { call in
      let page = try await AuditStore(database).list(call.listRequest)
      let rows = page.items.map { record -> HTML in
        """
        <tr><td>\(record.sequence)</td><td>\(PageParts.time(record.at))</td><td>\(record.actor)</td>\
        <td>\(record.entry.action)</td><td>\(record.entry.subject)</td><td>\(record.address?.description ?? "–")</td>\
        <td><details class="ty-details"><summary>Before and after</summary><pre class="ty-json">\
        \(record.entry.before.text)\n\(record.entry.after.text)</pre></details></td></tr>
        """
      }
      return layout.staffPage(
        Layout.Frame(title: "Audit log", current: Self.path), call,
        PageParts.table(
          "Audit log", ["No.", "When", "Who", "What", "To what", "From", "Change"], rows,
          empty: "Nothing has been done yet.", next: page.nextCursor.map { "\(Self.path)?cursor=\($0)" }))
    }
  }
}
