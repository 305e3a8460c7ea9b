import Analytics
import Core
import Web

/// What was sold of one product, or of one category.
struct ProductSales: Sendable, Hashable {
  /// Nil for what is not in the catalogue, and for categories.
  var productID: Int64?
  var isArchived = false
  /// Of the catalogue, else as it was told; of a category nil for what has none.
  var name: String?
  var sku: String?
  var category: String?
  var units: Int64
  /// Approved conversions that it is part of.
  var orders: Int64
  /// Prices times quantities, in the tenant's currency.
  var revenue: Micros
  /// Of what all lines bring, in ten-thousandths of a percent; nil when they bring nothing.
  var share: Int64?
  /// Of the units with a price; nil when none has one.
  var averagePrice: Micros?

  /// Over all rows, those of other pages too.
  struct Totals: Sendable, Hashable {
    var units: Int64 = 0
    /// An order with two products is one.
    var orders: Int64 = 0
    var revenue = Micros.zero
    /// Lines without a price, or in a currency that the order has no rate for: they bring nothing.
    var unpricedLines: Int64 = 0
    /// How many rows there are.
    var rows: Int64 = 0
  }

  var json: JSONValue {
    [
      "product_id": JSONValue(productID), "name": JSONValue(name), "sku": JSONValue(sku),
      "category": JSONValue(category), "archived": .bool(isArchived), "units": .int(units), "orders": .int(orders),
      "revenue": JSONValue(revenue), "share": share.map { MetricValue.percent(tenThousandths: $0).json } ?? .null,
      "average_price": JSONValue(averagePrice),
    ]
  }

  static let schema = Schema.object([
    .required("product_id", Schema.integer.nullable.described("Null for what is not in the catalogue.")),
    .required("name", Schema.string.nullable.described("Of the product or category; null: without one.")),
    .required("sku", .string.nullable), .required("category", .string.nullable), .required("archived", .boolean),
    .required("units", .integer),
    .required("orders", Schema.integer.described("Approved conversions that it is part of.")),
    .required("revenue", Schema.money.described("Prices times quantities, in the tenant's currency.")),
    .required("share", Schema.number.nullable.described("Of the revenue of all lines, in percent; null for x/0.")),
    .required("average_price", Schema.money.nullable.described("Of the units that have a price.")),
  ])
}

extension ProductSales.Totals {
  var json: JSONValue {
    [
      "units": .int(units), "orders": .int(orders), "revenue": JSONValue(revenue),
      "unpriced_lines": .int(unpricedLines), "rows": .int(rows),
    ]
  }

  static let schema = Schema.object([
    .required("units", .integer),
    .required("orders", Schema.integer.described("An order with two products is one.")),
    .required("revenue", .money),
    .required(
      "unpriced_lines",
      Schema.integer.described("Lines without a price, or in a currency there is no rate for; they bring nothing.")),
    .required("rows", .integer),
  ])
}
