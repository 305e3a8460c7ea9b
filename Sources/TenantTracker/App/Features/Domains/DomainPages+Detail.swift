import Core
import Security
import Web

extension DomainPages {
  /// A domain's state and settings, and beside them the records to set.
  func page(of domain: Domain, _ fields: FormFields, _ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let times = LocalTimes(try await settings.all(of: scope))
    let delete: HTML = """
      <form method="post" action="/admin/domains/\(domain.id)/delete">\(call.csrfField)<button class="btn ty-danger" \
      data-confirm="Delete \(domain.draft.host)? Links at it stop working." data-confirm-yes="Delete">\
      \(layout.icons(.delete))Delete</button></form>
      """
    let form = try await settingsForm(domain, fields, call)
    return layout.page(
      Layout.Frame(
        title: domain.draft.host, current: Self.path, crumbs: [("Domains", Self.path)],
        actions: mayWrite(call) ? verifyButton(domain, call, isMain: true) + delete : .empty), call,
      status: fields.problem?.status ?? 200,
      """
      <div class="ty-columns"><div>\(state(domain, times))\(form)</div>\
      <div>\(records(domain))\(certificate(domain, times))</div></div>
      """)
  }

  private func state(_ domain: Domain, _ times: LocalTimes) -> HTML {
    let servers = domain.findings?.nameServers ?? []
    return Parts.card(
      "Domain",
      Parts.facts([
        ("Status", domain.chip), ("Problem", Parts.text(domain.problem)), ("Checked", times(domain.checkedAt)),
        ("DNS provider", Parts.text(domain.findings?.provider)),
        ("Name servers", Parts.text(servers.joined(separator: ", "))), ("Added", times(domain.createdAt)),
      ]))
  }

  // The records to set

  private func records(_ domain: Domain) -> HTML {
    guard let target = verification.publicHost else {
      return Parts.note(
        .warning,
        "<p>PUBLIC_URL is not set, so this tracker does not know its own address. Set it and start again.</p>",
        layout.icons)
    }
    let checks = domain.findings?.checks ?? []
    let provider: HTML = domain.findings?.provider.map { "At \($0), add" } ?? "At the provider of its DNS, add"
    return Parts.card(
      "What to set in DNS",
      """
      <p>\(provider) these two records for <strong>\(domain.draft.host)</strong>, then check. DNS changes may take some \
      minutes, seldom hours.</p>
      \(record(
        "TXT", "It shows that the domain is yours.", domain.verification.name, domain.verification.value, "txt",
        checks.first { $0.record == "TXT" }))
      \(record(
        IPAddress(target) == nil ? "CNAME" : "A", "It leads visitors here.", domain.draft.host, target, "target",
        checks.first { $0.record != "TXT" }))
      """)
  }

  private func record(
    _ type: String, _ purpose: String, _ name: String, _ value: String, _ id: String, _ check: DomainFindings.Check?
  ) -> HTML {
    let verdict: HTML =
      check.map { $0.problem == nil ? Parts.badge("Found", .good) : Parts.badge("Not right yet", .bad) } ?? .empty
    let problem: HTML = check?.problem.map { "<p class=\"ty-fault\">\($0)</p>" } ?? .empty
    return """
      <h3 class="ty-record">\(type) \(verdict)</h3><p>\(purpose)</p>
      \(Parts.copyable("Name", name, id: "dns-\(id)-name", layout.icons))
      \(Parts.copyable("Value", value, id: "dns-\(id)", layout.icons))\(problem)
      """
  }

  private func certificate(_ domain: Domain, _ times: LocalTimes) -> HTML {
    guard let certificate = domain.findings?.certificate else { return .empty }
    let shown = certificate.shown
    return Parts.card(
      "Certificate",
      Parts.facts([
        ("Status", domain.certificateChip), ("Problem", Parts.text(certificate.problem)),
        ("Issuer", Parts.text(shown?.issuer)), ("For", Parts.text(shown?.names.joined(separator: ", "))),
        ("Valid from", times(shown?.notBefore)), ("Valid until", times(shown?.notAfter)),
      ]))
  }

  // What it answers

  private func settingsForm(_ domain: Domain, _ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    let isOpen = mayWrite(call)
    let groups = try await api.store.groups(of: call.place.scope)
    let campaigns =
      call.session.allows(.read(.campaigns))
      ? try await names.live(.campaigns, of: call.place.scope).choices
      : domain.draft.root.campaignID.map { [.init("\($0)", "Campaign \($0)")] } ?? []
    let buttons: HTML =
      "<div class=\"card-footer ty-buttons\"><button class=\"btn btn-primary\">Save changes</button></div>"
    return """
      <form class="card ty-form" method="post" action="/admin/domains/\(domain.id)" novalidate>\(call.csrfField)\
      <div class="card-header"><h2 class="card-title">What it answers</h2></div><div class="card-body">\(fields.summary)\
      <fieldset\(attribute: "disabled", when: !isOpen)>
      \(fields.group(groups))
      \(fields.select(
        "root", "Bare host", Self.roots, hint: "What visitors of \(domain.draft.host) without a path get.",
        reveals: true))
      \(FormFields.shown(
        for: "root", "campaign",
        content: fields.select("root_campaign_id", "Campaign", campaigns, none: "Choose a campaign")))
      \(FormFields.shown(
        for: "root", "redirect",
        content: fields.input("root_url", "Redirect to", .url, placeholder: "https://www.example.com/")))
      \(fields.select("robots", "robots.txt", Self.robots, hint: "What search engines may read here.", reveals: true))
      \(FormFields.shown(
        for: "robots", "custom",
        content: fields.area(
          "robots_text", "Text of robots.txt", rows: 6, isCode: true, placeholder: "User-agent: *\\nDisallow: /c/")))
      </fieldset></div>\(if: isOpen, buttons)</form>
      """
  }

  private static let roots: [FormFields.Choice] = [
    .init("not_found", "Not found (404)"), .init("campaign", "A campaign"), .init("redirect", "Redirect to a URL"),
  ]

  private static let robots: [FormFields.Choice] = [
    .init("disallow", "Nothing"), .init("allow", "Everything"), .init("custom", "A text of your own"),
  ]
}
