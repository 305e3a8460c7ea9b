import ClickPath
import Core
import Web

/// A campaign's flows on its page, and the editor of each.
struct FlowPages: Sendable {
  let api: FlowsAPI
  let names: NameStore
  let layout: Layout

  func register(in table: inout TrackerTable) {
    table.page("/campaigns/{id}/flows/new", .write(.flows), "Form for a new flow") { try await add($0) }
    table.action("/campaigns/{id}/flows", .write(.flows), "Add: flow") { try await create($0) }
    table.page("/flows/{id}", .read(.flows), "Editor: flow") { try await show($0) }
    table.action("/flows/{id}", .write(.flows), "Change: flow") { try await update($0) }
    table.action("/flows/{id}/active", .write(.flows), "Pause or resume a flow") { try await setActive($0) }
    table.action("/flows/{id}/delete", .write(.flows), "Delete: flow") { try await delete($0) }
  }

  private func mayWrite(_ call: TrackerCall) -> Bool { call.session.allows(.write(.flows)) }

  // On the campaign's page

  /// The flows of a campaign, with what may not be meant about them.
  func section(of campaign: Campaign, _ call: TrackerCall) async throws -> HTML {
    let scope = call.place.scope
    let flows = try await api.store.all(ofCampaign: campaign.id, of: scope)
    let conflicts = FlowConflict.find(in: flows.map(\.record), campaignHasOffer: campaign.draft.offerID != nil)
    let items = FlowItemNames(
      landings: try await names.names(.landings, Set(flows.flatMap { $0.draft.landings.map(\.id) }), of: scope),
      offers: try await names.names(.offers, Set(flows.flatMap { $0.draft.offers.map(\.id) }), of: scope))
    let total = flows.filter { $0.draft.isActive && $0.draft.kind == .regular }.reduce(0) { $0 + $1.draft.weight }
    let rows = flows.map { row($0, regularTotal: total, items, call) }
    let add: HTML = """
      <a class="btn btn-primary" href="/admin/campaigns/\(campaign.id)/flows/new">\(layout.icons(.add))Add flow</a>
      """
    let table =
      rows.isEmpty
      ? Parts.empty(
        layout.icons(.flows), "No flows yet",
        campaign.draft.offerID == nil
          ? "Visitors get a 404 until there is a flow or a default offer."
          : "Every visitor goes to the default offer. Flows send some of them elsewhere.",
        mayWrite(call) ? add : .empty)
      : Parts.bareTable(
        ["Flow", "For whom", "Landing pages", "Offers", "Status", .actions], rows, caption: "Flows")
    return Parts.flushCard(
      "Flows", conflictNotes(conflicts) + table, actions: mayWrite(call) && !rows.isEmpty ? add : .empty)
  }

  private func conflictNotes(_ conflicts: [FlowConflict]) -> HTML {
    guard !conflicts.isEmpty else { return .empty }
    let notes = conflicts.map { conflict -> HTML in
      let kind: Parts.NoteKind =
        switch conflict.severity {
        case .error: .error
        case .warning: .warning
        case .info: .info
        }
      return Parts.note(kind, "<p>\(conflict.message)</p>", layout.icons)
    }
    return "<div class=\"card-body ty-notes\">\(notes)</div>"
  }

  private func row(_ flow: Flow, regularTotal: Int64, _ items: FlowItemNames, _ call: TrackerCall) -> HTML {
    let draft = flow.draft
    let words = draft.filters.isEmpty ? "Everybody" : draft.filters.map(FilterWords.text).joined(separator: ", and ")
    let share = draft.kind == .regular ? "weight \(draft.weight)" : nil
    let percent =
      draft.kind == .regular && draft.isActive
      ? Shares.text(draft.weight, of: regularTotal).map { " (\($0) of regular traffic)" } : nil
    let toggle: HTML = """
      <form method="post" action="/admin/flows/\(flow.id)/active">\(call.csrfField)\
      <input type="hidden" name="active" value="\(draft.isActive ? "false" : "true")"><button class="btn btn-sm">\
      \(layout.icons(draft.isActive ? .pause : .resume))\(draft.isActive ? "Pause" : "Resume")\
      <span class="visually-hidden"> \(draft.name)</span></button></form>
      """
    return """
      <tr><th scope="row"><a href="/admin/flows/\(flow.id)">\(draft.name)</a>\
      <div class="ty-sub">\(FilterWords.title(of: draft.kind))\(share.map { ", \($0)" })\(percent)</div></th>\
      <td>\(draft.kind == .default ? "Whom no other flow takes" : words)</td>\
      <td>\(itemList(draft.landings, items.landings, none: "None: straight to the offer"))</td>\
      <td>\(itemList(draft.offers, items.offers, none: "The campaign's default offer"))</td>\
      <td>\(Parts.status(draft.isActive ? "active" : "paused"))</td>\
      <td class="ty-end">\(if: mayWrite(call), toggle)</td></tr>
      """
  }

  private func itemList(_ items: [WeightedID], _ names: [Int64: String], none: String) -> HTML {
    guard !items.isEmpty else { return "<span class=\"text-secondary\">\(none)</span>" }
    let total = items.reduce(0) { $0 + Int64($1.weight) }
    let lines = items.map { item -> HTML in
      let share = items.count == 1 ? nil : Shares.text(Int64(item.weight), of: total)
      return
        "<li>\(names[item.id] ?? "#\(item.id)")\(share.map { " <span class=\"ty-share\">\($0)</span>" as HTML })</li>"
    }
    return "<ul class=\"ty-plain\">\(lines)</ul>"
  }

  // The editor

  private func add(_ call: TrackerCall) async throws -> Reply {
    let campaign = try await api.campaigns.find(call.id(), call.place.scope)
    let isFirst = try await api.store.all(ofCampaign: campaign.id, of: call.place.scope).isEmpty
    let blank: JSONObject = ["type": isFirst ? "default" : "regular", "weight": "100", "active": true]
    return try await newForm(campaign, FormFields(blank, icons: layout.icons), call, status: 200)
  }

  private func newForm(_ campaign: Campaign, _ fields: FormFields, _ call: TrackerCall, status: Int) async throws
    -> Reply
  {
    let buttons: HTML = """
      <button class="btn btn-primary">Add flow</button>\
      <a class="btn" href="/admin/campaigns/\(campaign.id)">Cancel</a>
      """
    return try await formPage(
      "New flow", campaign, fields, action: "/admin/campaigns/\(campaign.id)/flows", buttons, call, status: status)
  }

  private func show(_ call: TrackerCall) async throws -> Reply {
    let flow = try await api.find(call.id(), call.place.scope)
    let fields = FormFields(flow.json.objectValue ?? [:], icons: layout.icons)
    return try await editor(flow, fields, call, status: 200)
  }

  private func editor(_ flow: Flow, _ fields: FormFields, _ call: TrackerCall, status: Int) async throws -> Reply {
    let campaign = try await api.campaigns.find(flow.campaignID, call.place.scope)
    let buttons: HTML = """
      <button class="btn btn-primary">Save changes</button>\
      <button class="btn ty-danger" formaction="/admin/flows/\(flow.id)/delete" formnovalidate \
      data-confirm="Delete the flow \(flow.draft.name)?" data-confirm-yes="Delete">\(layout.icons(.delete))Delete</button>
      """
    return try await formPage(
      flow.draft.name, campaign, fields, action: "/admin/flows/\(flow.id)", mayWrite(call) ? buttons : .empty, call,
      status: status)
  }

  private func formPage(
    _ title: String, _ campaign: Campaign, _ fields: FormFields, action: String, _ buttons: HTML, _ call: TrackerCall,
    status: Int
  ) async throws -> Reply {
    let scope = call.place.scope
    let form = FlowForm(
      fields: fields, landings: try await names.live(.landings, of: scope).choices,
      offers: try await names.live(.offers, of: scope).choices, icons: layout.icons)
    let path = "/admin/campaigns"
    return layout.page(
      Layout.Frame(
        title: title, current: path,
        crumbs: [("Campaigns", path), (campaign.draft.name, "\(path)/\(campaign.id)")]), call, status: status,
      """
      <form class="card ty-form ty-wide" method="post" action="\(href: action)" novalidate>\(call.csrfField)\
      \(if: !buttons.isEmpty, Self.enterKey)<div class="card-body">\(fields.summary)<fieldset\(attribute: "disabled", when: !mayWrite(call))>\(form.html)\
      </fieldset></div>\(if: !buttons.isEmpty, "<div class=\"card-footer ty-buttons\">\(buttons)</div>")</form>
      """)
  }

  /// The Enter key presses a form's first button: that must not be Balance.
  private static let enterKey: HTML =
    "<button class=\"visually-hidden\" tabindex=\"-1\" aria-hidden=\"true\">Save</button>"

  // What forms post to

  private func create(_ call: TrackerCall) async throws -> Reply {
    let campaign = try await api.campaigns.find(call.id(), call.place.scope)
    let values = FlowForm.body(of: call.form)
    if let balanced = FlowForm.balanced(values, call.form) {
      return try await newForm(campaign, FormFields(balanced, icons: layout.icons), call, status: 200)
    }
    do {
      let flow = try await api.create(.object(values), campaign: campaign.id, by: call)
      return saved(flow, "\(flow.draft.name) was added.")
    } catch let problem as Problem where problem.isAboutTheForm {
      let fields = FormFields(values, problem: problem, icons: layout.icons)
      return try await newForm(campaign, fields, call, status: problem.status)
    }
  }

  private func update(_ call: TrackerCall) async throws -> Reply {
    let flow = try await api.find(call.id(), call.place.scope)
    let values = FlowForm.body(of: call.form)
    if let balanced = FlowForm.balanced(values, call.form) {
      return try await editor(flow, FormFields(balanced, icons: layout.icons), call, status: 200)
    }
    do {
      return saved(try await api.update(flow.id, .object(values), by: call), "\(flow.draft.name) was saved.")
    } catch let problem as Problem where problem.isAboutTheForm {
      let fields = FormFields(values, problem: problem, icons: layout.icons)
      return try await editor(flow, fields, call, status: problem.status)
    }
  }

  private func setActive(_ call: TrackerCall) async throws -> Reply {
    let isActive = call.form["active"] == "true"
    let flow = try await api.update(call.id(), ["active": .bool(isActive)], by: call)
    return saved(flow, "\(flow.draft.name) \(isActive ? "runs again" : "is paused").")
  }

  private func delete(_ call: TrackerCall) async throws -> Reply {
    let flow = try await api.find(call.id(), call.place.scope)
    try await api.delete(flow.id, by: call)
    return saved(flow, "\(flow.draft.name) was deleted.")
  }

  private func saved(_ flow: Flow, _ message: String) -> Reply {
    .redirect(to: "/admin/campaigns/\(flow.campaignID)", flash: Flash(.success, message))
  }
}

/// The names of what a campaign's flows lead to.
struct FlowItemNames: Sendable {
  var landings: [Int64: String]
  var offers: [Int64: String]
}
