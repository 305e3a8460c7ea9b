public import Database

/// Which rows of `conversions` are sales, what an order is, and whose it is: the one definition for reports, lists of
/// customers and whatever else speaks of them. Every expression is over the bare columns of `conversions`.
public enum CountedSale {
  /// Approved, of type sale or of a type that is marked to count. Upsells and rebills are none: they only add revenue.
  public static func condition(_ schema: SchemaName) -> SQL {
    """
    status = 'sale'
      AND type = ANY (ARRAY(SELECT t.name FROM \(schema).conversion_types t WHERE t.counts AND t.archived_at IS NULL))
    """
  }

  /// Of a counted sale: whether it is an order of its own. A transaction that is reported again as a new conversion
  /// (`seq` above 0) is no second order; a sale without a transaction id always is one.
  public static let opensOrder: SQL = "(txid IS NULL OR seq = 0)"

  /// Who bought, as a uuid: the visitor, else the hash of the e-mail address, else the click itself (somebody paid).
  public static let customer: SQL = """
    COALESCE(visitor_id, encode(substring(email_hash FROM 1 FOR 16), 'hex')::uuid, click_id)
    """
}
