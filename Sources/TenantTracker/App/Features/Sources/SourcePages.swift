import Core
import Web

struct SourcePages: ResourcePages {
  let api: ResourceAPI<TrafficSourceStore>
  let more: SourcesAPI
  let campaigns: ResourceAPI<CampaignStore>
  let names: NameStore
  let settings: SettingsStore
  let layout: Layout
  let site: SiteAddress

  let words = ResourceWords(
    plural: "Traffic Sources", noun: "source", icon: .sources,
    purpose:
      "A traffic source is where you buy clicks. It hands its own click id and the cost over in the tracking link.",
    opensAfterAdding: true)

  func columns(_ call: TrackerCall) -> [Parts.Heading] {
    ["Name", "Platform", "Click id parameter", "Cost parameter", "Currency", "Warnings"]
  }

  func rows(_ sources: [TrafficSource], _ call: TrackerCall) async throws -> [HTML] {
    sources.map { source in
      let draft = source.draft
      let warning: HTML =
        source.warnings.isEmpty
        ? Parts.dash
        : Parts.badge("\(source.warnings.count) unreplaced macro\(source.warnings.count == 1 ? "" : "s")", .warn)
      return """
        <tr><th scope="row"><a href="/admin/sources/\(source.id)">\(draft.name)</a></th>\
        <td>\(Parts.text(SourceTemplate.named(draft.template)?.name))</td>\
        <td><code>\(draft.clickIDParameter)</code></td><td><code>\(draft.costParameter)</code></td>\
        <td>\(draft.currency?.code ?? "Campaign's")</td><td>\(warning)</td></tr>
        """
    }
  }

  /// What a new source starts with is its platform's, which the address names.
  func blank(_ call: TrackerCall) async throws -> JSONObject {
    let template = call.query("template").flatMap(SourceTemplate.named)
    let parameters = template ?? .custom
    return [
      "template": .string(parameters.id), "name": .string(template == nil ? "" : parameters.name),
      "parameters": .array(parameters.parameters.map(\.json)), "postback_url": .string(parameters.postbackURL),
    ]
  }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    SourceForm(fields: fields, icons: layout.icons).html
  }

  func body(of form: FormBody) -> JSONObject { SourceForm.body(of: form) }

  func aside(_ source: TrafficSource, _ call: TrackerCall) async throws -> HTML {
    let times = LocalTimes(try await settings.all(of: call.place.scope))
    return warnings(source, times, call) + (try await links(source, call)) + postback(source) + copy(source, call)
  }

  private func warnings(_ source: TrafficSource, _ times: LocalTimes, _ call: TrackerCall) -> HTML {
    guard !source.warnings.isEmpty else { return .empty }
    let notes = source.warnings.map { warning -> HTML in
      Parts.note(
        .warning,
        """
        <p>\(warning.message(sourceName: source.draft.name))</p>\
        <p class="ty-sub">\(Figures.count(warning.hits)) clicks, the last at \(times(warning.lastSeenAt)).</p>
        """, layout.icons)
    }
    let dismiss: HTML = """
      <form method="post" action="/admin/sources/\(source.id)/warnings">\(call.csrfField)\
      <button class="btn btn-sm">Dismiss</button></form>
      """
    return Parts.card(
      "Unreplaced macros",
      """
      <p>These clicks came with the macro's name instead of its value, so nothing was stored for it. Look at the \
      tracking link in the source, and at what the source calls its macros.</p>\(notes)
      """, actions: call.session.allows(.write(.sources)) ? dismiss : .empty)
  }

  /// The ready links of the campaigns that buy here.
  private func links(_ source: TrafficSource, _ call: TrackerCall) async throws -> HTML {
    let query = Parts.copyable("Parameters", TrackingLink.query(source.draft), id: "source-query", layout.icons)
    guard call.session.allows(.read(.campaigns)) else { return Parts.card("In the tracking link", query) }
    let request = PageRequest(limit: 20, filters: ["source_id": "\(source.id)"])
    let campaigns = try await campaigns.store.page(request, of: call.place.scope).items
    let hosts = try await names.names(.domains, Set(campaigns.compactMap(\.draft.domainID)), of: call.place.scope)
    let links = campaigns.map { campaign -> HTML in
      let host = campaign.draft.domainID.flatMap { hosts[$0] }
      let base = host.map { site.base(domain: $0, call) } ?? site.base(call)
      let link = TrackingLink.text(base: base, slug: campaign.draft.slug, source.draft)
      return Parts.copyable(campaign.draft.name, link, id: "link-\(campaign.id)", layout.icons)
    }
    return Parts.card(
      "Tracking links",
      """
      <p>Paste a campaign's link into the source as the destination URL; the source puts values in the place of its \
      macros.</p>\(if: links.isEmpty, query)\(links)
      """)
  }

  private func postback(_ source: TrafficSource) -> HTML {
    let hints = (SourceTemplate.named(source.draft.template)?.hints ?? []).map { "<li>\($0)</li>" as HTML }
    let url: HTML =
      source.draft.postbackURL.isEmpty
      ? .empty
      : Parts.copyable(
        "Where the source takes conversions", source.draft.postbackURL, id: "source-postback", layout.icons)
    guard !hints.isEmpty || !url.isEmpty else { return .empty }
    return Parts.card(
      "Conversions", "\(url)\(if: !hints.isEmpty, "<ul class=\"ty-plain\">\(hints)</ul>")")
  }

  func below(_ source: TrafficSource, _ call: TrackerCall) async throws -> HTML {
    let postbacks = try await SourcePostbackStore().list(of: source.id, of: call.place.scope)
    return SourcePostbackPages.card(source, postbacks, layout.icons, call)
  }

  private func copy(_ source: TrafficSource, _ call: TrackerCall) -> HTML {
    guard call.session.allows(.write(.sources)) else { return .empty }
    return """
      <form class="ty-buttons" method="post" action="/admin/sources/\(source.id)/clone">\(call.csrfField)\
      <button class="btn">\(layout.icons(.copy))Clone source</button></form>
      """
  }
}
