import Conversions
import Core
import Database

/// All SQL on what conversions were of.
struct PurchaseStore: Sendable {
  /// Keeps a conversion's lines, in the transaction that records it. What a page or a postback said first stays; a shop
  /// that tells how the order stands in all replaces it.
  func keep(
    _ lines: [PurchasedProduct], of id: ConversionID, isWhole: Bool, in connection: Connection, schema: SchemaName
  ) async throws(DatabaseError) {
    guard !lines.isEmpty else { return }
    if isWhole {
      try await connection.execute("DELETE FROM \(schema).conversion_products WHERE conversion_id = \(id)")
    }
    try await connection.execute(
      """
      INSERT INTO \(schema).conversion_products (
        conversion_id, position, sku, external_id, name, price_micros, currency, quantity)
      SELECT c.id, l.position, l.sku, l.external_id, l.name, l.price, COALESCE(l.currency, c.currency), l.quantity
      FROM \(schema).conversions c, \(Self.records(lines))
      WHERE c.id = \(id)
        AND NOT EXISTS (SELECT FROM \(schema).conversion_products known WHERE known.conversion_id = c.id)
      """)
  }

  /// Of each of these conversions, in the order they were told.
  func lines(of ids: [ConversionID], in scope: TenantScope) async throws(DatabaseError)
    -> [ConversionID: [PurchasedProduct]]
  {
    guard !ids.isEmpty else { return [:] }
    let rows = try await scope.query(
      """
      SELECT conversion_id, sku, external_id, name, price_micros, currency, quantity
      FROM \(scope.schema).conversion_products WHERE conversion_id = ANY (\(ids)) ORDER BY conversion_id, position
      """)
    var lines: [ConversionID: [PurchasedProduct]] = [:]
    for row in rows {
      let line = PurchasedProduct(
        sku: try row.get("sku"), externalID: try row.get("external_id"), name: try row.get("name"),
        price: try row.get("price_micros"), currency: try row.get("currency"), quantity: try row.get("quantity"))
      guard let line else { continue }
      lines[try row.get("conversion_id"), default: []].append(line)
    }
    return lines
  }

  private static func records(_ lines: [PurchasedProduct]) -> SQL {
    let list = lines.prefix(PurchasedProduct.limit).enumerated().map { position, line -> JSONValue in
      [
        "position": .int(position), "sku": JSONValue(line.sku), "external_id": JSONValue(line.externalID),
        "name": .string(line.name), "price": JSONValue(line.price?.rawValue), "currency": JSONValue(line.currency),
        "quantity": .int(line.quantity),
      ]
    }
    return """
      jsonb_to_recordset(\(JSONValue.array(list))) AS l (position int, sku text, external_id text, name text,
        price bigint, currency text, quantity bigint)
      """
  }
}
