import ClickPath
import Core
import Web

struct TrackingProfilePages: ResourcePages {
  let api: ResourceAPI<TrackingProfileStore>
  let layout: Layout

  let words = ResourceWords(
    plural: "Tracking Profiles", noun: "tracking profile", icon: .profiles,
    purpose: "A tracking profile is the way visitors are sent on: by which redirect, and what is fired before it.")

  func columns(_ call: TrackerCall) -> [Parts.Heading] {
    ["Name", "Redirect", "Pixels", "Passes parameters", "Default"]
  }

  func rows(_ profiles: [TrackingProfile], _ call: TrackerCall) async throws -> [HTML] {
    profiles.map { profile in
      let draft = profile.draft
      return """
        <tr><th scope="row"><a href="/admin/tracking-profiles/\(profile.id)">\(draft.name)</a></th>\
        <td>\(draft.redirect.title)</td><td>\(draft.pixels.isEmpty ? Parts.dash : "Yes")</td>\
        <td>\(draft.passesParameters ? "Yes" : Parts.dash)</td><td>\(draft.isDefault ? "Default" : Parts.dash)</td></tr>
        """
    }
  }

  func blank(_ call: TrackerCall) async throws -> JSONObject { ["redirect": "302"] }

  func form(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    """
    \(fields.input("name", "Name", required: true, placeholder: "JavaScript with pixels"))
    \(fields.select(
      "redirect", "Redirect", TrackingProfile.Redirect.allCases.map { .init($0.rawValue, $0.title) },
      hint: "How visitors are sent to landing pages elsewhere and to offers.", reveals: true))
    \(FormFields.shown(for: "redirect", "meta", "javascript", "hide_referrer", "200", content: fields.area(
      "pixels", "Pixels", rows: 8,
      hint: "HTML that is fired before the visitor goes on, at most 1.5 seconds: images and scripts. Macros such as "
        + "{click_id} are filled in.",
      isCode: true, placeholder: "<img src=\"https://pixel.example/hit?c={click_id}\" alt=\"\">")))
    \(fields.toggle(
      "pass_parameters", "Pass the link's parameters on",
      hint: "Whatever the tracking link carries is added to the destination, unless that sets it already."))
    \(fields.toggle("is_default", "Default profile", hint: "For campaigns that choose none."))
    \(fields.area("notes", "Notes"))
    """
  }

  /// Pixels of a redirect that fires none are dropped.
  func body(of form: FormBody) -> JSONObject {
    var body = form.body(texts: ["name", "redirect", "notes"], flags: ["pass_parameters", "is_default"])
    let redirect = form["redirect"].flatMap(TrackingProfile.Redirect.init(rawValue:))
    body["pixels"] = redirect?.isPage == true ? .string(form["pixels"] ?? "") : .null
    return body
  }
}
