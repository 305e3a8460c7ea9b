import ClickPath
import Core
import Web

/// How visitors are sent on: the kind of redirect, what is fired before it, what is handed over.
struct TrackingProfile: Resource {
  typealias Redirect = TrackingProfileRecord.Redirect

  struct Draft: Sendable {
    var name: String
    var redirect: Redirect
    /// HTML, for redirects that are a page.
    var pixels: String
    /// Hand the request's own parameters on to the destination.
    var passesParameters: Bool
    /// Of campaigns that choose none.
    var isDefault: Bool
    var notes: String
  }

  static let noun = "profile"
  static let path = "/tracking-profiles"
  static let section = Section.campaigns
  /// Characters of a profile's pixels.
  static let pixelsLimit = 20_000

  let id: Int64
  var draft: Draft
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(draft.name), "redirect": .string(draft.redirect.rawValue),
      "pixels": .string(draft.pixels), "pass_parameters": .bool(draft.passesParameters),
      "is_default": .bool(draft.isDefault), "notes": .string(draft.notes), "created_at": JSONValue(createdAt),
      "updated_at": JSONValue(updatedAt),
    ]
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    var draft =
      current
      ?? Draft(name: "", redirect: .found, pixels: "", passesParameters: false, isDefault: false, notes: "")
    if current == nil || fields.has("name") { draft.name = fields.string("name", length: 1...200) ?? "" }
    if let redirect = fields.optionalOneOf("redirect", Redirect.allCases.map(\.rawValue)) {
      draft.redirect = redirect.flatMap(Redirect.init(rawValue:)) ?? .found
    }
    if let pixels = fields.optionalString("pixels", length: 0...pixelsLimit, trim: false) {
      draft.pixels = pixels.flatMap { $0.trimmed.isEmpty ? nil : $0 } ?? ""
    }
    if !draft.redirect.isPage, !draft.pixels.isEmpty {
      fields.fault("pixels", "choice", "need a page: redirect meta, javascript, hide_referrer or 200")
    }
    if let passes = fields.optionalBool("pass_parameters") { draft.passesParameters = passes ?? false }
    if let isDefault = fields.optionalBool("is_default") {
      draft.isDefault = isDefault ?? false
      if current?.isDefault == true, !draft.isDefault {
        fields.fault("is_default", "required", "must stay: make another profile the default instead")
      }
    }
    if let notes = fields.optionalString("notes", length: 0...10_000) { draft.notes = notes ?? "" }
    return draft
  }

  static let schema = Schema.object([
    .optional("name", .string),
    .optional(
      "redirect",
      .choice(Redirect.allCases.map(\.rawValue)).described(
        "302 unless given. hide_referrer: the merchant sees no referrer; 200: the visitor stays.")),
    .optional(
      "pixels",
      .string.described(
        "HTML with macros, fired by the page of meta, javascript, hide_referrer or 200. At most \(pixelsLimit) characters."
      )),
    .optional("pass_parameters", .boolean.described("Hand the tracking link's own parameters on to the destination.")),
    .optional("is_default", .boolean.described("Of campaigns that choose none; there is always exactly one.")),
    .optional("notes", .string),
  ])
}

extension TrackingProfile.Redirect {
  /// In a select.
  var title: String {
    switch self {
    case .moved: "301: moved permanently"
    case .found: "302: found (recommended)"
    case .temporary: "307: temporary"
    case .meta: "Meta refresh: a page without scripts"
    case .script: "JavaScript: fires pixels first"
    case .hideReferrer: "Hide referrer: the merchant sees none"
    case .none: "200: no redirect"
    }
  }
}
