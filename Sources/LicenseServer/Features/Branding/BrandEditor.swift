import Core
import Database
import Licensing
import Web

/// The branding editor, for resellers and customers alike: a list of brands, and a form with a preview beside it.
struct BrandEditor: Sendable {
  struct Rights: Sendable {
    var mayChange: Bool
    var mayHidePoweredBy: Bool
  }

  let database: ConnectionPool
  let desk: BrandDesk

  func list(_ owner: BrandOwner, _ call: some RouteCall, path: String, note: String) async throws -> HTML {
    let brands = try await BrandStore(database).all(of: owner)
    let rows = brands.map { brand -> HTML in
      let address = "\(path)/edit?domain=\(PercentCoding.encodeComponent(brand.domain ?? ""))"
      return """
        <tr><td><a href="\(address)">\(brand.domain ?? "All other domains")</a></td><td>\(brand.settings.productName)</td>\
        <td>\(brand.settings.logo == nil ? "Ours" : "Own")</td><td>\(PageParts.time(brand.updatedAt))</td>\
        <td>\(PageParts.button(
          "Delete", post: "\(path)/\(brand.id)/delete", call.csrfField, style: "btn ty-danger",
          confirm: "Delete this brand? Trackers fall back with their next lease."))</td></tr>
        """
    }
    let hasDefault = brands.contains { $0.domain == nil }
    let first: HTML =
      hasDefault
      ? .empty : "<p><a class=\"btn btn-primary\" href=\"\(path)/edit\">Make the brand of all domains</a></p>"
    return """
      <p>\(note)</p>\(first)
      \(PageParts.table(
        "Brands", ["Domain", "Product name", "Logo", "Changed", "Act"], rows,
        empty: "There is no brand yet: everything looks like Trackily."))
      \(PageParts.card(
        "Another domain",
        """
        <form method="get" action="\(path)/edit">
        \(PageParts.input("domain", "A tracker's public domain", hint: "Such as track.example.com."))
        <button class="btn">Make its brand</button></form>
        """))
      """
  }

  func form(
    _ owner: BrandOwner, _ call: some RouteCall, path: String, rights: Rights, _ problem: Problem?
  ) async throws -> HTML {
    let domain = (call.form["domain"] ?? call.query("domain"))?.trimmed.lowercased() ?? ""
    let stored = try await BrandStore(database).find(for: domain.isEmpty ? nil : domain, of: owner)
    let view = BrandForm(
      stored: stored, domain: domain, sent: problem == nil ? nil : call.form, rights: rights, path: path)
    return """
      \(PageParts.faults(problem))
      <div class="ty-brand-editor">\(PageParts.card(
        domain.isEmpty ? "For all domains without a brand of their own" : "For \(domain)",
        view.html(csrf: call.csrfField)))
      \(PageParts.card("Preview", view.preview))</div>
      """
  }

  func save(_ owner: BrandOwner, _ call: some RouteCall, rights: Rights, by actor: Actor) async throws {
    _ = try await desk.save(
      try FieldReader(.object(try Self.json(of: call.form))), of: owner, mayHidePoweredBy: rights.mayHidePoweredBy,
      by: actor)
  }

  /// The form as the API's request, so that both have one reader.
  static func json(of form: FormBody) throws(Problem) -> JSONObject {
    var object = form.json(flags: ["hides_powered_by", "remove_logo", "remove_favicon"])
    func take(_ name: String) -> JSONValue? {
      let value = object[name]
      object[name] = Optional.none
      return value
    }
    for name in ["logo", "favicon"] {
      let isRemoved = take("remove_\(name)")?.boolValue == true
      _ = take(name)
      if let file = form.file(name) {
        object[name] = .string(file.bytes.base64url)
      } else if isRemoved {
        object[name] = .null
      }
    }
    object["colors"] = ["primary": take("primary") ?? .null, "link": take("link") ?? .null]
    var variables = JSONObject()
    for theme in BrandVariable.Theme.allCases {
      let text = take("css_\(theme.rawValue)")?.stringValue ?? ""
      variables[theme.rawValue] = .object(try declarations(text, field: "css_\(theme.rawValue)"))
    }
    object["css_variables"] = .object(variables)
    return object
  }

  /// Lines such as `--ty-bg: #ffffff;`.
  private static func declarations(_ text: String, field: String) throws(Problem) -> JSONObject {
    var object = JSONObject()
    for line in text.split(whereSeparator: { $0 == ";" || $0.isNewline }).map(\.trimmed) where !line.isEmpty {
      guard let colon = line.firstIndex(of: ":"), object.members.count < 100 else {
        throw .invalid(field, "syntax", "must have lines such as --ty-bg: #ffffff")
      }
      object[line[..<colon].trimmed] = .string(line[line.index(after: colon)...].trimmed)
    }
    return object
  }
}
