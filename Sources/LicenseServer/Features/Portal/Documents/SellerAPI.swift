import Core
import Database
import Web

/// `/api/settings/seller` and the page for it: what stands on invoices about us.
struct SellerAPI: Sendable {
  let database: ConnectionPool
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("seller", Self.schema)
    table.on(
      .get, "/settings/seller", .read(.settings), "What stands on invoices about the vendor", answer: .ref("seller")
    ) { _ in
      .json(try await SellerStore(database).load().json)
    }
    table.on(
      .patch, "/settings/seller", .write(.settings), "Changes what stands on invoices about the vendor",
      body: .json(Self.changes), answer: .ref("seller")
    ) { call in
      .json(try await change(call.fields(), by: call.actor).json)
    }
  }

  /// Changes the fields that are given.
  func change(_ given: FieldReader, by actor: Actor) async throws -> Seller {
    var fields = given
    let name = fields.optionalString("name", length: 0...200)
    let address = fields.optionalString("address", length: 0...1_000)
    let vatID = fields.optionalString("vat_id", length: 0...40)
    let email = fields.optionalString("email", length: 0...254)
    let bankDetails = fields.optionalString("bank_details", length: 0...1_000)
    if let text = email ?? nil, !text.isEmpty, EmailAddress(text) == nil {
      fields.fault("email", "email", "must be an e-mail address")
    }
    try fields.finish()
    return try await database.transaction { connection in
      let store = SellerStore(connection)
      let former = try await store.load()
      var seller = former
      if let name { seller.name = name ?? "" }
      if let address { seller.address = address ?? "" }
      if let vatID { seller.vatID = vatID ?? "" }
      if let email { seller.email = email ?? "" }
      if let bankDetails { seller.bankDetails = bankDetails ?? "" }
      guard seller != former else { return seller }
      try await store.save(seller, at: clock.now())
      try await AuditStore(connection).append(
        AuditEntry(action: "settings.change_seller", subject: "settings", before: former.json, after: seller.json),
        by: actor, at: clock.now())
      return seller
    }
  }

  private static let names = ["name", "address", "vat_id", "email", "bank_details"]
  private static let schema = Schema.object(names.map { .required($0, .string) })
  private static let changes = Schema.object(names.map { .optional($0, .string.nullable) })
}
