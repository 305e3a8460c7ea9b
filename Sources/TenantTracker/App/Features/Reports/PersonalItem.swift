import Core
import Database
import Web

/// What somebody keeps under a name for themselves, and may share with the team: a report's question, a choice of columns.
protocol PersonalContent: Sendable, Hashable {
  associatedtype Stored: SQLValue, SQLDecodable

  /// `saved report`: in messages and the audit log.
  static var noun: String { get }
  /// `SavedReport`: in the API's document.
  static var schemaName: String { get }
  /// `/reports`
  static var path: String { get }
  static var table: String { get }
  /// Its name in JSON and its column.
  static var field: String { get }
  static var schema: Schema { get }

  /// Reads and checks its field. Nil after noting a fault.
  static func read(_ fields: inout FieldReader) -> Self?

  /// What was written long ago may name things that are gone: those are left out.
  init(stored: Stored)
  var stored: Stored { get }
  var json: JSONValue { get }
}

/// One of these with its name and owner.
struct PersonalItem<Content: PersonalContent>: Sendable {
  struct Draft: Sendable, Hashable {
    var name: String
    var content: Content
    /// Everybody who may read reports sees it; only its owner changes it.
    var isShared = false
    /// What its owner's page begins with. At most one of a kind is.
    var isStandard = false
  }

  let id: Int64
  let ownerID: Int64
  /// The owner's e-mail address.
  let owner: String
  let draft: Draft
  let createdAt: Timestamp
  let updatedAt: Timestamp

  /// How many somebody may keep.
  static var limit: Int { 200 }

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(draft.name), Content.field: draft.content.json, "shared": .bool(draft.isShared),
      "standard": .bool(draft.isStandard), "owner": .string(owner), "created_at": JSONValue(createdAt),
      "updated_at": JSONValue(updatedAt),
    ]
  }

  static var schema: Schema {
    .object([
      .optional("id", .integer), .required("name", .string), .required(Content.field, Content.schema),
      .optional("shared", Schema.boolean.described("For everybody who may read reports; needs write access to them.")),
      .optional("standard", Schema.boolean.described("What its owner's page begins with.")),
      .optional("owner", .email), .optional("created_at", .timestamp), .optional("updated_at", .timestamp),
    ])
  }
}

extension PersonalItem.Draft {
  /// Reads a request. With `current`, only the fields given change (PATCH). Nil after a fault.
  static func read(_ fields: inout FieldReader, current: Self?) -> Self? {
    let name = current == nil || fields.has("name") ? fields.string("name", length: 1...100) : current?.name
    let content =
      current == nil || fields.has(Content.field) ? Content.read(&fields) : current?.content
    let isShared = fields.bool("shared", default: current?.isShared ?? false)
    let isStandard = fields.bool("standard", default: current?.isStandard ?? false)
    guard let name, let content else { return nil }
    return Self(name: name, content: content, isShared: isShared, isStandard: isStandard)
  }
}
