import Conversions
import Core
import Web

/// A source's postbacks: a card below the source's form, and a form for each.
struct SourcePostbackPages: Sendable {
  let api: SourcePostbacksAPI
  let layout: Layout

  func register(in table: inout TrackerTable) {
    table.page("/sources/{id}/postbacks/new", .write(.sources), "Form for another postback of a source") { call in
      let source = try await api.sources.find(call.id(), call.place.scope)
      let blank: JSONObject = ["method": "GET", "statuses": ["sale"], "active": true]
      return form(FormFields(blank, icons: layout.icons), of: source, nil, call, status: 200)
    }
    table.action("/sources/{id}/postbacks", .write(.sources), "Add: source postback") { try await create($0) }
    table.page("/source-postbacks/{id}", .read(.sources), "Editor: source postback") { call in
      let (postback, source) = try await find(call)
      return form(SourcePostbackForm.fields(postback, layout.icons), of: source, postback, call, status: 200)
    }
    table.action("/source-postbacks/{id}", .write(.sources), "Change: source postback") { try await update($0) }
    table.action("/source-postbacks/{id}/delete", .write(.sources), "Delete: source postback") { call in
      let postback = try await api.delete(by: call)
      return .redirect(to: "/admin/sources/\(postback.sourceID)", flash: Flash(.success, "The postback was deleted."))
    }
  }

  private func find(_ call: TrackerCall) async throws -> (SourcePostback, TrafficSource) {
    let postback = try await api.find(call.id(), call.place.scope)
    return (postback, try await api.sources.find(postback.sourceID, call.place.scope))
  }

  /// For the source's own page.
  static func card(
    _ source: TrafficSource, _ postbacks: [SourcePostback], _ icons: IconSet, _ call: TrackerCall
  ) -> HTML {
    let add: HTML = """
      <a class="btn btn-sm" href="/admin/sources/\(source.id)/postbacks/new">\(icons(.add))Add postback</a>
      """
    let log: HTML = "<a class=\"btn btn-sm\" href=\"/admin/deliveries?source_id=\(source.id)\">Outgoing postbacks</a>"
    let actions: HTML = log + (call.session.allows(.write(.sources)) ? add : .empty)
    let rows = postbacks.map(row)
    let content =
      rows.isEmpty
      ? Parts.empty(
        icons(.sources), "This source is told nothing",
        "Give it a postback URL, and it hears of every conversion of its clicks.")
      : Parts.bareTable(["Postback", "Tells of", "Success", "State"], rows, caption: "Postbacks to this source")
    return Parts.flushCard("Postbacks to this source", content, actions: actions)
  }

  private static func row(_ postback: SourcePostback) -> HTML {
    let draft = postback.draft
    let name = draft.name.isEmpty ? Delivery.Message.host(of: draft.url) : draft.name
    let state =
      !postback.placeholders.isEmpty
      ? Parts.badge("Put your \(postback.placeholders.joined(separator: ", ")) in", .warn)
      : Parts.status(draft.isActive ? "active" : "paused")
    let statuses = draft.statuses.map(\.rawValue).joined(separator: ", ")
    let types = draft.types.isEmpty ? "" : " of type \(draft.types.joined(separator: ", "))"
    return """
      <tr><th scope="row"><a href="/admin/source-postbacks/\(postback.id)">\(name)</a>\
      <span class="ty-sub ty-truncate">\(draft.url)</span></th><td>\(statuses)\(types)</td>\
      <td>\(SourcePostbackForm.words(draft.success))</td><td>\(state)</td></tr>
      """
  }

  private func form(
    _ fields: FormFields, of source: TrafficSource, _ postback: SourcePostback?, _ call: TrackerCall, status: Int
  ) -> Reply {
    let action = postback.map { "/admin/source-postbacks/\($0.id)" } ?? "/admin/sources/\(source.id)/postbacks"
    let isOpen = call.session.allows(.write(.sources))
    let delete: HTML = """
      <button class="btn ty-danger" formaction="\(href: "\(action)/delete")" formnovalidate \
      data-confirm="Delete this postback? What waits to be sent is cancelled." data-confirm-yes="Delete">\
      \(layout.icons(.delete))Delete</button>
      """
    let buttons: HTML = """
      <div class="card-footer ty-buttons"><button class="btn btn-primary">\
      \(postback == nil ? "Add postback" : "Save changes")</button>\(if: postback != nil, delete)\
      <a class="btn" href="/admin/sources/\(source.id)">Cancel</a></div>
      """
    return layout.page(
      Layout.Frame(
        title: postback == nil ? "New postback to \(source.draft.name)" : "Postback to \(source.draft.name)",
        current: "/admin/sources",
        crumbs: [("Traffic Sources", "/admin/sources"), (source.draft.name, "/admin/sources/\(source.id)")]), call,
      status: status,
      """
      <form class="card ty-form" method="post" action="\(href: action)" novalidate>\(call.csrfField)\
      <div class="card-body">\(fields.summary)<fieldset\(attribute: "disabled", when: !isOpen)>\
      \(SourcePostbackForm(fields: fields, icons: layout.icons).html(postback))</fieldset></div>\(if: isOpen, buttons)</form>
      """)
  }

  private func create(_ call: TrackerCall) async throws -> Reply {
    let values = SourcePostbackForm.body(of: call.form)
    do {
      let postback = try await api.create(.object(values), by: call)
      return .redirect(to: "/admin/sources/\(postback.sourceID)", flash: Flash(.success, "The postback was added."))
    } catch let problem as Problem where problem.isAboutTheForm {
      let source = try await api.sources.find(call.id(), call.place.scope)
      return form(
        SourcePostbackForm.fields(values, problem, layout.icons), of: source, nil, call, status: problem.status)
    }
  }

  private func update(_ call: TrackerCall) async throws -> Reply {
    let values = SourcePostbackForm.body(of: call.form)
    do {
      let postback = try await api.update(.object(values), by: call)
      return .redirect(to: "/admin/sources/\(postback.sourceID)", flash: Flash(.success, "The postback was saved."))
    } catch let problem as Problem where problem.isAboutTheForm {
      let (postback, source) = try await find(call)
      let fields = SourcePostbackForm.fields(values, problem, layout.icons)
      return form(fields, of: source, postback, call, status: problem.status)
    }
  }
}
