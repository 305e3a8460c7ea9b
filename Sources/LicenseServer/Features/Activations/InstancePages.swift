import Core
import Database
import Licensing
import Web

/// The staff's pages on instances: those of all licences, those of one, and the alarms about copies.
struct InstancePages: Sendable {
  let database: ConnectionPool
  let alarms: CloneAlarmDesk
  let layout: Layout
  let clock: any WallClock

  static let path = "/admin/instances"
  static let alarmPath = "/admin/clone-alarms"

  func register(in table: inout StaffTable) {
    table.page("/instances", .read(.licences), "The instances of all licences") { call in
      try await page(call, of: nil)
    }
    table.page("/licenses/{id}/instances", .read(.licences), "All instances of a licence") { call in
      let id = try call.id()
      guard try await LicenseStore(database).exists(id) else { throw Problem.notFound("licence") }
      return try await page(call, of: id)
    }
    table.page("/clone-alarms", .read(.licences), "Alarms about copied instances", handler: alarmPage)
    table.action("/clone-alarms/{id}/acknowledge", .write(.licences), "Acknowledges an alarm") { call in
      let alarm = try await alarms.acknowledge(call.id(), by: call.actor)
      return .redirect(
        to: "/admin/licenses/\(alarm.licenseID)", flash: Flash(.success, "The alarm is acknowledged."))
    }
  }

  private func page(_ call: StaffCall, of license: Int64?) async throws -> Reply {
    let request = try call.listRequest
    let page = try await InstanceStore(database).list(of: license, request, at: clock.now())
    let path = license.map { "/admin/licenses/\($0)/instances" } ?? Self.path
    return layout.staffPage(
      Layout.Frame(
        title: license.map { "Instances of licence \($0)" } ?? "Instances", current: "/admin/licenses"),
      call,
      """
      \(filters(request, path))
      \(PageParts.table(
        "Instances", ["Host", "Licence", "Version", "State", "#Users", "#Clicks in 24 h", "Last seen"],
        page.items.map(row),
        empty: request.filters.isEmpty && request.q == nil
          ? "No tracker has activated a licence yet." : "No instance fits.",
        next: page.nextCursor.map { call.address(of: path, after: $0) }))
      """)
  }

  private func filters(_ request: PageRequest, _ path: String) -> HTML {
    let states = [("", "any")] + ["active", "deactivated", "banned"].map { ($0, $0) }
    return """
      <form class="ty-filters" method="get" action="\(path)" role="search">
      \(PageParts.input("q", "Host or customer", value: request.q ?? "", required: false))
      \(PageParts.input("version", "Version", value: request.filters["version"] ?? "", required: false))
      \(PageParts.select("state", "State", states.map { (value: $0.0, title: $0.1) }, selected: request.filters["state"] ?? ""))
      \(PageParts.select(
        "lost", "Heard of", [(value: "", title: "or not"), (value: "true", title: "no more")],
        selected: request.filters["lost"] ?? ""))
      <button class="btn">Filter</button></form>
      """
  }

  private func row(_ listed: ListedInstance) -> HTML {
    let instance = listed.instance
    return """
      <tr><td>\(instance.hostname)\(if: instance.cloneWatch.isSuspected, " \(PageParts.status("copied?"))")</td>\
      <td><a href="/admin/licenses/\(instance.licenseID)">\(listed.customerEmail)</a></td><td>\(instance.version)</td>\
      <td>\(PageParts.status(instance.state.rawValue))</td>\
      <td class="num">\(instance.usage.users.map(String.init) ?? "–")</td>\
      <td class="num">\(instance.usage.clicks24h.map(String.init) ?? "–")</td>\
      <td>\(PageParts.time(instance.lastSeenAt))\(instance.silence)</td></tr>
      """
  }

  @Sendable private func alarmPage(_ call: StaffCall) async throws -> Reply {
    let request = try call.listRequest
    let page = try await CloneAlarmStore(database).list(request)
    return layout.staffPage(
      Layout.Frame(title: "Alarms about copies", current: "/admin/licenses"), call,
      PageParts.table(
        "Alarms about copies", CloneAlarmRow.headings, page.items.map { CloneAlarmRow.html($0, call) },
        empty: "No copy of a tracker was ever suspected.",
        next: page.nextCursor.map { call.address(of: Self.alarmPath, after: $0) }))
  }
}

/// An alarm in a table.
enum CloneAlarmRow {
  static let headings = ["Instance", "Customer", "Raised", "Last seen", "Acknowledged"]

  static func html(_ alarm: CloneAlarm, _ call: StaffCall) -> HTML {
    let act: HTML =
      if let at = alarm.acknowledgedAt {
        "\(PageParts.time(at)) by \(alarm.acknowledgedBy ?? "")"
      } else if call.session.allows(.write(.licences)) {
        PageParts.button(
          "Acknowledge", post: "\(InstancePages.alarmPath)/\(alarm.id)/acknowledge", call.csrfField,
          style: "btn btn-sm")
      } else {
        PageParts.status("open")
      }
    return """
      <tr><td>\(alarm.hostname)</td>\
      <td><a href="/admin/licenses/\(alarm.licenseID)">\(alarm.customerEmail)</a></td>\
      <td>\(PageParts.time(alarm.raisedAt))</td><td>\(PageParts.time(alarm.lastSeenAt))</td><td>\(act)</td></tr>
      """
  }
}

extension Instance {
  /// What explains that nothing is heard of it.
  var silence: HTML {
    if let offlineUntil { return "<br><small>lease file until \(PageParts.time(offlineUntil))</small>" }
    return lostAt == nil ? .empty : "<br><small>not heard of since</small>"
  }
}
