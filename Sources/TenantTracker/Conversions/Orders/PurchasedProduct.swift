public import Core

/// A line of an order: so many of one product.
public struct PurchasedProduct: Sendable, Hashable, Codable {
  public var sku: String?
  /// The shop's id of the product.
  public var externalID: String?
  public var name: String
  /// Of one; nil when nobody said.
  public var price: Micros?
  /// Of the price; nil: the conversion's.
  public var currency: Currency?
  /// 1 to ``greatestQuantity``.
  public var quantity: Int64

  /// Lines of one order that are kept.
  public static let limit = 100
  public static let greatestQuantity: Int64 = 1_000_000

  /// Nil for what says of nothing what it is, for none of something, and for amounts that are none.
  public init?(
    sku: String? = nil, externalID: String? = nil, name: String? = nil, price: Micros? = nil,
    currency: Currency? = nil, quantity: Int64 = 1
  ) {
    let (sku, externalID) = (Self.text(sku), Self.text(externalID))
    guard let name = Self.text(name) ?? sku ?? externalID, (1...Self.greatestQuantity).contains(quantity) else {
      return nil
    }
    self.sku = sku
    self.externalID = externalID
    self.name = name
    self.price = price.flatMap { (Micros.zero ... .greatestAmount).contains($0) ? $0 : nil }
    self.currency = currency
    self.quantity = quantity
  }

  private static func text(_ text: String?) -> String? {
    guard let text = text?.replacing("\0", with: "").trimmed, !text.isEmpty else { return nil }
    return text.limited(to: 255)
  }

  /// Something to compare lists by, so that of two the same one is always taken.
  static func order(_ lines: [PurchasedProduct]?) -> String {
    (lines ?? []).map { "\($0.name) \($0.sku ?? "") \($0.quantity) \($0.price?.rawValue ?? -1)" }.joined(
      separator: "\n")
  }
}

extension OrderDocument {
  /// The order's lines in `line_items`, as both Shopify and WooCommerce call them; nil where there are none.
  /// - Parameters:
  ///   - names: of the product, in order of precedence.
  ///   - currency: of the prices.
  func lines(named names: [String], in currency: Currency) -> [PurchasedProduct]? {
    let lines = (self["line_items"]?.list ?? []).prefix(PurchasedProduct.limit).compactMap { line in
      PurchasedProduct(
        sku: line.text("sku"), externalID: line.text("product_id"),
        name: names.lazy.compactMap { line.text($0) }.first,
        price: line.text("price").flatMap { Micros($0) }, currency: currency,
        quantity: line.text("quantity").flatMap { Int64($0) } ?? 1)
    }
    return lines.isEmpty ? nil : lines
  }
}
