import Billing
import Core
import Database
import Licensing
import Web

/// The list of licences with its filters, and what is done with several at once.
struct LicenseListPages: Sendable {
  let database: ConnectionPool
  let licenses: LicenseRegister
  let layout: Layout
  let clock: any WallClock

  private static let path = "/admin/licenses"
  private static let form = "bulk"

  func register(in table: inout StaffTable) {
    table.page("/licenses", .read(.licences), "Licences", handler: list)
    table.action("/licenses/bulk", .write(.licences), "Does something with several licences", handler: act)
  }

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let now = clock.now()
    let request = try call.page
    let page = try await LicenseStore(database).list(request, at: now)
    let mayWrite = call.session.allows(.write(.licences))
    let isNarrowed = request.q != nil || !request.filters.isEmpty
    let actions: HTML = """
      <a class="btn" href="\(InstancePages.path)">Instances</a>\
      <a class="btn" href="\(InstancePages.alarmPath)">Alarms about copies</a>\
      \(if: mayWrite, "<a class=\"btn btn-primary\" href=\"\(Self.path)/new\">\(layout.icons("plus"))New licence</a>")
      """
    let headings = ["Customer", "Plan", "Status", "Key", "#Instances", "Expires", "Tags"]
    return layout.staffPage(
      Layout.Frame(title: "Licences", current: Self.path, actions: actions), call,
      """
      \(try await filters(request))\(if: mayWrite && !page.items.isEmpty, bulkBar(call))
      <p class="ty-sub">\(page.total ?? 0) \(page.total == 1 ? "licence" : "licences")</p>
      \(PageParts.table(
        "Licences", mayWrite ? ["Select"] + headings : headings, page.items.map { row($0, mayWrite, now) },
        empty: isNarrowed ? "No licence fits." : "No licence has been issued yet.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  private func filters(_ request: PageRequest) async throws -> HTML {
    let plans =
      [(value: "", title: "any")] + (try await PlanStore(database).all()).map { (value: $0.slug, title: $0.name) }
    let statuses =
      [(value: "", title: "any")]
      + LicenseStatus.allCases.filter { $0 != .banned }.map { (value: $0.rawValue, title: $0.rawValue) }
    let ends = [
      (value: "", title: "any time"), (value: "1", title: "within a day"), (value: "7", title: "within 7 days"),
      (value: "30", title: "within 30 days"), (value: "90", title: "within 90 days"),
    ]
    let orders = [
      (value: "-id", title: "newest first"), (value: "id", title: "oldest first"),
      (value: "expires_at", title: "first to end"), (value: "customer_email", title: "customer"),
      (value: "-plan", title: "largest plan"),
    ]
    let sort = request.sort.map { (request.descending ? "-" : "") + $0 } ?? "-id"
    return """
      <form class="ty-filters" method="get" action="\(Self.path)" role="search">
      \(PageParts.input(
        "q", "Search", value: request.q ?? "", required: false,
        hint: "E-mail, key's last four, note, tag, host"))
      \(PageParts.select("plan", "Plan", plans, selected: request.filters["plan"] ?? ""))
      \(PageParts.select("status", "Status", statuses, selected: request.filters["status"] ?? ""))
      \(PageParts.select("expiring_within_days", "Ends", ends, selected: request.filters["expiring_within_days"] ?? ""))
      \(PageParts.input("tag", "Tag", value: request.filters["tag"] ?? "", required: false))
      \(check("clone_suspected", "Copy suspected", request))\(check("over_limit", "Over its limits", request))\
      \(check("trial", "Trials", request))
      \(PageParts.select("sort", "Order", orders, selected: sort))
      <button class="btn">Filter</button></form>
      """
  }

  private func check(_ name: String, _ title: String, _ request: PageRequest) -> HTML {
    """
    <label class="form-check"><input class="form-check-input" type="checkbox" name="\(name)" value="true"\
    \(attribute: "checked", when: request.filters[name] == "true")>\
    <span class="form-check-label">\(title)</span></label>
    """
  }

  private func bulkBar(_ call: StaffCall) -> HTML {
    let acts = LicenseBulkAct.names.map { (value: $0, title: $0.prefix(1).uppercased() + $0.dropFirst()) }
    return """
      <form class="ty-bulk" id="\(Self.form)" method="post" action="\(Self.path)/bulk" data-bulk>\(call.csrfField)\
      <div class="ty-bulk-choice"><label class="form-check ty-scripted"><input class="form-check-input" type="checkbox" \
      data-select-all><span class="form-check-label">This page</span></label>\
      <span class="ty-sub ty-scripted" data-selected role="status">None selected</span></div>
      \(PageParts.select("action", "With those selected", acts))
      \(PageParts.input("days", "Days, to extend", type: "number", required: false))
      <div><label class="form-label" for="bulk-tag">Tag, to add or take off</label>\
      <input class="form-control" id="bulk-tag" name="tag" maxlength="40" autocomplete="off"></div>
      <button class="btn" data-bulk-button data-confirm="Do this with all that are selected?">Apply</button></form>
      """
  }

  private func row(_ license: License, _ mayWrite: Bool, _ now: Timestamp) -> HTML {
    let box: HTML = """
      <td class="ty-check"><input class="form-check-input" type="checkbox" name="ids" value="\(license.id)" \
      form="\(Self.form)" data-select aria-label="Select licence \(license.id)"></td>
      """
    let marks = [
      license.isCloneSuspected ? PageParts.status("copied?") : .empty,
      license.isOverLimit ? PageParts.status("over limit") : .empty,
      license.trial.map { $0.convertedAt == nil } == true ? PageParts.status("trial") : .empty,
    ]
    return """
      <tr>\(if: mayWrite, box)<td><a href="\(Self.path)/\(license.id)">\(license.customerEmail)</a></td>\
      <td>\(license.plan.name)</td><td>\(PageParts.status(license.status(at: now).rawValue)) \(marks)</td>\
      <td><code>…\(license.keyLastFour)</code></td>\
      <td class="num">\(license.activeInstances) of \(license.maxInstances)</td>\
      <td>\(PageParts.time(license.expiresAt, never: "never"))</td><td>\(license.tags.joined(separator: ", "))</td></tr>
      """
  }

  @Sendable private func act(_ call: StaffCall) async throws -> Reply {
    let form = call.form
    let ids = Set(form.all("ids").prefix(LicenseBulkAct.limit).compactMap { Int64($0) }).sorted()
    guard !ids.isEmpty else {
      return .redirect(to: Self.path, flash: Flash(.error, "Select a licence first."))
    }
    var fields = try FieldReader(.object(form.json(numbers: ["days"], lists: ["ids"])))
    _ = fields.has("ids")
    let act = LicenseBulkAct.read(from: &fields)
    try fields.finish()
    guard let act else { throw Problem.internalError() }
    let outcomes = await licenses.act(act, on: ids, by: call.actor)
    return outcomePage(outcomes, call)
  }

  /// What came of it, licence by licence.
  private func outcomePage(_ outcomes: [LicenseBulkOutcome], _ call: StaffCall) -> Reply {
    let now = clock.now()
    let rows = outcomes.map { outcome -> HTML in
      switch outcome.result {
      case .success(let license):
        """
        <tr><td><a href="\(Self.path)/\(license.id)">\(license.customerEmail)</a></td><td>Done</td>\
        <td>\(PageParts.status(license.status(at: now).rawValue))</td></tr>
        """
      case .failure(let problem):
        """
        <tr><td><a href="\(Self.path)/\(outcome.id)">Licence \(outcome.id)</a></td>\
        <td>\(problem.detail ?? problem.title)</td><td>–</td></tr>
        """
      }
    }
    let done = outcomes.count { $0.isDone }
    return layout.staffPage(
      Layout.Frame(
        title: "Done with \(done) of \(outcomes.count)", current: Self.path,
        actions: "<a class=\"btn\" href=\"\(Self.path)\">Back to the list</a>"),
      call, PageParts.table("Outcomes", ["Licence", "Outcome", "Status now"], rows, empty: "Nothing was selected."))
  }
}
