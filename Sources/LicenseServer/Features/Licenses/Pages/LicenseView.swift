import Billing
import Core
import Licensing
import Web

/// The parts of the page on one licence.
struct LicenseView: Sendable {
  let license: License
  let call: StaffCall
  let now: Timestamp

  private var path: String { "\(LicensePages.path)/\(license.id)" }
  var mayWrite: Bool { call.session.allows(.write(.licences)) }

  func shown(_ key: LicenseKey) -> HTML {
    """
    <div class="ty-note success" role="status"><div>The key in full, shown only now: \
    <code id="license-key">\(key.text)</code> \
    <button class="btn btn-sm" type="button" data-copy="license-key">Copy</button></div></div>
    """
  }

  var acts: HTML {
    guard license.standing != .revoked else { return .empty }
    let standing =
      license.standing == .suspended
      ? PageParts.button("Reinstate", post: "\(path)/reinstate", call.csrfField)
      : PageParts.button("Suspend", post: "\(path)/suspend", call.csrfField)
    let renew =
      license.expiresAt == nil ? .empty : PageParts.button("Renew by a year", post: "\(path)/renew", call.csrfField)
    return standing + renew
      + PageParts.button(
        "Revoke", post: "\(path)/revoke", call.csrfField, style: "btn ty-danger",
        confirm: "Revoke this licence for good?")
  }

  func facts(transfers: Int) -> HTML {
    let features = license.entitlements.features.map { Feature(rawValue: $0)?.title ?? $0 }.joined(separator: ", ")
    var facts: [(name: String, value: HTML)] = [
      ("Status", PageParts.status(license.status(at: now).rawValue)),
      (
        "Customer",
        "<a href=\"/admin/customers?q=\(PercentCoding.encodeComponent(license.customerEmail.description))\">\(license.customerEmail)</a>"
      ),
      ("Key", "<code>\(LicenseKey.masked(lastFour: license.keyLastFour))</code>"),
      ("Expires", PageParts.time(license.expiresAt, never: "never")),
      ("Users", "\(license.entitlements.userLimit.map(String.init) ?? "unlimited")"),
      ("Instances", "\(license.activeInstances) of \(license.maxInstances)"),
      ("Moves in 30 days", "\(transfers) of \(license.transferAllowance)"),
      ("Features", "\(features.isEmpty ? "none beyond the basics" : features)"),
      ("Tags", tags),
    ]
    if let trial = license.trial {
      let state: HTML = trial.convertedAt.map { "paid for on \(PageParts.time($0))" } ?? "not paid for yet"
      facts.append(("Trial", "since \(PageParts.time(trial.startedAt)), \(state)"))
    }
    return PageParts.facts(facts)
  }

  private var tags: HTML {
    guard !license.tags.isEmpty else { return "none" }
    return license.tags.map { tag -> HTML in
      mayWrite
        ? PageParts.button("\(tag) ×", post: "\(path)/tags/\(tag)/remove", call.csrfField, style: "btn btn-sm")
        : PageParts.status(tag)
    }.joined()
  }

  func alarms(_ alarms: [CloneAlarm]) -> HTML {
    guard !alarms.isEmpty else { return .empty }
    return """
      <div class="ty-note warning" role="alert"><div>Two copies of one tracker seem to share an activation of this \
      licence. Nothing was taken from the customer.</div></div>
      \(PageParts.table(
        "Open alarms about copies", CloneAlarmRow.headings, alarms.map { CloneAlarmRow.html($0, call) }, empty: ""))
      """
  }

  func instances(_ page: Page<ListedInstance>) -> HTML {
    PageParts.table(
      "Instances", ["Host", "Domain", "Version", "State", "#Users", "#Clicks in 24 h", "Last seen", "Act"],
      page.items.map { row($0.instance) }, empty: "No tracker has activated this licence yet.",
      next: page.nextCursor.map { call.address(of: "\(path)/instances", after: $0) })
  }

  private func row(_ instance: Instance) -> HTML {
    let place = "\(path)/instances/\(instance.id)"
    var acts = HTML.empty
    if mayWrite {
      let question =
        instance.offlineUntil.map { $0 > now } == true
        ? "Deactivate it? Its lease file goes on working there, and its place is free for another." : nil
      if instance.state == .active {
        acts = PageParts.button("Deactivate", post: "\(place)/deactivate", call.csrfField, confirm: question)
      }
      acts =
        instance.state == .banned
        ? PageParts.button("Unban", post: "\(place)/unban", call.csrfField)
        : acts + PageParts.button("Ban", post: "\(place)/ban", call.csrfField, confirm: "Ban this instance?")
    }
    return """
      <tr><td>\(instance.hostname)\(if: instance.cloneWatch.isSuspected, " \(PageParts.status("copied?"))")</td>\
      <td><code title="\(instance.domainHash ?? "")">\(instance.domainHash.map { String($0.prefix(8)) } ?? "–")</code></td>\
      <td>\(instance.version)</td><td>\(PageParts.status(instance.state.rawValue))</td>\
      <td class="num">\(instance.usage.users.map(String.init) ?? "–")</td>\
      <td class="num">\(instance.usage.clicks24h.map(String.init) ?? "–")</td>\
      <td>\(PageParts.time(instance.lastSeenAt))\(instance.silence)</td><td>\(acts)</td></tr>
      """
  }

  func notes(_ notes: [LicenseNote]) -> HTML {
    let items = notes.map { note -> HTML in
      let remove =
        mayWrite
        ? PageParts.button("Remove", post: "\(path)/notes/\(note.id)/remove", call.csrfField, style: "btn btn-sm")
        : .empty
      return
        "<tr><td>\(note.body)</td><td>\(note.author)</td><td>\(PageParts.time(note.createdAt))</td><td>\(remove)</td></tr>"
    }
    return PageParts.table("Notes", ["Note", "By", "When", "Act"], items, empty: "Nobody has written a note.")
  }

  func history(_ page: Page<LicenseEvent>, next: String) -> HTML {
    let rows = page.items.map { event -> HTML in
      """
      <tr><td>\(PageParts.time(event.at))</td><td>\(event.kind.title)</td><td>\(event.actor)</td>\
      <td>\(event.instanceID.map { "instance \($0)" } ?? "–")</td><td><code>\(Self.brief(event.data))</code></td></tr>
      """
    }
    return PageParts.table(
      "History", ["When", "What", "By", "Where", "Details"], rows, empty: "Nothing has happened yet.",
      next: page.nextCursor.map { call.address(of: next, after: $0) })
  }

  /// The data in as few words as JSON has.
  private static func brief(_ data: JSONValue) -> String {
    let text = data.text
    if text == "{}" { return "–" }
    return text.count > 160 ? "\(text.prefix(160))…" : text
  }
}
