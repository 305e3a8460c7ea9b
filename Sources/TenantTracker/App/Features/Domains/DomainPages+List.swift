import Core
import Web

extension DomainPages {
  /// All domains under the headings of their groups.
  func list(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let request = try call.page
    let chosen = request.filters["group_name"].flatMap { $0.isEmpty ? nil : $0 }
    let domains = try await api.store.grouped(matching: request.pattern, group: chosen, of: scope)
    let groups = try await api.store.groups(of: scope)
    let isFiltered = request.q != nil || chosen != nil
    let times = LocalTimes(try await settings.all(of: scope))
    let add: HTML = "<a class=\"btn btn-primary\" href=\"/admin/domains/new\">\(layout.icons(.add))Add domain</a>"
    let actions: HTML = mayWrite(call) ? add : .empty
    let isBlank = domains.isEmpty && !isFiltered
    return layout.page(
      Layout.Frame(title: "Domains", current: Self.path, actions: isBlank ? .empty : actions), call,
      """
      \(if: !isBlank, filterForm(request.q, chosen, groups))
      \(if: domains.count == DomainStore.listLimit, listIsCut)
      \(Parts.table(
        ["Host", "Status", "DNS provider", "Certificate", "Bare host", "Checked", .actions],
        rows(domains, hasGroups: !groups.isEmpty, times, call), caption: "Domains",
        empty: isFiltered ? nothingFound : nothingYet(actions)))
      """)
  }

  private func filterForm(_ text: String?, _ chosen: String?, _ groups: [String]) -> HTML {
    let options = FormFields.options(groups.map { .init($0, $0) }, current: chosen ?? "", none: "All groups")
    let group: HTML = """
      <div><select class="form-select" name="group_name" aria-label="Group">\(options)</select></div>
      """
    return """
      <form class="ty-toolbar" method="get" action="/admin/domains" role="search"><div class="ty-filters">
      <div><input class="form-control" type="search" name="q" value="\(text)" placeholder="Search domains" \
      aria-label="Search domains"></div>\(if: !groups.isEmpty, group)
      <button class="btn">\(layout.icons(.search))Show</button></div></form>
      """
  }

  private var listIsCut: HTML {
    Parts.note(
      .info, "<p>These are the first \(DomainStore.listLimit). Search, or choose a group, to see the others.</p>",
      layout.icons)
  }

  private var nothingFound: HTML {
    Parts.empty(
      layout.icons(.search), "Nothing found", "No domain has this in its name and is in this group.",
      "<a class=\"btn\" href=\"/admin/domains\">Show all</a>")
  }

  private func nothingYet(_ actions: HTML) -> HTML {
    Parts.empty(
      layout.icons(.domains), "No domains yet",
      "With a domain of your own, tracking links carry your name. Point it here and it answers.", actions)
  }

  private func rows(_ domains: [Domain], hasGroups: Bool, _ times: LocalTimes, _ call: TrackerCall) -> [HTML] {
    var rows: [HTML] = []
    var group: String?
    for domain in domains {
      if hasGroups, domain.draft.groupName != group {
        group = domain.draft.groupName
        let title = domain.draft.groupName.isEmpty ? "No group" : domain.draft.groupName
        rows.append("<tr class=\"ty-group-row\"><th colspan=\"7\" scope=\"colgroup\">\(title)</th></tr>")
      }
      rows.append(row(domain, times, call))
    }
    return rows
  }

  private func row(_ domain: Domain, _ times: LocalTimes, _ call: TrackerCall) -> HTML {
    """
    <tr><th scope="row"><a href="/admin/domains/\(domain.id)">\(domain.draft.host)</a></th>\
    <td>\(domain.chip)</td><td>\(Parts.text(domain.findings?.provider))</td><td>\(domain.certificateChip)</td>\
    <td>\(domain.draft.root.words)</td><td>\(times(domain.checkedAt))</td>\
    <td class="ty-end">\(if: mayWrite(call), verifyButton(domain, call))</td></tr>
    """
  }
}

extension Domain {
  /// Where it stands, in colour and in words.
  var chip: HTML {
    switch (status, problem) {
    case (.verified, .some): Parts.badge("Verified, DNS has changed", .warn)
    default: Parts.status(status.rawValue)
    }
  }

  var certificateChip: HTML {
    guard let certificate = findings?.certificate else { return Parts.dash }
    let tone: Parts.Tone =
      switch certificate.status(at: readAt) {
      case .ok: .good
      case .expiring, .selfSigned, .untrusted, .notYetValid: .warn
      case .expired, .nameMismatch: .bad
      case .none, .unchecked: .plain
      }
    return Parts.badge(certificate.words(at: readAt), tone)
  }
}

extension Domain.Root {
  var words: String {
    switch self {
    case .notFound: "404"
    case .campaign: "Campaign"
    case .redirect: "Redirect"
    }
  }
}
