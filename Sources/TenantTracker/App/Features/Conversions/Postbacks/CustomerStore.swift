import Conversions
import Core
import Database

/// All SQL that finds a click by what is known of the customer.
struct CustomerStore: Sendable {
  /// How long an order's number is taken for the same order's: shops and networks begin again.
  private static let orderAge: Duration = .hours(24 * 90)

  /// Of the one conversion that has this number; nil if several clicks' have it. Numbers are small, and another shop's or
  /// a network's say nothing: only what this shop or its page reported counts.
  func click(
    ofOrder id: String, from reporter: String, before time: Timestamp, of scope: TenantScope
  ) async throws(DatabaseError) -> ClickID? {
    let rows = try await scope.query(
      """
      SELECT DISTINCT c.click_id FROM \(scope.schema).conversions c
      JOIN \(scope.schema).conversion_history h ON h.conversion_id = c.id
      WHERE c.txid = \(id) AND c.created_at > \(time - Self.orderAge)
        AND h.actor IN (\(reporter), \(InboundChannel.pixel.rawValue)) LIMIT 2
      """)
    return rows.count == 1 ? try rows[0].get("click_id") : nil
  }

  /// Of the customer's last conversion.
  func click(
    ofEmail hash: [UInt8], before time: Timestamp, of scope: TenantScope
  ) async throws(DatabaseError) -> ClickID? {
    try await scope.first(
      """
      SELECT click_id FROM \(scope.schema).conversions
      WHERE email_hash = \(hash) AND created_at <= \(time) ORDER BY created_at DESC, id DESC LIMIT 1
      """)?.get("click_id")
  }

  /// The last that was let through. Clicks have no index by address: this reads all of the window.
  func click(
    from address: IPAddress, within window: Duration, before time: Timestamp, of scope: TenantScope
  ) async throws(DatabaseError) -> ClickID? {
    try await scope.first(
      """
      SELECT id FROM \(scope.schema).clicks
      WHERE ts >= \(time - window) AND ts <= \(time) AND ip = \(address) AND status = 'ok' ORDER BY id DESC LIMIT 1
      """)?.get("id")
  }

  /// Keeps by whom a conversion was. Who was known before stays.
  func note(
    _ emailHash: [UInt8], of id: ConversionID, in connection: Connection, schema: SchemaName
  ) async throws(DatabaseError) {
    try await connection.execute(
      "UPDATE \(schema).conversions SET email_hash = \(emailHash) WHERE id = \(id) AND email_hash IS NULL")
  }
}
