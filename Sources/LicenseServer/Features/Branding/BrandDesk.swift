import Core
import Database
import Licensing

/// Changes brands. Each change is one transaction with its entry in the audit log.
struct BrandDesk: Sendable {
  /// Of one owner: the one without a domain, and so many with one.
  static let maxBrands = 50

  let database: ConnectionPool
  let hosts: HostBrands
  let clock: any WallClock

  /// What the request's fields make of the owner's brand for a domain.
  /// - Throws: 422 with every fault; 409 for more brands than there may be.
  func save(
    _ fields: FieldReader, of owner: BrandOwner, mayHidePoweredBy: Bool, by actor: Actor
  ) async throws -> Brand {
    let brand = try await database.transaction { connection in
      var fields = fields
      let domain = Self.readDomain(from: &fields)
      let store = BrandStore(connection)
      let former = try await store.find(for: domain, of: owner)
      let settings = try Branding.read(from: &fields, former: former?.settings, mayHidePoweredBy: mayHidePoweredBy)
      try fields.finish()
      guard let settings else { throw Problem.internalError() }
      if former == nil, try await store.all(of: owner).count >= Self.maxBrands {
        throw Problem.conflict("There are \(Self.maxBrands) brands already; delete one first.", field: "domain")
      }
      let now = clock.now()
      let id = try await store.save(settings, for: domain, of: owner, at: now)
      let brand = Brand(id: id, domain: domain, settings: settings, updatedAt: now)
      try await AuditStore(connection).append(
        AuditEntry(
          action: "brand.save", subject: owner.subject, before: .optional(former?.json), after: brand.json), by: actor,
        at: now)
      return brand
    }
    hosts.forget()
    return brand
  }

  func delete(_ id: Int64, of owner: BrandOwner, by actor: Actor) async throws {
    try await database.transaction { connection in
      let store = BrandStore(connection)
      guard let brand = try await store.find(id, of: owner) else { throw Problem.notFound("brand") }
      try await store.delete(id)
      try await AuditStore(connection).append(
        AuditEntry(action: "brand.delete", subject: owner.subject, before: brand.json), by: actor, at: clock.now())
    }
    hosts.forget()
  }

  private static func readDomain(from fields: inout FieldReader) -> String? {
    guard let text = fields.optionalString("domain", length: 1...253) ?? nil else { return nil }
    let domain = text.lowercased()
    if !Hostname.isValid(domain) { fields.fault("domain", "host", "must be a host name such as track.example.com") }
    return domain
  }
}
