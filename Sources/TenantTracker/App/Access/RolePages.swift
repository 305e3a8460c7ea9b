import Core
import Web

/// Roles: the documented ones to read, custom ones to make.
struct RolePages: Sendable {
  let api: UsersAPI
  let layout: Layout

  static let path = "/admin/roles"
  private static let crumbs = [(title: "Users & Roles", path: UserPages.path), (title: "Roles", path: path)]

  func register(in table: inout TrackerTable) {
    table.page("/roles", .read(.users), "Roles") { try await list($0) }
    table.page("/roles/new", .write(.users), "Form for a new role") { call in
      newForm(FormFields([:], icons: layout.icons), call)
    }
    table.action("/roles", .write(.users), "Add: role") { try await create($0) }
    table.page("/roles/{id}", .read(.users), "Editor: role") { call in
      let role = try await api.findRole(call.id(), call.place.scope)
      return editor(role, FormFields(role.json.objectValue ?? [:], icons: layout.icons), call)
    }
    table.action("/roles/{id}", .write(.users), "Change: role") { try await update($0) }
    table.action("/roles/{id}/delete", .write(.users), "Delete: role") { try await delete($0) }
  }

  private func mayWrite(_ call: TrackerCall) -> Bool { call.session.allows(.write(.users)) }

  private func list(_ call: TrackerCall) async throws -> Reply {
    let custom = try await api.roles.all(of: call.place.scope)
    let documented = Role.allCases.compactMap { role in
      role.permissions.map { row(.escaped(role.rawValue.capitalizedFirst), $0, users: nil) }
    }
    let rows = custom.map { role in
      row("<a href=\"\(Self.path)/\(role.id)\">\(role.name)</a>", role.permissions, users: role.users)
    }
    let add: HTML = "<a class=\"btn btn-primary\" href=\"\(Self.path)/new\">\(layout.icons(.add))Add role</a>"
    return layout.page(
      Layout.Frame(
        title: "Roles", current: UserPages.path, crumbs: [("Users & Roles", UserPages.path)],
        actions: mayWrite(call) ? add : .empty), call,
      Parts.table(
        ["Role"] + Section.allCases.map { Parts.Heading($0.rawValue.capitalizedFirst) } + [.number("People")],
        documented + rows, caption: "Roles and what they may do", empty: .empty))
  }

  private func row(_ name: HTML, _ permissions: Permissions, users: Int?) -> HTML {
    let cells = Section.allCases.map { section -> HTML in
      let word = permissions[section].map { $0.rawValue.capitalizedFirst }
      return "<td>\(Parts.text(word))</td>"
    }
    return
      "<tr><th scope=\"row\">\(name)</th>\(cells)<td class=\"num\">\(users.map { Figures.count($0) } ?? "")</td></tr>"
  }

  private func newForm(_ fields: FormFields, _ call: TrackerCall) -> Reply {
    formPage(
      "New role", fields, action: Self.path,
      buttons: "<button class=\"btn btn-primary\">Add role</button><a class=\"btn\" href=\"\(Self.path)\">Cancel</a>",
      call)
  }

  private func editor(_ role: RoleStore.CustomRole, _ fields: FormFields, _ call: TrackerCall) -> Reply {
    let buttons: HTML = """
      <button class="btn btn-primary">Save changes</button>\
      <button class="btn ty-danger" formaction="\(Self.path)/\(role.id)/delete" formnovalidate \
      data-confirm="Delete the role \(role.name)?" data-confirm-yes="Delete">Delete</button>
      """
    return formPage(
      role.name, fields, action: "\(Self.path)/\(role.id)", buttons: mayWrite(call) ? buttons : .empty, call)
  }

  private func formPage(
    _ title: String, _ fields: FormFields, action: String, buttons: HTML, _ call: TrackerCall
  ) -> Reply {
    layout.page(
      Layout.Frame(title: title, current: UserPages.path, crumbs: Self.crumbs), call,
      status: fields.problem?.status ?? 200,
      """
      <form class="card ty-form" method="post" action="\(href: action)" novalidate>\(call.csrfField)\
      <div class="card-body">\(fields.summary)<fieldset\(attribute: "disabled", when: !mayWrite(call))>\
      \(fields.input("name", "Name", required: true))\(PermissionMatrix(fields: fields).html)</fieldset></div>\
      \(if: !buttons.isEmpty, "<div class=\"card-footer ty-buttons\">\(buttons)</div>")</form>
      """)
  }

  private func body(of form: FormBody) -> JSONObject {
    var body = form.body(texts: ["name"])
    body["permissions"] = PermissionMatrix.permissions(of: form)
    return body
  }

  private func create(_ call: TrackerCall) async throws -> Reply {
    let values = body(of: call.form)
    do {
      let role = try await api.createRole(.object(values), by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "The role \(role.name) was added."))
    } catch let problem as Problem where problem.isAboutTheForm {
      return newForm(FormFields(values, problem: problem, icons: layout.icons), call)
    }
  }

  private func update(_ call: TrackerCall) async throws -> Reply {
    let id = try call.id()
    let values = body(of: call.form)
    do {
      let role = try await api.updateRole(id, .object(values), by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "The role \(role.name) was saved."))
    } catch let problem as Problem where problem.isAboutTheForm {
      let role = try await api.findRole(id, call.place.scope)
      return editor(role, FormFields(values, problem: problem, icons: layout.icons), call)
    }
  }

  private func delete(_ call: TrackerCall) async throws -> Reply {
    let role = try await api.findRole(call.id(), call.place.scope)
    do {
      try await api.deleteRole(role.id, by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "The role \(role.name) was deleted."))
    } catch let problem as Problem where problem.isAboutTheForm {
      return editor(role, FormFields(role.json.objectValue ?? [:], problem: problem, icons: layout.icons), call)
    }
  }
}
