import Billing
import Core
import Licensing
import Web

/// What staff can change on a licence.
extension LicenseView {
  var forms: HTML {
    """
    <div class="ty-columns"><div>\(allowances)</div><div>\(key)\(noteAndTag)\
    \(OfflineActivationForm.card(action: "\(LicensePages.path)/\(license.id)/offline-lease", call.csrfField))</div></div>
    """
  }

  private var allowances: HTML {
    let overrides = license.overrides
    let features = Feature.allCases.filter { !license.plan.features.contains($0.rawValue) }.map { feature -> HTML in
      """
      <label class="form-check"><input class="form-check-input" type="checkbox" name="features" \
      value="\(feature.rawValue)"\(attribute: "checked", when: overrides.features.contains(feature))>\
      <span class="form-check-label">\(feature.title)</span></label>
      """
    }
    let ends = overrides.expiresAt.map { String(($0 - .seconds(1)).day) } ?? ""
    var users: Int64?
    if case .some(let given) = overrides.users { users = given }
    let isUnlimited = overrides.users.map { $0 == nil } ?? false
    return PageParts.card(
      "What it allows",
      """
      <form class="ty-form" method="post" action="\(LicensePages.path)/\(license.id)/allowances">\(call.csrfField)
      \(PageParts.input("max_instances", "Instances", type: "number", value: "\(license.maxInstances)"))
      \(PageParts.input(
        "transfer_allowance", "Moves in 30 days", type: "number", value: "\(license.transferAllowance)",
        hint: "To another machine or domain."))
      \(PageParts.input(
        "users", "Users instead of the plan's", type: "number", value: users.map { "\($0)" } ?? "", required: false,
        hint: "Empty: the plan's \(license.plan.users.map { "\($0)" } ?? "unlimited number")."))
      <label class="form-check"><input class="form-check-input" type="checkbox" name="unlimited_users" value="true"\
      \(attribute: "checked", when: isUnlimited)><span class="form-check-label">Any number of users</span></label>
      \(PageParts.input(
        "extra_users", "Users on top", type: "number", value: overrides.extraUsers == 0 ? "" : "\(overrides.extraUsers)",
        required: false))
      \(PageParts.input(
        "lasts_until", "Lasts to this day at least (UTC)", type: "date", value: ends, required: false,
        hint: "Whatever is paid for. A licence that never expires stays so."))
      \(if: !features.isEmpty, "<fieldset><legend class=\"form-label\">Features beyond the plan</legend>\(features)</fieldset>")
      <button class="btn btn-primary">Save</button></form>
      """)
  }

  private var key: HTML {
    let options = KeyOverlap.allCases.map { (value: $0.rawValue, title: $0.title) }
    return PageParts.card(
      "A new key",
      """
      <form class="ty-form" method="post" action="\(LicensePages.path)/\(license.id)/rotate-key">\(call.csrfField)
      \(PageParts.select("overlap", "The present key keeps working for", options, selected: KeyOverlap.week.rawValue))
      <button class="btn" data-confirm="Make a new key? It is shown once.">Make a new key</button></form>
      """)
  }

  private var noteAndTag: HTML {
    PageParts.card(
      "Notes and tags",
      """
      <form class="ty-form" method="post" action="\(LicensePages.path)/\(license.id)/notes">\(call.csrfField)
      <div class="ty-field"><label class="form-label" for="body">Note</label>\
      <textarea class="form-control" id="body" name="body" rows="3" maxlength="4000" required></textarea></div>
      <button class="btn">Write note</button></form>
      <form class="ty-form" method="post" action="\(LicensePages.path)/\(license.id)/tags">\(call.csrfField)
      \(PageParts.input("tag", "Tag", hint: "Such as vip or partner-2026."))
      <button class="btn">Add tag</button></form>
      """)
  }
}
