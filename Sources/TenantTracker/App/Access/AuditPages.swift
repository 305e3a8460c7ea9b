import Core
import Security
import Web

/// The audit log, and whether its chain holds.
struct AuditPages: Sendable {
  let audit: AuditLog
  let settings: SettingsStore
  let layout: Layout

  private static let path = "/admin/audit-log"

  func register(in table: inout TrackerTable) {
    table.page("/audit-log", .read(.settings), "Who changed what, newest first") { try await log($0) }
  }

  private func log(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let request = try call.page
    let page = try await audit.page(request, of: scope)
    let times = LocalTimes(try await settings.all(of: scope))
    let filters = LogFilters(
      [
        .init(name: "actor", label: "Who", control: .text(placeholder: "admin@example.com")),
        .init(name: "action", label: "Action", control: .text(placeholder: "campaign.update")),
      ], call, except: ["verify"])
    let verify: HTML = """
      <a class="btn" href="\(Self.path)?verify=1">\(layout.icons(.verify))Verify the chain</a>
      """
    let verdict = call.query("verify") == "1" ? try await verdict(call) : .empty
    return layout.page(
      Layout.Frame(title: "Audit Log", current: Self.path, actions: verify), call,
      """
      \(verdict)\(filters.html(action: Self.path, problem: nil, layout.icons))
      \(Parts.table(
        ["Time", "Who", "Action", "What", "Address", "Details"], page.items.map { row($0, times) },
        caption: "Audit log, newest first",
        empty: Parts.empty(layout.icons(.audit), "Nothing here", "No entry fits these filters."),
        next: page.nextCursor.map { filters.address(Self.path).with("cursor", $0).description }))
      """)
  }

  /// Reads the whole log and checks each entry against the one before.
  private func verdict(_ call: TrackerCall) async throws -> HTML {
    guard let fault = try await audit.firstFault(of: call.place.scope) else {
      return Parts.note(
        .info, "<p role=\"status\">The chain is intact: no entry was changed or taken out.</p>", layout.icons)
    }
    return Parts.note(
      .error,
      "<p role=\"alert\">The chain breaks at entry \(fault.sequence) (\(fault.kind.rawValue.replacing("_", with: " "))).</p>",
      layout.icons)
  }

  private func row(_ entry: JSONValue, _ times: LocalTimes) -> HTML {
    let time = entry["at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    let changes = [("Before", entry["before"]), ("After", entry["after"])].compactMap { title, value -> HTML? in
      guard let value, !value.isNull else { return nil }
      return """
        <div class="ty-sub">\(title)</div><pre class="ty-json" tabindex="0">\(value.text.prefix(2_000))</pre>
        """
    }
    let details: HTML =
      changes.isEmpty ? Parts.dash : "<details class=\"ty-details\"><summary>Show</summary>\(changes)</details>"
    return """
      <tr><th scope="row">\(times(time))</th><td>\(Parts.text(entry["actor"]?.stringValue))</td>\
      <td><code>\(entry["action"]?.stringValue)</code></td><td><code>\(entry["subject"]?.stringValue)</code></td>\
      <td>\(Parts.text(entry["address"]?.stringValue))</td><td>\(details)</td></tr>
      """
  }
}
