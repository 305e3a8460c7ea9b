import Core
import Web

/// The pages every configured thing has: list, editor, and what their forms post to. They read and write through the
/// same functions as the API, so a rule has one home.
protocol ResourcePages: Sendable {
  associatedtype Store: ResourceStore

  var api: ResourceAPI<Store> { get }
  var layout: Layout { get }
  var words: ResourceWords { get }

  /// A list's columns and, for each item, a row.
  func columns(_ call: TrackerCall) -> [Parts.Heading]
  func rows(_ items: [Store.Item], _ call: TrackerCall) async throws -> [HTML]
  /// What a form for a new one starts with, in the shape of the API's body.
  func blank(_ call: TrackerCall) async throws -> JSONObject
  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML
  /// The API's body of a submitted form.
  func body(of form: FormBody) -> JSONObject
  /// Beside the form of one that exists: what is ready to copy, what to know.
  func aside(_ item: Store.Item, _ call: TrackerCall) async throws -> HTML
  /// Beside the list's button that adds one.
  func listActions(_ call: TrackerCall) -> HTML
  /// Below the form of one that exists: what belongs to it.
  func below(_ item: Store.Item, _ call: TrackerCall) async throws -> HTML
}

/// What people read about a kind of thing.
struct ResourceWords: Sendable {
  /// `Offers`
  var plural: String
  /// `offer`
  var noun: String
  var icon: Icon
  /// What it is for, where there is none yet.
  var purpose: String
  /// After adding one its editor says how to go on; else the list does.
  var opensAfterAdding = false
  /// Bytes of a form.
  var bodyLimit = 1 << 20
  /// What its form loads.
  var extras: [Layout.Extra] = []
}

extension ResourcePages {
  typealias Item = Store.Item

  func aside(_ item: Store.Item, _ call: TrackerCall) async throws -> HTML { .empty }
  func below(_ item: Store.Item, _ call: TrackerCall) async throws -> HTML { .empty }
  func listActions(_ call: TrackerCall) -> HTML { .empty }

  var path: String { "/admin\(Item.path)" }

  func register(in table: inout TrackerTable) {
    let (path, section, noun) = (Item.path, Item.section, words.noun)
    table.page(path, .read(section), words.plural) { try await list($0) }
    table.page("\(path)/new", .write(section), "Form for a new \(noun)") { try await add($0) }
    table.action(path, .write(section), "Add: \(noun)", bodyLimit: words.bodyLimit) { try await create($0) }
    table.page("\(path)/{id}", .read(section), "Editor: \(noun)") { try await show($0) }
    table.action("\(path)/{id}", .write(section), "Change: \(noun)", bodyLimit: words.bodyLimit) {
      try await update($0)
    }
    table.action("\(path)/{id}/delete", .write(section), "Delete: \(noun)", bodyLimit: words.bodyLimit) {
      try await delete($0)
    }
    if Store.restores { registerArchive(in: &table) }
  }

  func mayWrite(_ call: TrackerCall) -> Bool { call.session.allows(.write(Item.section)) }

  // The list

  private func list(_ call: TrackerCall) async throws -> Reply {
    let request = try call.page
    let page = try await api.store.page(request, of: call.place.scope)
    let isSelectable = Store.restores && mayWrite(call)
    let plainRows = try await rows(page.items, call)
    let rows = isSelectable ? zip(plainRows, page.items).map(selectable) : plainRows
    let columns = isSelectable ? [.selection(of: Self.bulkForm)] + columns(call) : columns(call)
    let next = page.nextCursor.map { call.address(of: path, after: $0) }
    let addButton: HTML = """
      <a class="btn btn-primary" href="\(href: path)/new">\(layout.icons(.add))Add \(words.noun)</a>
      """
    let actions: HTML =
      archiveLink + PortPages.link(from: path, layout.icons) + listActions(call) + (mayWrite(call) ? addButton : .empty)
    let isSearch = request.q != nil || request.cursor != nil
    let empty = isSearch ? nothingFound : Parts.empty(layout.icons(words.icon), noneYet, words.purpose, actions)
    let search: HTML = page.items.isEmpty && !isSearch ? .empty : searchForm(request, call)
    return layout.page(
      Layout.Frame(title: words.plural, current: path, actions: page.items.isEmpty && !isSearch ? .empty : actions),
      call,
      search + (isSelectable && !rows.isEmpty ? archiveBar(call) : .empty)
        + Parts.table(columns, rows, caption: words.plural, empty: empty, next: next))
  }

  private var noneYet: String { "No \(words.plural.lowercased()) yet" }

  private var nothingFound: HTML {
    Parts.empty(
      layout.icons(.search), "Nothing found", "No \(words.noun) has this in its name.",
      "<a class=\"btn\" href=\"\(href: path)\">Show all</a>")
  }

  /// Searches in the list as it is filtered and ordered.
  private func searchForm(_ request: PageRequest, _ call: TrackerCall) -> HTML {
    let kept = call.head.queryItems.filter { !["q", "cursor"].contains($0.name) && !$0.value.isEmpty }.map { item in
      "<input type=\"hidden\" name=\"\(item.name)\" value=\"\(item.value)\">" as HTML
    }
    return """
      <form class="ty-search" method="get" action="\(href: path)" role="search">\(kept)\(layout.icons(.search))\
      <input class="form-control" type="search" name="q" value="\(request.q)" placeholder="Search \
      \(words.plural.lowercased())" aria-label="Search \(words.plural.lowercased())"></form>
      """
  }

  // The editor

  private func add(_ call: TrackerCall) async throws -> Reply {
    try await newForm(FormFields(try await blank(call), icons: layout.icons), call, status: 200)
  }

  private func newForm(_ fields: FormFields, _ call: TrackerCall, status: Int) async throws -> Reply {
    let content = try await form(fields, call)
    let buttons: HTML = """
      <button class="btn btn-primary">Add \(words.noun)</button><a class="btn" href="\(href: path)">Cancel</a>
      """
    return layout.page(
      frame("New \(words.noun)"), call, status: status,
      card(fields, content, action: path, buttons: buttons, isOpen: true, call))
  }

  private func show(_ call: TrackerCall) async throws -> Reply {
    let item = try await api.find(call.id(), call.place.scope)
    let fields = FormFields(item.json.objectValue ?? [:], icons: layout.icons)
    return try await editor(item, fields, call, status: 200)
  }

  private func editor(_ item: Item, _ fields: FormFields, _ call: TrackerCall, status: Int) async throws -> Reply {
    let content = try await form(fields, call)
    let isOpen = mayWrite(call)
    let buttons: HTML = """
      <button class="btn btn-primary">Save changes</button>\
      <button class="btn ty-danger" formaction="\(href: "\(path)/\(item.id)/delete")" formnovalidate\
      \(removal(of: item))</button>
      """
    let main = card(
      fields, content, action: "\(path)/\(item.id)", buttons: isOpen ? buttons : .empty, isOpen: isOpen, call)
    let aside = try await aside(item, call)
    let columns: HTML =
      aside.isEmpty ? main : "<div class=\"ty-columns\"><div>\(main)</div><div>\(aside)</div></div>"
    return layout.page(frame(item.title), call, status: status, columns + (try await below(item, call)))
  }

  /// What comes back with one click needs no question.
  private func removal(of item: Item) -> HTML {
    guard !Store.restores else { return ">\(layout.icons(.archive))Archive" }
    return """
       data-confirm="Delete \(item.title)? Reports keep its name." data-confirm-yes="Delete">\
      \(layout.icons(.delete))Delete
      """
  }

  private func frame(_ title: String) -> Layout.Frame {
    Layout.Frame(title: title, current: path, crumbs: [(words.plural, path)], extras: words.extras)
  }

  private func card(
    _ fields: FormFields, _ content: HTML, action: String, buttons: HTML, isOpen: Bool, _ call: TrackerCall
  ) -> HTML {
    """
    <form class="card ty-form" method="post" action="\(href: action)" novalidate\
    \(if: words.bodyLimit > 1 << 20, " enctype=\"multipart/form-data\"")>\
    \(call.csrfField)<div class="card-body">\(fields.summary)<fieldset\(attribute: "disabled", when: !isOpen)>\
    \(content)</fieldset></div>\(if: !buttons.isEmpty, "<div class=\"card-footer ty-buttons\">\(buttons)</div>")</form>
    """
  }

  // What forms post to

  private func create(_ call: TrackerCall) async throws -> Reply {
    let values = body(of: call.form)
    do {
      let item = try await api.create(.object(values), by: call)
      let target = words.opensAfterAdding ? "\(path)/\(item.id)" : path
      return .redirect(to: target, flash: Flash(.success, "\(item.title) was added."))
    } catch let problem as Problem where problem.isAboutTheForm {
      let fields = FormFields(values, problem: problem, icons: layout.icons)
      return try await newForm(fields, call, status: problem.status)
    }
  }

  private func update(_ call: TrackerCall) async throws -> Reply {
    let id = try call.id()
    let values = body(of: call.form)
    do {
      let item = try await api.update(id, .object(values), by: call)
      return .redirect(to: "\(path)/\(id)", flash: Flash(.success, "\(item.title) was saved."))
    } catch let problem as Problem where problem.isAboutTheForm {
      let item = try await api.find(id, call.place.scope)
      var shown = item.json.objectValue ?? [:]
      for member in values.members { shown[member.key] = member.value }
      let fields = FormFields(shown, problem: problem, icons: layout.icons)
      return try await editor(item, fields, call, status: problem.status)
    }
  }

  private func delete(_ call: TrackerCall) async throws -> Reply {
    let item = try await api.find(call.id(), call.place.scope)
    do {
      try await api.delete(item.id, by: call)
      let flash =
        Store.restores
        ? Flash(.success, "\(item.title) was archived.", undo: "\(path)/\(item.id)/restore")
        : Flash(.success, "\(item.title) was deleted.")
      return .redirect(to: path, flash: flash)
    } catch let problem as Problem where problem.isAboutTheForm {
      let fields = FormFields(item.json.objectValue ?? [:], problem: problem, icons: layout.icons)
      return try await editor(item, fields, call, status: problem.status)
    }
  }
}

extension Resource {
  /// What people call it.
  var title: String { json["name"]?.stringValue ?? json["host"]?.stringValue ?? "\(Self.noun) \(id)" }
}

extension Problem {
  /// Whether the person can put it right where they are: the form comes back with what was entered.
  var isAboutTheForm: Bool { [400, 402, 409, 422].contains(status) }
}
