import Conversions
import Core
import Web

/// A kind of conversion, and what it means to reports.
struct ConversionTypeEntry: Resource {
  struct Draft: Sendable {
    /// As postbacks name it and conversions bear it; does not change.
    var type: ConversionType
    var title: String
    var traits: ConversionTypeTraits
  }

  static let noun = "conversion type"
  static let path = "/conversion-types"
  static let section = Section.settings

  let id: Int64
  var draft: Draft
  /// Comes with every tenant and stays.
  var isPredefined: Bool
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(draft.type.rawValue), "title": .string(draft.title),
      "counts_as_conversion": .bool(draft.traits.counts), "earns_revenue": .bool(draft.traits.earns),
      "predefined": .bool(isPredefined), "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    var draft =
      current
      ?? Draft(type: ConversionType(rawValue: ""), title: "", traits: ConversionTypeTraits(counts: false, earns: true))
    if current == nil || fields.has("name") {
      let type = ConversionType(word: fields.string("name", length: 1...64) ?? "")
      if let current, current.type != type {
        fields.fault("name", "fixed", "cannot change: recorded conversions bear it")
      }
      if current == nil { draft.type = type }
    }
    if let title = fields.optionalString("title", length: 1...100) { draft.title = title ?? "" }
    if draft.title.isEmpty { draft.title = draft.type.rawValue }
    if let counts = fields.optionalBool("counts_as_conversion") { draft.traits.counts = counts ?? false }
    if let earns = fields.optionalBool("earns_revenue") { draft.traits.earns = earns ?? true }
    // Given back as they were read; they are not for the user to set.
    _ = fields.optionalBool("predefined")
    if draft.type == .sale, draft.traits != ConversionTypeTraits(counts: true, earns: true) {
      fields.fault("counts_as_conversion", "fixed", "cannot change: a sale counts and earns")
    }
    if draft.type.isFollowUp, draft.traits.counts {
      fields.fault("counts_as_conversion", "fixed", "cannot be set: it follows a sale, which counts already")
    }
    return draft
  }

  static let schema = Schema.object([
    .optional("name", Schema.string.described("As postbacks name it; cannot change later.")),
    .optional("title", .string),
    .optional(
      "counts_as_conversion", Schema.boolean.described("In reports, CR and CPA. Holds for recorded conversions, too.")),
    .optional(
      "earns_revenue",
      Schema.boolean.described("Its payout is revenue. Holds for what is recorded or moved from then on.")
    ),
    .optional("predefined", Schema.boolean.described("Not to be set.")),
  ])
}
