import Conversions
import Core
import Web

/// The review queue: conversions that wait for somebody's approval, and whose do.
struct ReviewPages: Sendable {
  let api: ConversionsAPI
  let rules: ApprovalRulesAPI
  let names: NameStore
  let layout: Layout

  static let path = "/admin/conversions/reviews"
  /// The menu counts no further.
  static let countLimit = 1_000

  func register(in table: inout TrackerTable) {
    table.page("/conversions/reviews", .read(.reports), "Conversions that wait for approval") { try await queue($0) }
    table.action("/approval-rules", .write(.offers), "Add an approval rule") { try await add($0) }
    table.action("/approval-rules/{id}/delete", .write(.offers), "Delete an approval rule") { call in
      try await rules.remove(by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "The rule was deleted."))
    }
  }

  // The queue

  private func queue(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let filters = LogFilters(
      try await LogFilters.ofConversions(call, names).fields.filter {
        !["status", "scheme_status", "review"].contains($0.name)
      },
      call)
    let forms = filters.html(action: Self.path, problem: nil, layout.icons)
    do {
      let request = try call.page
      var filter = try await api.filter(request, of: call)
      filter.review = .pending
      let page = try await api.conversions.page(
        filter, limit: request.limit, after: ConversionsAPI.cursor(request), of: scope)
      let isBlank = page.items.isEmpty && !filters.areSet
      let table = ConversionTable(
        book: try await NameBook(conversions: page.items, names, scope),
        settings: try await api.settings.all(of: scope),
        isSelectable: call.session.allows(.write(.reports)), icons: layout.icons)
      let next = page.nextCursor.map { call.address(of: Self.path, after: $0) }
      let bar: HTML =
        page.items.isEmpty || !table.isSelectable
        ? .empty : self.bar(filters, more: page.nextCursor != nil || request.cursor != nil, call)
      return try await reply(
        (isBlank ? .empty : forms) + bar
          + table.html(page.items.map { $0.shown(to: call.session) }, empty: empty(filters), next: next), call)
    } catch let problem as Problem where problem.isAboutTheForm {
      return try await reply(
        filters.html(action: Self.path, problem: problem, layout.icons), call, status: problem.status)
    }
  }

  private func reply(_ content: HTML, _ call: TrackerCall, status: Int = 200) async throws -> Reply {
    layout.page(
      Layout.Frame(title: "Review Queue", current: Self.path, crumbs: [("Conversions", ConversionPages.path)]), call,
      status: status, content + (try await ruleCard(call)))
  }

  private func bar(_ filters: LogFilters, more: Bool, _ call: TrackerCall) -> HTML {
    Selection.bar(
      action: Self.path, filters: filters, returnTo: filters.address(Self.path).description, more: more,
      """
      <div class="ty-wide"><label class="form-label" for="bulk-reason">Reason</label><input class="form-control" \
      id="bulk-reason" name="reason" maxlength="\(DecisionsAPI.noteLength.upperBound)" autocomplete="off" \
      placeholder="Needed to reject"></div>\
      <button class="btn btn-primary" name="decision" value="approve" data-bulk-button>Approve</button>\
      <button class="btn ty-danger" name="decision" value="reject" data-bulk-button>Reject</button>
      """, call)
  }

  private func empty(_ filters: LogFilters) -> HTML {
    filters.areSet
      ? Parts.empty(
        layout.icons(.search), "Nothing that waits fits", "Take a filter away, or choose other days.",
        "<a class=\"btn\" href=\"\(Self.path)\">Show all that wait</a>")
      : Parts.empty(
        layout.icons(.verify), "Nothing waits for approval",
        "What a network approves counts at once, unless a rule below has it wait for you.")
  }

  // Whose conversions wait

  private func ruleCard(_ call: TrackerCall) async throws -> HTML {
    guard call.session.allows(.read(.offers)) else { return .empty }
    let scope = call.place.scope
    let stored = try await rules.store.list(of: scope)
    let offers = try await names.names(.offers, Set(stored.compactMap(\.rule.offerID)), of: scope)
    let networks = try await names.names(.networks, Set(stored.compactMap(\.rule.networkID)), of: scope)
    let mayWrite = call.session.allows(.write(.offers))
    let rows = stored.map { entry -> HTML in
      let rule = entry.rule
      let place: HTML =
        if let id = rule.offerID {
          "Offer \(offers[id] ?? "#\(id)")"
        } else if let id = rule.networkID {
          "Network \(networks[id] ?? "#\(id)")"
        } else {
          "Everything"
        }
      let remove: HTML = """
        <form method="post" action="/admin/approval-rules/\(entry.id)/delete">\(call.csrfField)<button \
        class="btn btn-icon ty-quiet" aria-label="Delete this rule" data-confirm="Delete this rule? What waits stays \
        in the queue." data-confirm-yes="Delete">\(layout.icons(.delete))</button></form>
        """
      return """
        <tr><th scope="row">\(place)</th><td>\(rule.type?.rawValue.capitalizedFirst ?? "Every type")</td>\
        <td>\(rule.approval == .manual ? Parts.badge("Waits for approval", .warn) : Parts.badge("Counts at once", .good))\
        </td><td class="ty-end">\(if: mayWrite, remove)</td></tr>
        """
    }
    let table: HTML =
      rows.isEmpty
      ? "<div class=\"card-body\"><p class=\"text-secondary\">No rule: every approved conversion counts at once.</p></div>"
      : Parts.bareTable(["For", "Type", "Approved conversions", .actions], rows, caption: "Approval rules")
    return Parts.flushCard("Whose conversions wait", table) + (mayWrite ? try await ruleForm(call) : .empty)
  }

  private func ruleForm(_ call: TrackerCall) async throws -> HTML {
    let scope = call.place.scope
    let offers = try await names.live(.offers, of: scope)
    let networks = call.session.allows(.read(.networks)) ? try await names.live(.networks, of: scope) : []
    let places: [FormFields.Choice] =
      [.init("all", "Everything")] + offers.map { .init("offer:\($0.id)", "Offer \($0.name)") }
      + networks.map { .init("network:\($0.id)", "Network \($0.name)") }
    let approvals: [FormFields.Choice] = [
      .init("manual", "Wait for approval"), .init("auto", "Count at once"),
    ]
    return Parts.card(
      "Add a rule",
      """
      <form class="ty-filters" method="post" action="/admin/approval-rules">\(call.csrfField)\
      <div><label class="form-label" for="rule-place">For</label><select class="form-select" id="rule-place" \
      name="place">\(FormFields.options(places, current: "all"))</select></div>\
      <div><label class="form-label" for="rule-type">Type</label><input class="form-control" id="rule-type" name="type" \
      placeholder="Every type" maxlength="64" autocomplete="off"></div>\
      <div><label class="form-label" for="rule-approval">Approved conversions</label><select class="form-select" \
      id="rule-approval" name="approval">\(FormFields.options(approvals, current: "manual"))</select></div>\
      <button class="btn">Add rule</button></form>\
      <small class="form-hint">An offer's rule goes before its network's, that before one for everything; one for a type \
      goes before one for every type.</small>
      """)
  }

  private func add(_ call: TrackerCall) async throws -> Reply {
    var body: JSONObject = call.form.body(texts: ["type", "approval"])
    let place = (call.form["place"] ?? "all").split(separator: ":", maxSplits: 1).map(String.init)
    if place.count == 2, let id = Int64(place[1]) { body["\(place[0])_id"] = .int(id) }
    do {
      _ = try await rules.add(FieldReader(.object(body)), by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "The rule was added."))
    } catch let problem as Problem where problem.isAboutTheForm {
      return .redirect(
        to: Self.path,
        flash: Flash(.error, problem.errors.first.map { FormFields.sentence($0) } ?? problem.detail ?? problem.title))
    }
  }
}
