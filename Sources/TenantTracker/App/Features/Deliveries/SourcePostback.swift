import ClickPath
import Conversions
import Core
import Web

/// What a traffic source is told of its clicks' conversions: where, of which, and what its answer has to say.
struct SourcePostback: Sendable {
  struct Draft: Sendable, Hashable {
    var name = ""
    /// With macros.
    var url = ""
    var method = Method.get
    /// Of a POST, with macros.
    var body = ""
    /// Of the body; empty for a form's.
    var contentType = ""
    /// Of a conversion that it tells of.
    var statuses: [ConversionStatus] = [.sale]
    /// Of conversions that it tells of; empty for all.
    var types: [String] = []
    /// Nil: any status of 2xx is success.
    var success: SuccessRule?
    var isActive = true
  }

  enum Method: String, Sendable, CaseIterable { case get = "GET", post = "POST" }

  /// Of one source.
  static let limit = 20

  let id: Int64
  let sourceID: Int64
  /// Its URL is the source's `postback_url`.
  let isMain: Bool
  var draft: Draft
  /// Words in capitals that the platform's template left for the user to replace.
  var placeholders: [String]
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "source_id": .int(sourceID), "main": .bool(isMain), "name": .string(draft.name),
      "url": .string(draft.url), "method": .string(draft.method.rawValue), "body": .string(draft.body),
      "content_type": .string(draft.contentType), "statuses": JSONValue(draft.statuses.map(\.rawValue)),
      "types": JSONValue(draft.types), "success": .optional(draft.success?.json), "active": .bool(draft.isActive),
      "placeholders": JSONValue(placeholders), "unknown_macros": JSONValue(draft.unknownMacros),
      "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  /// - Parameters:
  ///   - current: nil for a new one.
  ///   - template: of the source.
  static func read(
    _ fields: inout FieldReader, current: Draft?, of template: SourceTemplate
  ) throws(Problem) -> Draft {
    var draft = current ?? Draft()
    if let name = fields.optionalString("name", length: 0...200) { draft.name = name ?? "" }
    if current == nil || fields.has("url") { draft.url = fields.urlTemplate("url") ?? "" }
    if let method = fields.optionalOneOf("method", Method.allCases.map(\.rawValue)) {
      draft.method = method.flatMap(Method.init(rawValue:)) ?? .get
    }
    if let body = fields.optionalString("body", length: 0...10_000, trim: false) { draft.body = body ?? "" }
    if let type = fields.optionalString("content_type", length: 0...200) { draft.contentType = type ?? "" }
    if let words = fields.optionalStrings("statuses", max: 10) {
      draft.statuses = (words ?? []).compactMap(ConversionStatus.init(rawValue:))
      if draft.statuses.isEmpty || draft.statuses.count < words?.count ?? 0 {
        let choices = ConversionStatus.allCases.map(\.rawValue).joined(separator: ", ")
        fields.fault("statuses", "choice", "must be some of \(choices)")
      }
    }
    if let types = fields.optionalStrings("types", max: 50, length: 64) {
      draft.types = (types ?? []).map { ConversionType(word: $0).rawValue }
    }
    if let success = try SuccessRule.read(&fields) { draft.success = success }
    let wasActive = draft.isActive
    if let active = fields.optionalBool("active") { draft.isActive = active ?? true }
    let left = template.placeholders(in: draft.url)
    if !left.isEmpty, draft.isActive, !wasActive || current == nil || draft.url != current?.url {
      fields.fault("url", "placeholder", "still has \(left.joined(separator: ", ")): put your own values in its place")
    }
    if draft.method == .get, !draft.body.isEmpty { fields.fault("body", "method", "can only be sent by POST") }
    if !draft.contentType.isPlainHeaderValue { fields.fault("content_type", "invalid", "must be a media type") }
    return draft
  }

  static let schema = Schema.object([
    .optional("name", .string),
    .optional("url", .string.described("Where to, with macros such as `{external_id}` and `{status:lead=0 sale=1}`.")),
    .optional("method", .choice(Method.allCases.map(\.rawValue))), .optional("body", .string.nullable),
    .optional("content_type", .string.nullable.described("Of the body; a form's if empty.")),
    .optional("statuses", .array(.choice(ConversionStatus.allCases.map(\.rawValue))).described("That it tells of.")),
    .optional("types", .array(.string).described("That it tells of; empty for all.")),
    .optional("success", SuccessRule.schema.nullable.described("What the answer must say, beside a status of 2xx.")),
    .optional("active", .boolean),
  ])
}

extension SourcePostback.Draft {
  /// In braces, and nothing that we know.
  var unknownMacros: [String] {
    var names: [String] = []
    for text in [url, body] {
      for name in ConversionTemplate(text, clock: { _ in .utc }).unknownMacros where !names.contains(name) {
        names.append(name)
      }
    }
    return names
  }
}

extension SourceTemplate {
  /// What is left for the user to replace in a template's URL.
  private static let placeholderWords: Set<Substring> = ["ACC", "EVENT", "GOAL"]

  /// Those of this platform that a URL still has.
  func placeholders(in url: String) -> [String] {
    guard let mark = url.firstIndex(of: "?") else { return [] }
    let values = url[url.index(after: mark)...].split(separator: "&").compactMap { pair in
      pair.split(separator: "=", maxSplits: 1).last
    }
    return Set(values).intersection(Self.placeholderWords).map(String.init).sorted()
  }

  /// What a source made from this template tells it, if it has a URL for that. Kadam takes every status, the others sales.
  var postback: SourcePostback.Draft {
    var draft = SourcePostback.Draft(url: postbackURL)
    if id == "kadam" { draft.statuses = [.lead, .sale, .hold, .rejected] }
    if id == "exoclick" { draft.success = .lacks("ERROR:") }
    draft.isActive = placeholders(in: postbackURL).isEmpty
    return draft
  }
}

extension String {
  /// Nothing that could begin another header field.
  fileprivate var isPlainHeaderValue: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }
}
