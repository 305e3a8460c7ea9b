import Core
import Database

/// Who we are on invoices, and how they are paid without a payment provider.
struct Seller: Sendable, Hashable {
  /// The company's name.
  var name = ""
  /// Lines of text.
  var address = ""
  var vatID = ""
  var email = ""
  /// Lines of text: bank, IBAN, BIC.
  var bankDetails = ""

  /// Until somebody has written down who we are.
  static let unnamed = Seller()

  /// What stands at the head of a document.
  var title: String { name.isEmpty ? "Trackily" : name }

  var json: JSONValue {
    [
      "name": .string(name), "address": .string(address), "vat_id": .string(vatID), "email": .string(email),
      "bank_details": .string(bankDetails),
    ]
  }
}

/// The seller among the settings.
struct SellerStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func load() async throws(DatabaseError) -> Seller {
    let stored: JSONValue? = try await database.scalar("SELECT value FROM license.settings WHERE key = 'seller'")
    func text(_ name: String) -> String { stored?[name]?.stringValue ?? "" }
    return Seller(
      name: text("name"), address: text("address"), vatID: text("vat_id"), email: text("email"),
      bankDetails: text("bank_details"))
  }

  func save(_ seller: Seller, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.settings (key, value, updated_at) VALUES ('seller', \(seller.json), \(now))
      ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at
      """)
  }
}
