import Core
import Licensing
import Web

/// A page before the offer: HTML of ours, or somebody's URL.
struct Landing: Resource {
  enum Content: Sendable, Hashable {
    case local(html: String)
    case url(String)
  }

  enum Status: String, Sendable, CaseIterable { case active, paused }

  struct Draft: Sendable {
    var name: String
    var content: Content
    var status = Status.active
    /// Keeps spy tools and driven browsers out, where the licence grants it.
    var isProtected = false
    var notes: String
  }

  static let noun = "landing"
  static let path = "/landings"
  static let section = Section.landings
  /// Characters of a local landing's HTML.
  static let htmlLimit = 2 << 20

  let id: Int64
  var draft: Draft
  /// Versions a local landing has had, the live one included.
  var versionCount: Int
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(draft.name), "kind": .string(draft.content.kind),
      "html": JSONValue(draft.content.html), "url": JSONValue(draft.content.url),
      "status": .string(draft.status.rawValue), "protected": .bool(draft.isProtected), "notes": .string(draft.notes),
      "versions": .int(versionCount), "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    let name = current != nil && !fields.has("name") ? current?.name : fields.string("name", length: 1...200)
    let kind = current != nil && !fields.has("kind") ? current?.content.kind : fields.oneOf("kind", ["local", "url"])
    let html = fields.optionalString("html", length: 0...htmlLimit, trim: false)
    let url = fields.optionalURLTemplate("url")
    let status = fields.optionalOneOf("status", Status.allCases.map(\.rawValue))
    let isProtected = fields.optionalBool("protected")
    let notes = fields.optionalString("notes", length: 0...10_000)
    func isFaulty(_ field: String) -> Bool { fields.faults.contains { $0.field == field } }
    let content: Content?
    switch kind {
    case "local"?:
      content = (html ?? current?.content.html).map(Content.local)
      if content == nil, !isFaulty("html") { fields.fault("html", "required", "is required for a local landing") }
      if (url ?? nil) != nil { fields.fault("url", "choice", "belongs to a landing of kind url") }
    case "url"?:
      content = (url ?? current?.content.url).map(Content.url)
      if content == nil, !isFaulty("url") { fields.fault("url", "required", "is required for a landing of kind url") }
      if (html ?? nil) != nil { fields.fault("html", "choice", "belongs to a landing of kind local") }
    default: content = nil
    }
    guard let name, let content else { return nil }
    return Draft(
      name: name, content: content,
      status: status.map { $0.flatMap(Status.init(rawValue:)) ?? .active } ?? current?.status ?? .active,
      isProtected: isProtected.map { $0 ?? false } ?? current?.isProtected ?? false,
      notes: notes.map { $0 ?? "" } ?? current?.notes ?? "")
  }

  static func features(of draft: Draft, since current: Draft?) -> [Feature] {
    draft.isProtected && current?.isProtected != true ? [.landerProtection] : []
  }

  static let schema = Schema.object([
    .optional("name", .string), .optional("kind", .choice(["local", "url"])),
    .optional(
      "html",
      .string.nullable.described(
        "Local landings: {{offer_url}} is the call-to-action link; {{city}}, {{city|your city}} and the like are the "
          + "visitor's.")),
    .optional("url", .string.nullable), .optional("status", .choice(Status.allCases.map(\.rawValue))),
    .optional("protected", .boolean.described("Keeps spy tools and driven browsers out (Pro).")),
    .optional("notes", .string),
  ])
}

extension Landing.Content {
  var kind: String { if case .local = self { "local" } else { "url" } }
  var html: String? { if case .local(let html) = self { html } else { nil } }
  var url: String? { if case .url(let url) = self { url } else { nil } }
}
