import Core
import Web

/// Where clicks are bought, and what its macros are called in our links.
struct TrafficSource: Resource {
  struct Draft: Sendable {
    var name: String
    /// The query parameter that carries the source's click id.
    var clickIDParameter: String
    /// The query parameter that carries what the click cost.
    var costParameter: String
    var currency: Currency?
    var notes: String
  }

  static let noun = "source"
  static let path = "/sources"
  static let section = Section.sources

  let id: Int64
  var draft: Draft
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(draft.name), "click_id_param": .string(draft.clickIDParameter),
      "cost_param": .string(draft.costParameter), "currency": JSONValue(draft.currency), "notes": .string(draft.notes),
      "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    var draft =
      current ?? Draft(name: "", clickIDParameter: "click_id", costParameter: "cost", currency: nil, notes: "")
    if current == nil || fields.has("name") { draft.name = fields.string("name", length: 1...200) ?? "" }
    if let parameter = parameterName("click_id_param", &fields) { draft.clickIDParameter = parameter }
    if let parameter = parameterName("cost_param", &fields) { draft.costParameter = parameter }
    if let currency = fields.optionalCurrency("currency") { draft.currency = currency }
    if let notes = fields.optionalString("notes", length: 0...10_000) { draft.notes = notes ?? "" }
    return draft
  }

  private static func parameterName(_ field: String, _ fields: inout FieldReader) -> String? {
    guard let name = fields.optionalString(field, length: 1...50) ?? nil else { return nil }
    guard
      name.utf8.allSatisfy({
        $0.asciiDigit != nil || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || "_-.".utf8.contains($0)
      })
    else {
      fields.fault(field, "invalid", "must be letters, digits, _ - or .")
      return nil
    }
    return name
  }

  static let schema = Schema.object([
    .optional("name", .string), .optional("click_id_param", .string), .optional("cost_param", .string),
    .optional("currency", .string.nullable), .optional("notes", .string),
  ])
}
