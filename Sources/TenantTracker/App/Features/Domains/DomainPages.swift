import Core
import Web

struct DomainPages: Sendable {
  let api: ResourceAPI<DomainStore>
  let verification: DomainVerification
  let settings: SettingsStore
  let names: NameStore
  let layout: Layout

  static let path = "/admin/domains"

  func register(in table: inout TrackerTable) {
    table.page("/domains", .read(.domains), "Domains") { try await list($0) }
    table.page("/domains/new", .write(.domains), "Form for a new domain") { call in
      try await newForm(FormFields([:], icons: layout.icons), call, status: 200)
    }
    table.action("/domains", .write(.domains), "Add: domain") { try await create($0) }
    table.page("/domains/{id}", .read(.domains), "A domain and how to set it up") { try await show($0) }
    table.action("/domains/{id}", .write(.domains), "Change: domain") { try await update($0) }
    table.action("/domains/{id}/verify", .write(.domains), "Check a domain's DNS and certificate") {
      try await verify($0)
    }
    table.action("/domains/{id}/delete", .write(.domains), "Delete: domain") { try await delete($0) }
  }

  func mayWrite(_ call: TrackerCall) -> Bool { call.session.allows(.write(.domains)) }

  func verifyButton(_ domain: Domain, _ call: TrackerCall, isMain: Bool = false) -> HTML {
    """
    <form method="post" action="/admin/domains/\(domain.id)/verify">\(call.csrfField)\
    <button class="btn\(if: isMain, " btn-primary", else: " btn-sm")">\(layout.icons(.verify))Check now\
    <span class="visually-hidden"> \(domain.draft.host)</span></button></form>
    """
  }

  // Adding one

  private func newForm(_ fields: FormFields, _ call: TrackerCall, status: Int) async throws -> Reply {
    let groups = try await api.store.groups(of: call.place.scope)
    return layout.page(
      Layout.Frame(title: "New domain", current: Self.path, crumbs: [("Domains", Self.path)]), call, status: status,
      """
      <form class="card ty-form" method="post" action="/admin/domains" novalidate>\(call.csrfField)<div class="card-body">
      \(fields.summary)\(fields.input(
        "host", "Host name", required: true, hint: "Without https:// and without a path.",
        placeholder: "track.example.com"))
      \(fields.group(groups))</div>
      <div class="card-footer ty-buttons"><button class="btn btn-primary">Add domain</button>\
      <a class="btn" href="/admin/domains">Cancel</a></div></form>
      """)
  }

  private func create(_ call: TrackerCall) async throws -> Reply {
    let values = call.form.body(texts: ["host", "group_name"])
    do {
      let domain = try await api.create(.object(values), by: call)
      return .redirect(
        to: "\(Self.path)/\(domain.id)",
        flash: Flash(.info, "\(domain.draft.host) was added. Set its DNS records, then check it."))
    } catch let problem as Problem where problem.isAboutTheForm {
      let fields = FormFields(values, problem: problem, icons: layout.icons)
      return try await newForm(fields, call, status: problem.status)
    }
  }

  // One domain

  private func show(_ call: TrackerCall) async throws -> Reply {
    let domain = try await api.find(call.id(), call.place.scope)
    return try await page(of: domain, FormFields(domain.json.objectValue ?? [:], icons: layout.icons), call)
  }

  private func update(_ call: TrackerCall) async throws -> Reply {
    let id = try call.id()
    let values = call.form.body(
      texts: ["group_name", "root", "root_url", "robots", "robots_text"], numbers: ["root_campaign_id"])
    do {
      let domain = try await api.update(id, .object(values), by: call)
      return .redirect(to: "\(Self.path)/\(id)", flash: Flash(.success, "\(domain.draft.host) was saved."))
    } catch let problem as Problem where problem.isAboutTheForm {
      let domain = try await api.find(id, call.place.scope)
      var shown = domain.json.objectValue ?? [:]
      for member in values.members { shown[member.key] = member.value }
      return try await page(of: domain, FormFields(shown, problem: problem, icons: layout.icons), call)
    }
  }

  private func verify(_ call: TrackerCall) async throws -> Reply {
    let domain = try await api.find(call.id(), call.place.scope)
    try await verification.verify(domain, call.place.tenant, call.place.scope)
    let after = try await api.find(domain.id, call.place.scope)
    let host = after.draft.host
    let flash =
      switch (after.status, after.problem) {
      case (.verified, nil): Flash(.success, "\(host) is verified and answers.")
      case (.verified, let problem?): Flash(.error, "\(host) still answers, but: \(problem)")
      case (_, let problem): Flash(.error, problem ?? "\(host) could not be verified.")
      }
    return .redirect(to: "\(Self.path)/\(domain.id)", flash: flash)
  }

  private func delete(_ call: TrackerCall) async throws -> Reply {
    let domain = try await api.find(call.id(), call.place.scope)
    do {
      try await api.delete(domain.id, by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "\(domain.draft.host) was deleted."))
    } catch let problem as Problem where problem.isAboutTheForm {
      let fields = FormFields(domain.json.objectValue ?? [:], problem: problem, icons: layout.icons)
      return try await page(of: domain, fields, call)
    }
  }
}

extension FormFields {
  /// A group's name; those in use are offered.
  func group(_ groups: [String]) -> HTML {
    let options = groups.map { "<option value=\"\($0)\"></option>" as HTML }
    return input(
      "group_name", "Group", hint: "Domains of a group stand together in the list.", placeholder: "Push campaigns",
      extra: " maxlength=\"60\" list=\"domain-groups\"") + "<datalist id=\"domain-groups\">\(options)</datalist>"
  }
}
