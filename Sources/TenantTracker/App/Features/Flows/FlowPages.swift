import ClickPath
import Core
import Database
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
    table.action("/flows/{id}/move", .write(.flows), "Move a flow up or down") { try await move($0) }
    table.action("/flows/{id}/clone", .write(.flows), "Copy a flow") { try await clone($0) }
    table.action("/flows/{id}/delete", .write(.flows), "Delete: flow") { try await delete($0) }
  }

  func mayWrite(_ call: TrackerCall) -> Bool { call.session.allows(.write(.flows)) }

  // The editor

  private func add(_ call: TrackerCall) async throws -> Reply {
    let campaign = try await api.campaigns.find(call.id(), call.place.scope)
    let isFirst = try await api.store.all(ofCampaign: campaign.id, of: call.place.scope).isEmpty
    let blank: JSONObject = [
      "type": isFirst ? "default" : "regular", "weight": "100", "active": true, "binding": "none",
    ]
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
      <button class="btn" formaction="/admin/flows/\(flow.id)/clone" formnovalidate>\(layout.icons(.copy))Duplicate</button>\
      <button class="btn ty-danger" formaction="/admin/flows/\(flow.id)/delete" formnovalidate \
      data-confirm="Delete the flow \(flow.draft.name)?" data-confirm-yes="Delete">\(layout.icons(.delete))Delete</button>
      """
    let conflicts = try await api.conflicts(of: campaign, call.place.scope).filter { $0.flowIDs.contains(flow.id) }
    return try await formPage(
      flow.draft.name, campaign, fields, above: conflictNotes(conflicts), action: "/admin/flows/\(flow.id)",
      mayWrite(call) ? buttons : .empty, call, status: status)
  }

  private func formPage(
    _ title: String, _ campaign: Campaign, _ fields: FormFields, above: HTML = .empty, action: String, _ buttons: HTML,
    _ call: TrackerCall, status: Int
  ) async throws -> Reply {
    let scope = call.place.scope
    let form = FlowForm(
      fields: fields, landings: try await choices(.landings, scope), offers: try await choices(.offers, scope),
      icons: layout.icons)
    let path = "/admin/campaigns"
    return layout.page(
      Layout.Frame(
        title: title, current: path,
        crumbs: [("Campaigns", path), (campaign.draft.name, "\(path)/\(campaign.id)")]), call, status: status,
      """
      <form class="card ty-form ty-wide" method="post" action="\(href: action)" novalidate>\(call.csrfField)\
      \(if: !buttons.isEmpty, Self.enterKey)\(above)<div class="card-body">\(fields.summary)<fieldset\(attribute: "disabled", when: !mayWrite(call))>\(form.html)\
      </fieldset></div>\(if: !buttons.isEmpty, "<div class=\"card-footer ty-buttons\">\(buttons)</div>")</form>
      """)
  }

  private func choices(_ noun: NameStore.Noun, _ scope: TenantScope) async throws -> [FormFields.Choice] {
    let paused = try await api.store.paused(noun, of: scope)
    return try await names.live(noun, of: scope).map {
      FormFields.Choice("\($0.id)", paused.contains($0.id) ? "\($0.name) (paused)" : $0.name)
    }
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

  private func move(_ call: TrackerCall) async throws -> Reply {
    let direction = call.form["direction"].flatMap(FlowsAPI.Direction.init(rawValue:)) ?? .down
    let flow = try await api.move(call.id(), direction, by: call)
    return saved(flow, "\(flow.draft.name) was moved \(direction.rawValue).")
  }

  private func clone(_ call: TrackerCall) async throws -> Reply {
    let copy = try await api.clone(call.id(), by: call)
    return .redirect(
      to: "/admin/flows/\(copy.id)",
      flash: Flash(.success, "\(copy.draft.name) was added. It is paused until you resume it."))
  }

  private func delete(_ call: TrackerCall) async throws -> Reply {
    let flow = try await api.find(call.id(), call.place.scope)
    try await api.delete(flow.id, by: call)
    return .redirect(
      to: "/admin/campaigns/\(flow.campaignID)", flash: Flash(.success, "\(flow.draft.name) was deleted."))
  }

  /// Back at the flow's row: the Tab key goes on from there.
  private func saved(_ flow: Flow, _ message: String) -> Reply {
    .redirect(to: "/admin/campaigns/\(flow.campaignID)#flow-\(flow.id)", flash: Flash(.success, message))
  }
}
