import Core
import Licensing
import Web

/// The editor's form, with what is stored or, after a fault, what was sent.
struct BrandForm: Sendable {
  let stored: Brand?
  let domain: String
  let sent: FormBody?
  let rights: BrandEditor.Rights
  let path: String

  private var settings: Branding? { stored?.settings }

  private func value(_ name: String, _ stored: String?) -> String { sent.map { $0[name] ?? "" } ?? stored ?? "" }

  func html(csrf: HTML) -> HTML {
    let hides = sent.map { $0["hides_powered_by"] != nil } ?? settings?.hidesPoweredBy ?? false
    let powered: HTML =
      rights.mayHidePoweredBy
      ? """
      <label class="form-check"><input class="form-check-input" type="checkbox" name="hides_powered_by" \
      data-brand="powered"\(attribute: "checked", when: hides)><span class="form-check-label">Hide “Powered by \
      Trackily”</span></label>
      """ : .empty
    return """
      <form method="post" action="\(path)" enctype="multipart/form-data" data-brand-form \
      data-brand-tokens="\(BrandVariable.allCases.map(\.rawValue).joined(separator: " "))">\(csrf)
      <input type="hidden" name="domain" value="\(domain)">
      \(field("product_name", "Product name", settings?.productName, brand: "name", required: true))
      \(picture("logo", "Logo", .logo, current: stored?.files.logo))
      \(picture("favicon", "Favicon", .favicon, current: stored?.files.favicon))
      \(field("primary", "Primary colour", settings?.primary?.description, brand: "primary", hint: "Such as #2f4bd8. Empty: ours."))
      \(field("link", "Link colour", settings?.link?.description, brand: "link", hint: "Empty: the primary colour."))
      \(field("support_email", "Support e-mail", settings?.supportEmail?.description, type: "email"))
      \(field("support_url", "Support page", settings?.supportURL, type: "url"))
      \(field("sender_name", "Mails come from", settings?.senderName, hint: "Empty: the product name."))
      \(powered)
      <details class="ty-details"><summary>More design tokens</summary>
      \(variables(.light, "Light"))\(variables(.dark, "Dark"))
      <p class="form-hint">One a line, such as --ty-bg: #ffffff. Tokens: \
      \(BrandVariable.allCases.map(\.rawValue).joined(separator: ", ")).</p></details>
      <button class="btn btn-primary"\(attribute: "disabled", when: !rights.mayChange)>Save brand</button>
      <a class="btn" href="\(path)">Cancel</a></form>
      """
  }

  private func field(
    _ name: String, _ label: String, _ stored: String?, type: String = "text", brand: String? = nil,
    required: Bool = false, hint: String? = nil
  ) -> HTML {
    let mark: HTML = brand.map { " data-brand=\"\($0)\"" } ?? .empty
    let note = hint.map { "<small class=\"form-hint\" id=\"\(name)-hint\">\($0)</small>" as HTML }
    return """
      <div class="ty-field"><label class="form-label" for="\(name)">\(label)</label>\
      <input class="form-control" id="\(name)" name="\(name)" type="\(type)" value="\(value(name, stored))" \
      autocomplete="off"\(attribute: "required", when: required)\(mark)\
      \(if: hint != nil, " aria-describedby=\"\(name)-hint\"")>\(note)</div>
      """
  }

  private func picture(_ name: String, _ label: String, _ purpose: BrandImage.Purpose, current: String?) -> HTML {
    let types = purpose.kinds.map(\.rawValue).joined(separator: ",")
    let remove: HTML =
      current == nil
      ? .empty
      : """
      <label class="form-check"><input class="form-check-input" type="checkbox" name="remove_\(name)">\
      <span class="form-check-label">Remove the present one</span></label>
      """
    return """
      <div class="ty-field"><label class="form-label" for="\(name)">\(label)</label>\
      <input class="form-control" id="\(name)" name="\(name)" type="file" accept="\(types)" data-brand="\(name)" \
      data-max-bytes="\(purpose.maxBytes)" aria-describedby="\(name)-hint">\
      <small class="form-hint" id="\(name)-hint">It \(purpose.requirement).</small>\(remove)</div>
      """
  }

  private func variables(_ theme: BrandVariable.Theme, _ label: String) -> HTML {
    let name = "css_\(theme.rawValue)"
    let lines = BrandVariable.allCases.compactMap { variable in
      settings?.variables[theme]?[variable].map { "\(variable.rawValue): \($0);" }
    }
    return """
      <div class="ty-field"><label class="form-label" for="\(name)">\(label)</label>\
      <textarea class="form-control" id="\(name)" name="\(name)" rows="4" spellcheck="false" \
      data-brand="\(name)">\(value(name, lines.joined(separator: "\n")))</textarea></div>
      """
  }

  /// What the script keeps in step with the form: a piece of the tracker, and its sign-in.
  var preview: HTML {
    let logo: HTML = stored?.files.logo.map { " src=\"\(href: $0)\"" } ?? " hidden"
    return """
      <div class="ty-brand-preview" data-brand-preview aria-live="polite">
      <p class="ty-brand"><img class="ty-logo" alt="" data-preview="logo"\(logo)>\
      <span data-preview="name">\(value("product_name", settings?.productName ?? "Trackily"))</span></p>
      <div class="card"><div class="card-body"><h3>Sign in</h3>
      <p>Forgotten? <a href="#preview" data-preview-link>Ask for a new password</a></p>
      <button class="btn btn-primary" type="button">Sign in</button></div></div>
      <p class="ty-powered" data-preview="powered"\(attribute: "hidden", when: settings?.hidesPoweredBy ?? false)>\
      Powered by Trackily</p></div>
      """
  }
}
