import Conversions
import Core
import Web

struct ConversionTypePages: ResourcePages {
  let api: ResourceAPI<ConversionTypeStore>
  let layout: Layout

  let words = ResourceWords(
    plural: "Conversion Types", noun: "conversion type", icon: .types,
    purpose: "A postback names its type as conversion_type, event or goal. Here you say what a type means to reports.")

  func columns(_ call: TrackerCall) -> [Parts.Heading] {
    ["Type", "In postbacks", "Counts as a conversion", "Earns revenue", "Origin"]
  }

  func rows(_ types: [ConversionTypeEntry], _ call: TrackerCall) async throws -> [HTML] {
    types.map { entry in
      let draft = entry.draft
      return """
        <tr><th scope="row"><a href="/admin/conversion-types/\(entry.id)">\(draft.title)</a></th>\
        <td><code>\(draft.type.rawValue)</code></td><td>\(draft.traits.counts ? "Yes" : "No")</td>\
        <td>\(draft.traits.earns ? "Yes" : "No")</td><td>\(entry.isPredefined ? "Predefined" : "Yours")</td></tr>
        """
    }
  }

  func blank(_ call: TrackerCall) async throws -> JSONObject { ["earns_revenue": true] }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    """
    \(fields.input(
      "name", "Name in postbacks", required: true, hint: "Lower case; cannot change once the type is there.",
      placeholder: "trial"))
    \(fields.input("title", "Title", placeholder: "Trial"))
    \(fields.toggle(
      "counts_as_conversion", "Counts as a conversion",
      hint: "In reports, CR and CPA; at once, and for conversions recorded before, too."))
    \(fields.toggle(
      "earns_revenue", "Its payout is revenue",
      hint: "Holds for conversions that are recorded or change their status from now on."))
    """
  }

  func body(of form: FormBody) -> JSONObject {
    form.body(texts: ["name", "title"], flags: ["counts_as_conversion", "earns_revenue"])
  }
}
