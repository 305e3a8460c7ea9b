import Core
import Web

struct SourcePages: ResourcePages {
  let api: ResourceAPI<TrafficSourceStore>
  let layout: Layout

  let words = ResourceWords(
    plural: "Traffic Sources", noun: "source", icon: .sources,
    purpose:
      "A traffic source is where you buy clicks. It hands its own click id and the cost over in the tracking link.")

  func columns(_ call: TrackerCall) -> [Parts.Heading] { ["Name", "Click id parameter", "Cost parameter", "Currency"] }

  func rows(_ sources: [TrafficSource], _ call: TrackerCall) async throws -> [HTML] {
    sources.map { source in
      """
      <tr><th scope="row"><a href="/admin/sources/\(source.id)">\(source.draft.name)</a></th>\
      <td><code>\(source.draft.clickIDParameter)</code></td><td><code>\(source.draft.costParameter)</code></td>\
      <td>\(source.draft.currency?.code ?? "Campaign's")</td></tr>
      """
    }
  }

  func blank(_ call: TrackerCall) async throws -> JSONObject { ["click_id_param": "click_id", "cost_param": "cost"] }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    """
    \(fields.input("name", "Name", required: true, placeholder: "Kadam"))
    <div class="ty-pair">\(fields.input(
      "click_id_param", "Click id parameter", hint: "The name under which the source's click id comes to us."))\
    \(fields.input("cost_param", "Cost parameter", hint: "The name under which the click's cost comes to us."))</div>
    \(fields.currency("currency", "Currency of the cost", hint: "Empty: the campaign's."))
    \(fields.area("notes", "Notes"))
    """
  }

  func body(of form: FormBody) -> JSONObject {
    form.body(texts: ["name", "click_id_param", "cost_param", "currency", "notes"])
  }

  func aside(_ source: TrafficSource, _ call: TrackerCall) async throws -> HTML {
    let query = TrackingLink.query(source.draft)
    return Parts.card(
      "In the tracking link",
      """
      <p>Each campaign's tracking link carries these parameters. Put the source's own macros in place of the braces \
      when it names them differently.</p>
      \(Parts.copyable("Parameters", query, id: "source-query", layout.icons))
      """)
  }
}
