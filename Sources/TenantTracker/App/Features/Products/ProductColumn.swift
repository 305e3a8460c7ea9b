import Core

/// The columns of a CSV file of products: those of the export, which the import takes back as they are, and what shops'
/// own exports call them.
enum ProductColumn: String, CaseIterable, Sendable {
  case sku, name, price, currency, category
  case imageURL = "image_url"
  case externalID = "external_id"
  case source

  /// Other names for it, in order of precedence.
  private var aliases: [String] {
    switch self {
    case .sku: ["variant sku", "product sku", "item sku"]
    case .name: ["title", "product name", "product title", "product"]
    case .price: ["variant price", "regular price", "amount"]
    case .currency: ["price currency", "currency code"]
    case .category: ["product category", "categories", "product type", "type"]
    case .imageURL: ["image url", "image src", "image", "images", "image link", "picture"]
    case .externalID: ["external id", "product id", "shop id", "id"]
    case .source: []
    }
  }

  private var isRequired: Bool { self == .sku || self == .name }

  func cell(of draft: Product.Draft) -> CSVCell {
    switch self {
    case .sku: .text(draft.sku)
    case .name: .text(draft.name)
    case .price: .number(draft.price.description)
    case .currency: .number(draft.currency.code)
    case .category: CSVCell(draft.category)
    case .imageURL: CSVCell(draft.imageURL)
    case .externalID: CSVCell(draft.externalID)
    case .source: .number(draft.source.rawValue)
    }
  }

  static var head: String { CSVCell.line(allCases.map { .number($0.rawValue) }) }

  static func line(_ draft: Product.Draft) -> String { CSVCell.line(allCases.map { $0.cell(of: draft) }) }

  /// Which column of a file is which.
  struct Places: Sendable {
    let columns: [(column: ProductColumn, index: Int)]
    /// Those that nothing is read from.
    let ignored: [String]
    /// Required ones that are not there.
    let missing: [ProductColumn]

    init(_ header: CSVHeader) {
      columns = ProductColumn.allCases.compactMap { column in
        ([column.rawValue] + column.aliases).lazy.compactMap { header.column($0) }.first.map { (column, $0) }
      }
      let (taken, found) = (Set(columns.map(\.index)), Set(columns.map(\.column)))
      ignored = header.names.indices.filter { !taken.contains($0) && !header.names[$0].isEmpty }.map {
        header.names[$0]
      }
      missing = ProductColumn.allCases.filter { $0.isRequired && !found.contains($0) }
    }

    /// A row as the API's body. An empty price or name is left for the reader to refuse, other empty cells clear.
    func body(of row: CSVRow) -> JSONObject {
      var body: JSONObject = [:]
      for (column, index) in columns {
        let text = row.text(index)
        switch column {
        case .sku, .name, .price: body[column.rawValue] = .string(text)
        case .source: body[column.rawValue] = text.isEmpty ? .null : .string(text.lowercased())
        case .imageURL: body[column.rawValue] = text.isEmpty ? .null : .string(Self.first(text))
        case .currency, .category, .externalID: body[column.rawValue] = text.isEmpty ? .null : .string(text)
        }
      }
      return body
    }

    /// WooCommerce lists a product's pictures with commas between.
    private static func first(_ addresses: String) -> String {
      addresses.split(separator: ", http").first.map(String.init) ?? addresses
    }
  }
}
