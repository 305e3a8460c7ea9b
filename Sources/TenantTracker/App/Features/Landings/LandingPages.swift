import Core
import Web

struct LandingPages: ResourcePages {
  let api: ResourceAPI<LandingStore>
  let layout: Layout

  let words = ResourceWords(
    plural: "Landing Pages", noun: "landing page", icon: .landings,
    purpose: "A landing page is what visitors see before the offer: HTML kept here, or a page somewhere else.",
    // 2 MiB of HTML, each character up to four bytes.
    bodyLimit: 9 << 20)

  func columns(_ call: TrackerCall) -> [Parts.Heading] { ["Name", "Kind", "Content"] }

  func rows(_ landings: [Landing], _ call: TrackerCall) async throws -> [HTML] {
    landings.map { landing in
      let (kind, content) =
        switch landing.draft.content {
        case .local(let html): ("Local", "\(Figures.count(html.utf8.count)) bytes of HTML")
        case .url(let url): ("URL", url)
        }
      return """
        <tr><th scope="row"><a href="/admin/landings/\(landing.id)">\(landing.draft.name)</a></th>\
        <td>\(kind)</td><td class="ty-truncate" title="\(content)">\(content)</td></tr>
        """
    }
  }

  func blank(_ call: TrackerCall) async throws -> JSONObject { ["kind": "local"] }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    """
    \(fields.input("name", "Name", required: true))
    \(fields.select(
      "kind", "Kind", [.init("local", "Local: HTML kept here"), .init("url", "URL: a page somewhere else")],
      reveals: true))
    \(FormFields.shown(for: "kind", "local", content: fields.area(
      "html", "HTML", rows: 22,
      hint: "{{offer_url}} is the call-to-action link. {{country}}, {{city}}, {{device}}, {{os}}, {{browser}}, "
        + "{{language}} and {{ip}} are the visitor's.",
      isCode: true)))
    \(FormFields.shown(for: "kind", "url", content: fields.input(
      "url", "Address", .url, hint: "Visitors are redirected there; macros such as {click_id} are filled in.",
      placeholder: "https://pages.example/lander")))
    \(fields.area("notes", "Notes"))
    """
  }

  /// Only the content of the chosen kind is sent on: without scripts both fields are in the form.
  func body(of form: FormBody) -> JSONObject {
    var body = form.body(texts: ["name", "kind", "notes"])
    if form["kind"] == "url" {
      body["url"] = form.body(texts: ["url"])["url"]
    } else {
      body["html"] = .string(form["html"] ?? "")
    }
    return body
  }

  func aside(_ landing: Landing, _ call: TrackerCall) async throws -> HTML {
    guard case .local = landing.draft.content else { return .empty }
    return Parts.card(
      "How visitors see it",
      """
      <p>Local landing pages run in a sandbox on this tracker's own host: their scripts can't reach the dashboard.</p>
      <p class="mb-0">Each call to action needs a link to <code>{{offer_url}}</code>, for instance \
      <code>&lt;a href="{{offer_url}}"&gt;Continue&lt;/a&gt;</code>.</p>
      """)
  }
}
