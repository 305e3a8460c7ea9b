import Analytics
import Core
import Database
import Web

struct CampaignPages: ResourcePages {
  let api: ResourceAPI<CampaignStore>
  let sources: ResourceAPI<TrafficSourceStore>
  let names: NameStore
  let engine: ReportEngine
  let flows: FlowPages
  let layout: Layout
  let site: SiteAddress

  let words = ResourceWords(
    plural: "Campaigns", noun: "campaign", icon: .campaigns,
    purpose:
      "A campaign ties a traffic source to your offers: it has the tracking link and the flows that route visitors.",
    opensAfterAdding: true)

  private static let metrics: [Metric] = [.clicks, .conversions, .cost, .revenue, .profit, .roi]

  private func seesFigures(_ call: TrackerCall) -> Bool { call.session.allows(.read(.reports)) }

  func columns(_ call: TrackerCall) -> [Parts.Heading] {
    let figures = seesFigures(call) ? Self.metrics.map { Parts.Heading.number("\($0.label) today") } : []
    return ["Name", "Tracking path", "Source", "Status"] + figures
  }

  func rows(_ campaigns: [Campaign], _ call: TrackerCall) async throws -> [HTML] {
    let scope = call.place.scope
    let sourceNames = try await names.names(.sources, Set(campaigns.compactMap(\.draft.sourceID)), of: scope)
    let today = seesFigures(call) ? try await figures(call) : nil
    return campaigns.map { campaign in
      let draft = campaign.draft
      let values = today?.values[campaign.id] ?? BaseValues()
      let cells = today.map { today in Self.metrics.map { Figures.cell($0, of: values, today.currency) } } ?? []
      return """
        <tr><th scope="row"><a href="/admin/campaigns/\(campaign.id)">\(draft.name)</a></th>\
        <td><code>/c/\(draft.slug)</code></td><td>\(Parts.text(draft.sourceID.flatMap { sourceNames[$0] }))</td>\
        <td>\(Parts.status(draft.status.rawValue))</td>\(cells)</tr>
        """
    }
  }

  private func figures(_ call: TrackerCall) async throws -> (values: [Int64: BaseValues], currency: Currency) {
    let settings = try await api.settings.all(of: call.place.scope)
    var request = try ReportRequest(query: [("group_by", "campaign")], form: .grouped, zone: settings.zone)
    let today = try await ReportWindow.today(zone: settings.zone, now: api.writer.clock.now(), in: call.place.scope)
    (request.from, request.to) = (today, today)
    let answer = try await engine.answer(request, in: settings.currency, of: call.place.scope)
    var values: [Int64: BaseValues] = [:]
    for row in answer.rows { if case .entity(let id?, _)? = row.keys.first { values[id] = row.values } }
    return (values, settings.currency)
  }

  func blank(_ call: TrackerCall) async throws -> JSONObject {
    let currency = try await api.settings.all(of: call.place.scope).currency
    return [
      "cost_model": "cpc", "currency": .string(currency.code), "append_click_param": true, "status": "active",
    ]
  }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    """
    <div class="ty-pair">\(fields.input("name", "Name", required: true, placeholder: "McAfee US Push"))\
    \(fields.input(
      "slug", "Slug", required: true, hint: "The end of the tracking link: letters, digits, - and _.",
      placeholder: "mcafee-us", extra: " data-slug-of=\"name\""))</div>
    <div class="ty-pair">\(try await choice("source_id", "Traffic source", .sources, .sources, fields, call))\
    \(try await choice(
      "offer_id", "Default offer", .offers, .offers, fields, call, hint: "For visitors whom no flow has an offer for."))</div>
    <div class="ty-pair">\(fields.select("cost_model", "Cost model", Self.costModels, reveals: true))\
    \(FormFields.shown(
      for: "cost_model", "cpc", "cpm", "cpa", "revshare",
      content: fields.input(
        "cost", "Cost", .decimal, hint: "Per click, per 1,000 clicks, per conversion, or the percentage for RevShare.",
        placeholder: "0.05")))</div>
    <div class="ty-pair">\(fields.currency("currency", "Currency"))\
    \(fields.select("status", "Status", [.init("active", "Active"), .init("paused", "Paused")]))</div>
    \(try await choice(
      "domain_id", "Domain", .domains, .domains, fields, call, none: "This tracker's own address"))
    \(try await departure(fields, call))
    \(guards(fields, call))
    \(fields.toggle(
      "append_click_param", "Append _tly_click to where visitors are sent",
      hint: "The merchant's conversion pixel reads the click id from it."))
    \(fields.area(
      "external_ids", "External campaign IDs", rows: 2, hint: "The source's own ids of this campaign, one a line."))
    """
  }

  private static let costModels: [FormFields.Choice] = [
    .init("cpc", "CPC: per click"), .init("cpm", "CPM: per 1,000 clicks"), .init("cpa", "CPA: per conversion"),
    .init("revshare", "RevShare: a percentage"), .init("none", "None"),
  ]

  /// A select of things the user may see; without that permission the field stays away and the value as it is.
  private func choice(
    _ field: String, _ label: String, _ noun: NameStore.Noun, _ section: Section, _ fields: FormFields,
    _ call: TrackerCall, none: String = "None", hint: String? = nil
  ) async throws -> HTML {
    guard call.session.allows(.read(section)) else { return .empty }
    let choices = try await names.live(noun, of: call.place.scope).choices
    return fields.select(field, label, choices, none: none, hint: hint)
  }

  func body(of form: FormBody) -> JSONObject {
    var body = form.body(
      texts: ["name", "slug", "cost_model", "cost", "currency", "status"],
      numbers: ["source_id", "offer_id", "domain_id"], flags: ["append_click_param"])
    body["external_ids"] = form.lines("external_ids")
    for member in Self.departure(of: form).members { body[member.key] = member.value }
    for member in Self.guards(of: form).members { body[member.key] = member.value }
    return body
  }

  func aside(_ campaign: Campaign, _ call: TrackerCall) async throws -> HTML {
    let draft = campaign.draft
    let scope = call.place.scope
    var source: TrafficSource?
    if let id = draft.sourceID { source = try await sources.store.find(id, of: scope) }
    var host: String?
    if let id = draft.domainID { host = try await names.names(.domains, [id], of: scope)[id] }
    let base = host.map { site.base(domain: $0, call) } ?? site.base(call)
    let link = TrackingLink.text(base: base, slug: draft.slug, source?.draft)
    let stats: HTML = """
      <div class="ty-buttons"><a class="btn" href="/admin?campaign_id=\(campaign.id)">\(layout.icons(.dashboard))Figures</a>\
      <a class="btn" href="/admin/clicks?campaign_id=\(campaign.id)">\(layout.icons(.clicks))Clicks</a></div>
      """
    return Parts.card(
      "Tracking link",
      """
      <p>Paste this in your traffic source as the destination URL. The source replaces the macros in braces by real \
      values; put its own names there if they differ.</p>
      \(Parts.copyable("Destination URL", link, id: "tracking-link", layout.icons))
      \(Parts.copyable(
        "Try it without recording a click", "\(base)/c/\(draft.slug)?test=1", id: "test-link", layout.icons,
        hint: "Shows which flow, landing page and offer a visitor like you gets, and why."))
      \(if: seesFigures(call), stats)
      \(if: call.session.allows(.write(.campaigns)), CampaignCloning.button(campaign, layout.icons, call))
      """)
  }

  func below(_ campaign: Campaign, _ call: TrackerCall) async throws -> HTML {
    guard call.session.allows(.read(.flows)) else { return .empty }
    return try await flows.section(of: campaign, call)
  }
}

extension ReportWindow {
  /// Today's date in a zone, as reports reckon it.
  static func today(zone: TimeZoneName, now: Timestamp, in scope: TenantScope) async throws -> LocalDate {
    try await find(from: nil, to: nil, zone: zone, now: now, in: scope).days.to
  }
}
