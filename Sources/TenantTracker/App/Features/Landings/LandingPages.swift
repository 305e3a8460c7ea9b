import Core
import Licensing
import Web

struct LandingPages: ResourcePages {
  let api: ResourceAPI<LandingStore>
  let layout: Layout

  let words = ResourceWords(
    plural: "Landing Pages", noun: "landing page", icon: .landings,
    purpose: "A landing page is what visitors see before the offer: HTML kept here, or a page somewhere else.",
    // 2 MiB of HTML, each character up to four bytes.
    bodyLimit: 9 << 20, extras: [.editor])

  func columns(_ call: TrackerCall) -> [Parts.Heading] {
    ["Name", "Kind", "Status", "Protected", .number("Versions"), "Content"]
  }

  func rows(_ landings: [Landing], _ call: TrackerCall) async throws -> [HTML] {
    landings.map { landing in
      let draft = landing.draft
      let (kind, content) =
        switch draft.content {
        case .local(let html): ("Local", "\(Figures.count(html.utf8.count)) bytes of HTML")
        case .url(let url): ("URL", url)
        }
      let versions = landing.versionCount > 0 ? Figures.count(landing.versionCount) : Figures.none
      return """
        <tr><th scope="row"><a href="/admin/landings/\(landing.id)">\(draft.name)</a></th>\
        <td>\(kind)</td><td>\(Parts.status(draft.status.rawValue))</td>\
        <td>\(draft.isProtected ? "Yes" : Parts.dash)</td><td class="num">\(versions)</td>\
        <td class="ty-truncate" title="\(content)">\(content)</td></tr>
        """
    }
  }

  func listActions(_ call: TrackerCall) -> HTML {
    call.session.allows(.write(.landings)) ? "<a class=\"btn\" href=\"/admin/landings/import\">Import</a>" : .empty
  }

  func blank(_ call: TrackerCall) async throws -> JSONObject { ["kind": "local", "status": "active"] }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    """
    \(fields.input("name", "Name", required: true))
    \(fields.select(
      "kind", "Kind", [.init("local", "Local: HTML kept here"), .init("url", "URL: a page somewhere else")],
      reveals: true))
    \(FormFields.shown(for: "kind", "local", content: editor(fields)))
    \(FormFields.shown(for: "kind", "url", content: fields.input(
      "url", "Address", .url, hint: "Visitors are redirected there; macros such as {click_id} are filled in.",
      placeholder: "https://pages.example/lander")))
    <div class="ty-pair">\(fields.select(
      "status", "Status", [.init("active", "Active"), .init("paused", "Paused: never shown")]))\
    \(protection(fields, call))</div>
    \(fields.area("notes", "Notes"))
    """
  }

  private func editor(_ fields: FormFields) -> HTML {
    let area = fields.area(
      "html", "HTML", rows: 22,
      hint: "{{offer_url}} is the call-to-action link. {{country}}, {{city}}, {{region}}, {{device}}, {{os}}, "
        + "{{browser}}, {{isp}}, {{language}} and {{ip}} are the visitor's; {{city|your city}} says what stands for an "
        + "unknown one.",
      isCode: true)
    return "<div data-code-editor=\"html\">\(area)</div>"
  }

  private func protection(_ fields: FormFields, _ call: TrackerCall) -> HTML {
    let feature = Feature.landerProtection
    if call.session.entitlements.includes(feature) || fields.values["protected"]?.boolValue == true {
      return fields.toggle(
        "protected", feature.title,
        hint: "Spy tools and driven browsers see “Access Denied”. Needs JavaScript of visitors.")
    }
    return Parts.note(.info, "<p>\(feature.title) is part of the \(feature.plan.title) plan.</p>", layout.icons)
  }

  /// Only the content of the chosen kind is sent on: without scripts both fields are in the form.
  func body(of form: FormBody) -> JSONObject {
    var body = form.body(texts: ["name", "kind", "status", "notes"])
    body["protected"] = .bool(form["protected"] != nil)
    if form["kind"] == "url" {
      body["url"] = form.body(texts: ["url"])["url"]
    } else {
      body["html"] = .string(form["html"] ?? "")
    }
    return body
  }

  func aside(_ landing: Landing, _ call: TrackerCall) async throws -> HTML {
    guard case .local = landing.draft.content else { return .empty }
    let buttons: HTML = """
      <a class="btn" href="/admin/landings/\(landing.id)/preview">Preview</a>\
      <a class="btn" href="/admin/landings/\(landing.id)/versions">Versions</a>
      """
    return Parts.card(
      "How visitors see it",
      """
      <div class="ty-buttons">\(buttons)</div>
      <p>Local landing pages run in a sandbox on this tracker's own host: their scripts can't reach the dashboard.</p>
      <p>The call to action is a link to <code>{{offer_url}}</code> or <code>#offer</code>, or any link or button with \
      <code>data-offer</code> or the class <code>trackily-cta</code>.</p>
      <p class="mb-0">Steps are reported with <code>window.__trackily.reportStep(2, 'Email submitted')</code>; step 1 \
      is the visit itself.</p>
      """)
  }
}
