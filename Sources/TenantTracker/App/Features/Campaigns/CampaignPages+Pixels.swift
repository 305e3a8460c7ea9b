import Core
import Licensing
import Web

extension CampaignPages {
  /// How visitors are sent on, and the retargeting pixels that are fired before.
  func departure(_ form: FormFields, _ call: TrackerCall) async throws -> HTML {
    let profiles = try await names.live(.trackingProfiles, of: call.place.scope).choices
    let fields = form.unfolding("pixels")
    let isLicensed = call.session.entitlements.includes(.retargetingPixels)
    let feature = Feature.retargetingPixels
    let locked: HTML = Parts.note(
      .info, "<p>\(feature.title) are part of the \(feature.plan.title) plan. What is stored here is kept.</p>",
      layout.icons)
    return """
      \(fields.select(
        "tracking_profile_id", "Tracking profile", profiles, none: "The default profile",
        hint: "By which redirect visitors are sent on."))
      <fieldset class="ty-list"\(attribute: "disabled", when: !isLicensed)>\
      <legend class="form-label">Retargeting pixels</legend>
      \(if: !isLicensed, locked)
      <div class="ty-pair">\(fields.input("pixels.facebook", "Facebook pixel ID", placeholder: "123456789012345"))\
      \(fields.input("pixels.google", "Google tag ID", placeholder: "AW-123456789"))</div>
      \(fields.input("pixels.tiktok", "TikTok pixel ID", placeholder: "ABCDEF123456"))
      \(fields.area(
        "pixels.scripts", "Custom scripts", rows: 4,
        hint: "Local landing pages get all of these in their HTML. Before an address elsewhere, a page fires them for "
          + "1.5 seconds.",
        isCode: true, placeholder: "<script>...</script>"))</fieldset>
      """
  }

  /// What ``departure(_:_:)`` adds to the API's body. Without the licence its pixels are not sent, and stay as they are.
  static func departure(of form: FormBody) -> JSONObject {
    var body = form.body(numbers: ["tracking_profile_id"])
    let pixels = ["facebook", "google", "tiktok", "scripts"]
    guard pixels.contains(where: { form["pixels.\($0)"] != nil }) else { return body }
    var entries = JSONObject()
    for name in pixels {
      let text = form["pixels.\(name)"] ?? ""
      entries[name] = text.trimmed.isEmpty ? .null : .string(text)
    }
    body["pixels"] = .object(entries)
    return body
  }
}
