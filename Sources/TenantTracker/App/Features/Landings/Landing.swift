import Core
import Web

/// A page before the offer: HTML of ours, or somebody's URL.
struct Landing: Resource {
  enum Content: Sendable, Hashable {
    case local(html: String)
    case url(String)
  }

  struct Draft: Sendable {
    var name: String
    var content: Content
    var notes: String
  }

  static let noun = "landing"
  static let path = "/landings"
  static let section = Section.landings
  /// Characters of a local landing's HTML.
  static let htmlLimit = 2 << 20

  let id: Int64
  var draft: Draft
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    var object: JSONObject = ["id": .int(id), "name": .string(draft.name)]
    switch draft.content {
    case .local(let html):
      object["kind"] = "local"
      object["html"] = .string(html)
      object["url"] = .null
    case .url(let url):
      object["kind"] = "url"
      object["html"] = .null
      object["url"] = .string(url)
    }
    object["notes"] = .string(draft.notes)
    object["created_at"] = JSONValue(createdAt)
    object["updated_at"] = JSONValue(updatedAt)
    return .object(object)
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    let name = current != nil && !fields.has("name") ? current?.name : fields.string("name", length: 1...200)
    let kind = current != nil && !fields.has("kind") ? current?.content.kind : fields.oneOf("kind", ["local", "url"])
    let html = fields.optionalString("html", length: 0...htmlLimit, trim: false)
    let url = fields.optionalURL("url")
    let notes = fields.optionalString("notes", length: 0...10_000)
    let content: Content?
    switch kind {
    case "local"?:
      content = (html ?? current?.content.html).map(Content.local)
      if content == nil { fields.fault("html", "required", "is required for a local landing") }
      if (url ?? nil) != nil { fields.fault("url", "choice", "belongs to a landing of kind url") }
    case "url"?:
      content = (url ?? current?.content.url).map(Content.url)
      if content == nil { fields.fault("url", "required", "is required for a landing of kind url") }
      if (html ?? nil) != nil { fields.fault("html", "choice", "belongs to a landing of kind local") }
    default: content = nil
    }
    guard let name, let content else { return nil }
    return Draft(name: name, content: content, notes: notes.map { $0 ?? "" } ?? current?.notes ?? "")
  }

  static let schema = Schema.object([
    .optional("name", .string), .optional("kind", .choice(["local", "url"])),
    .optional("html", .string.nullable.described("Local landings: {{offer_url}} is the call-to-action link.")),
    .optional("url", .string.nullable), .optional("notes", .string),
  ])
}

extension Landing.Content {
  var kind: String { if case .local = self { "local" } else { "url" } }
  var html: String? { if case .local(let html) = self { html } else { nil } }
  var url: String? { if case .url(let url) = self { url } else { nil } }
}
