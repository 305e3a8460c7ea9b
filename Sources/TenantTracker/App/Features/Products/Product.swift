import Core
import Web

/// Something a shop sells. What is bought is matched to it by SKU, the shop's id, else the name.
struct Product: Resource {
  struct Draft: Sendable, Hashable {
    var name = ""
    /// Unique among the products in use.
    var sku = ""
    var price = Micros.zero
    var currency: Currency
    var category: String?
    /// Shown as a link: pages of ours load nothing from other hosts.
    var imageURL: String?
    /// The shop's id of it.
    var externalID: String?
    var source = Source.manual
  }

  /// Where it comes from.
  enum Source: String, Sendable, CaseIterable {
    case manual, shopify, woocommerce

    var title: String {
      switch self {
      case .manual: "Manual"
      case .shopify: "Shopify"
      case .woocommerce: "WooCommerce"
      }
    }
  }

  static let noun = "product"
  static let path = "/products"
  static let section = Section.settings

  let id: Int64
  var draft: Draft
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(draft.name), "sku": .string(draft.sku), "price": JSONValue(draft.price),
      "currency": JSONValue(draft.currency), "category": JSONValue(draft.category),
      "image_url": JSONValue(draft.imageURL), "external_id": JSONValue(draft.externalID),
      "source": .string(draft.source.rawValue), "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    var draft = current ?? Draft(currency: defaults.currency)
    if current == nil || fields.has("name") { draft.name = fields.string("name", length: 1...200) ?? "" }
    if current == nil || fields.has("sku") { draft.sku = fields.string("sku", length: 1...200) ?? "" }
    if let price = fields.optionalMicros("price") { draft.price = price ?? .zero }
    if let currency = fields.optionalCurrency("currency") { draft.currency = currency ?? defaults.currency }
    if let category = fields.optionalString("category", length: 0...200) { draft.category = category?.orNil }
    if let address = fields.optionalURL("image_url") { draft.imageURL = address }
    if let id = fields.optionalString("external_id", length: 0...200) { draft.externalID = id?.orNil }
    if let source = fields.optionalOneOf("source", Source.allCases.map(\.rawValue)) {
      draft.source = source.flatMap(Source.init(rawValue:)) ?? .manual
    }
    return draft
  }

  static let schema = Schema.object([
    .optional("name", .string), .optional("sku", Schema.string.described("Unique among the products in use.")),
    .optional("price", .money), .optional("currency", .string), .optional("category", .string.nullable),
    .optional("image_url", .url.nullable),
    .optional("external_id", Schema.string.nullable.described("The shop's id of it.")),
    .optional("source", .choice(Source.allCases.map(\.rawValue))),
  ])
}

extension String {
  /// Nil for nothing.
  fileprivate var orNil: String? { isEmpty ? nil : self }
}
