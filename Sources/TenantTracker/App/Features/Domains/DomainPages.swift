import Core
import Web

struct DomainPages: Sendable {
  let api: ResourceAPI<DomainStore>
  let verification: DomainVerification
  let settings: SettingsStore
  let layout: Layout

  private static let path = "/admin/domains"

  func register(in table: inout TrackerTable) {
    table.page("/domains", .read(.domains), "Domains") { try await list($0) }
    table.page("/domains/new", .write(.domains), "Form for a new domain") { call in
      newForm(FormFields([:], icons: layout.icons), call, status: 200)
    }
    table.action("/domains", .write(.domains), "Add: domain") { try await create($0) }
    table.page("/domains/{id}", .read(.domains), "A domain and how to set it up") { try await show($0) }
    table.action("/domains/{id}/verify", .write(.domains), "Check a domain's DNS") { try await verify($0) }
    table.action("/domains/{id}/delete", .write(.domains), "Delete: domain") { try await delete($0) }
  }

  private func mayWrite(_ call: TrackerCall) -> Bool { call.session.allows(.write(.domains)) }

  private func list(_ call: TrackerCall) async throws -> Reply {
    let request = try call.page
    let page = try await api.store.page(request, of: call.place.scope)
    let times = LocalTimes(try await settings.all(of: call.place.scope))
    let rows = page.items.map { domain -> HTML in
      """
      <tr><th scope="row"><a href="/admin/domains/\(domain.id)">\(domain.draft.host)</a></th>\
      <td>\(Parts.status(domain.status.rawValue))</td><td>\(Parts.text(domain.problem))</td>\
      <td>\(times(domain.checkedAt))</td><td class="ty-end">\(if: mayWrite(call), verifyButton(domain, call))</td></tr>
      """
    }
    let add: HTML = "<a class=\"btn btn-primary\" href=\"/admin/domains/new\">\(layout.icons(.add))Add domain</a>"
    let actions: HTML = mayWrite(call) ? add : .empty
    return layout.page(
      Layout.Frame(title: "Domains", current: Self.path, actions: rows.isEmpty ? .empty : actions), call,
      Parts.table(
        ["Host", "Status", "Problem", "Checked", .actions], rows, caption: "Domains",
        empty: Parts.empty(
          layout.icons(.domains), "No domains yet",
          "With a domain of your own, tracking links carry your name. Point it here and it answers.", actions),
        next: page.nextCursor.map { PageAddress(Self.path, [("cursor", $0)]).description }))
  }

  private func verifyButton(_ domain: Domain, _ call: TrackerCall, isMain: Bool = false) -> HTML {
    """
    <form method="post" action="/admin/domains/\(domain.id)/verify">\(call.csrfField)\
    <button class="btn\(if: isMain, " btn-primary", else: " btn-sm")">\(layout.icons(.verify))Verify\
    <span class="visually-hidden"> \(domain.draft.host)</span></button></form>
    """
  }

  private func newForm(_ fields: FormFields, _ call: TrackerCall, status: Int) -> Reply {
    layout.page(
      Layout.Frame(title: "New domain", current: Self.path, crumbs: [("Domains", Self.path)]), call, status: status,
      """
      <form class="card ty-form" method="post" action="/admin/domains" novalidate>\(call.csrfField)<div class="card-body">
      \(fields.summary)\(fields.input(
        "host", "Host name", required: true, hint: "Without https:// and without a path.",
        placeholder: "track.example.com"))</div>
      <div class="card-footer ty-buttons"><button class="btn btn-primary">Add domain</button>\
      <a class="btn" href="/admin/domains">Cancel</a></div></form>
      """)
  }

  private func create(_ call: TrackerCall) async throws -> Reply {
    let values = call.form.body(texts: ["host"])
    do {
      let domain = try await api.create(.object(values), by: call)
      return .redirect(
        to: "\(Self.path)/\(domain.id)",
        flash: Flash(.info, "\(domain.draft.host) was added. Point it here, then verify it."))
    } catch let problem as Problem where problem.isAboutTheForm {
      return newForm(FormFields(values, problem: problem, icons: layout.icons), call, status: problem.status)
    }
  }

  private func show(_ call: TrackerCall) async throws -> Reply {
    let domain = try await api.find(call.id(), call.place.scope)
    return try await page(of: domain, nil, call)
  }

  private func page(of domain: Domain, _ problem: Problem?, _ call: TrackerCall) async throws -> Reply {
    let times = LocalTimes(try await settings.all(of: call.place.scope))
    let delete: HTML = """
      <form method="post" action="/admin/domains/\(domain.id)/delete">\(call.csrfField)<button class="btn ty-danger" \
      data-confirm="Delete \(domain.draft.host)? Links at it stop working." data-confirm-yes="Delete">\
      \(layout.icons(.delete))Delete</button></form>
      """
    let facts = Parts.facts([
      ("Status", Parts.status(domain.status.rawValue)), ("Problem", Parts.text(domain.problem)),
      ("Checked", times(domain.checkedAt)), ("Added", times(domain.createdAt)),
    ])
    return layout.page(
      Layout.Frame(
        title: domain.draft.host, current: Self.path, crumbs: [("Domains", Self.path)],
        actions: mayWrite(call) ? verifyButton(domain, call, isMain: true) + delete : .empty), call,
      status: problem?.status ?? 200,
      """
      \(FormFields([:], problem: problem, icons: layout.icons).summary)
      <div class="ty-columns"><div>\(Parts.card("Domain", facts))</div><div>\(instructions(domain))</div></div>
      """)
  }

  private func instructions(_ domain: Domain) -> HTML {
    guard let target = verification.publicHost else {
      return Parts.note(
        .warning,
        "<p>PUBLIC_URL is not set, so this tracker does not know its own address. Set it and start again.</p>",
        layout.icons)
    }
    let isAddress = IPAddress(target) != nil
    return Parts.card(
      "What to set in DNS",
      """
      <p>At the provider of <strong>\(domain.draft.host)</strong>, add this record, then verify. DNS changes may take \
      some minutes, seldom hours.</p>
      \(Parts.facts([("Type", isAddress ? "A" : "CNAME"), ("Name", .escaped(domain.draft.host))]))
      \(Parts.copyable("Target", target, id: "dns-target", layout.icons))
      """)
  }

  private func verify(_ call: TrackerCall) async throws -> Reply {
    let domain = try await api.find(call.id(), call.place.scope)
    try await verification.verify(domain, call.place)
    let after = try await api.find(domain.id, call.place.scope)
    let flash =
      after.status == .verified
      ? Flash(.success, "\(after.draft.host) is verified and answers now.")
      : Flash(.error, after.problem ?? "\(after.draft.host) could not be verified.")
    return .redirect(to: "\(Self.path)/\(domain.id)", flash: flash)
  }

  private func delete(_ call: TrackerCall) async throws -> Reply {
    let domain = try await api.find(call.id(), call.place.scope)
    do {
      try await api.delete(domain.id, by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "\(domain.draft.host) was deleted."))
    } catch let problem as Problem where problem.isAboutTheForm {
      return try await page(of: domain, problem, call)
    }
  }
}
