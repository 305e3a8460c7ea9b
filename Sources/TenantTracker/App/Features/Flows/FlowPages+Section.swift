import ClickPath
import Core
import Web

// A campaign's flows on its page.

extension FlowPages {
  /// The flows of a campaign, with what may not be meant about them.
  func section(of campaign: Campaign, _ call: TrackerCall) async throws -> HTML {
    let scope = call.place.scope
    let flows = try await api.store.all(ofCampaign: campaign.id, of: scope)
    let (states, hasOffer) = try await api.store.items(of: flows, campaign, of: scope)
    let conflicts = FlowConflict.find(in: flows.map(\.record), campaignHasOffer: hasOffer, items: states)
    let items = FlowItemNames(
      landings: try await names.names(.landings, Set(flows.flatMap { $0.draft.landings.map(\.id) }), of: scope),
      offers: try await names.names(.offers, Set(flows.flatMap { $0.draft.offers.map(\.id) }), of: scope),
      states: states)
    let total = flows.filter { $0.draft.isActive && $0.draft.kind == .regular }.reduce(0) { $0 + $1.draft.weight }
    let rows = flows.enumerated().map { index, flow in
      row(flow, isFirst: index == 0, isLast: index == flows.count - 1, regularTotal: total, items, call)
    }
    let simulate: HTML = """
      <a class="btn" href="/admin/campaigns/\(campaign.id)/simulate">\(layout.icons(.resume))Simulate</a>
      """
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
      "Flows", (rows.isEmpty ? .empty : conflictNotes(conflicts)) + table,
      actions: rows.isEmpty ? simulate : simulate + (mayWrite(call) ? add : .empty))
  }

  func conflictNotes(_ conflicts: [FlowConflict]) -> HTML {
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
    return "<div class=\"card-body ty-notes\" role=\"status\" aria-label=\"Conflicts\">\(notes)</div>"
  }

  private func row(
    _ flow: Flow, isFirst: Bool, isLast: Bool, regularTotal: Int64, _ items: FlowItemNames, _ call: TrackerCall
  ) -> HTML {
    let draft = flow.draft
    let words = draft.filters.isEmpty ? "Everybody" : draft.filters.map(FilterWords.text).joined(separator: ", and ")
    let share = draft.kind == .regular ? "weight \(draft.weight)" : nil
    let percent =
      draft.kind == .regular && draft.isActive
      ? Shares.text(draft.weight, of: regularTotal).map { " (\($0) of regular traffic)" } : nil
    let binding = draft.binding == .none ? nil : FilterWords.title(of: draft.binding)
    return """
      <tr id="flow-\(flow.id)"><th scope="row"><a href="/admin/flows/\(flow.id)">\(draft.name)</a>\
      <div class="ty-sub">\(FilterWords.title(of: draft.kind))\(share.map { ", \($0)" })\(percent)</div>\
      \(binding.map { "<div class=\"ty-sub\">\($0)</div>" as HTML })</th>\
      <td>\(draft.kind == .default ? "Whom no other flow takes" : words)</td>\
      <td>\(itemList(draft.landings, items.landings, paused: items.states.pausedLandings, none: "None: straight to the offer"))</td>\
      <td>\(itemList(draft.offers, items.offers, paused: items.states.pausedOffers, none: "The campaign's default offer"))</td>\
      <td>\(Parts.status(draft.isActive ? "active" : "paused"))</td>\
      <td class="ty-end">\(if: mayWrite(call), buttons(flow, isFirst: isFirst, isLast: isLast, call))</td></tr>
      """
  }

  private func buttons(_ flow: Flow, isFirst: Bool, isLast: Bool, _ call: TrackerCall) -> HTML {
    let isActive = flow.draft.isActive
    return """
      <div class="ty-row-actions">\(move(flow, .up, layout.icons(.up), isOff: isFirst, call))\
      \(move(flow, .down, layout.icons(.down), isOff: isLast, call))\
      <form method="post" action="/admin/flows/\(flow.id)/clone">\(call.csrfField)<button class="btn btn-icon btn-sm" \
      aria-label="Duplicate \(flow.draft.name)" title="Duplicate">\(layout.icons(.copy))</button></form>\
      <form method="post" action="/admin/flows/\(flow.id)/active">\(call.csrfField)\
      <input type="hidden" name="active" value="\(isActive ? "false" : "true")"><button class="btn btn-sm">\
      \(layout.icons(isActive ? .pause : .resume))\(isActive ? "Pause" : "Resume")\
      <span class="visually-hidden"> \(flow.draft.name)</span></button></form></div>
      """
  }

  private func move(
    _ flow: Flow, _ direction: FlowsAPI.Direction, _ icon: HTML, isOff: Bool, _ call: TrackerCall
  ) -> HTML {
    """
    <form method="post" action="/admin/flows/\(flow.id)/move">\(call.csrfField)\
    <input type="hidden" name="direction" value="\(direction.rawValue)"><button class="btn btn-icon btn-sm" \
    aria-label="Move \(flow.draft.name) \(direction.rawValue)" title="Move \(direction.rawValue)"\
    \(attribute: "disabled", when: isOff)>\(icon)</button></form>
    """
  }

  /// Shares are of what runs: what is paused is never drawn.
  private func itemList(
    _ items: [WeightedID], _ names: [Int64: String], paused: Set<Int64>, none: String
  ) -> HTML {
    guard !items.isEmpty else { return "<span class=\"text-secondary\">\(none)</span>" }
    let total = items.reduce(0) { $0 + (paused.contains($1.id) ? 0 : Int64($1.weight)) }
    let lines = items.map { item -> HTML in
      if paused.contains(item.id) { return "<li>\(names[item.id] ?? "#\(item.id)") \(Parts.status("paused"))</li>" }
      let share = items.count == 1 ? nil : Shares.text(Int64(item.weight), of: total)
      return
        "<li>\(names[item.id] ?? "#\(item.id)")\(share.map { " <span class=\"ty-share\">\($0)</span>" as HTML })</li>"
    }
    return "<ul class=\"ty-plain\">\(lines)</ul>"
  }
}

/// The names of what a campaign's flows lead to.
struct FlowItemNames: Sendable {
  var landings: [Int64: String]
  var offers: [Int64: String]
  /// Which of them are paused.
  var states = FlowItemStates()
}
