import Core
import Database
import Web

// What API and pages read alike.
extension HostedTenantDesk.Request {
  static let domainLimit = 100

  /// By staff: for any customer, on a licence of theirs or a new one.
  init(from fields: inout FieldReader) throws(Problem) {
    let (owner, terms) = (Self.owner(&fields), Self.terms(&fields))
    try self.init(from: &fields, owner: owner, terms: terms)
  }

  /// - Parameters:
  ///   - owner: nil when something is wrong with it, and the reader knows what; likewise `terms`.
  init(from fields: inout FieldReader, owner: Owner?, terms: Terms?) throws(Problem) {
    let slug = fields.string("slug", length: 1...63)
    let name = fields.string("name", length: 1...200)
    let admin = fields.email("admin_email")
    let domains = Self.domains(&fields)
    if let slug, !HostedTenant.isValidSlug(slug) {
      fields.fault("slug", "invalid", "must be lower-case letters, digits and hyphens, at most 63")
    }
    if domains == nil { fields.fault("domains", "required", "must name one host at least") }
    try fields.finish()
    guard let slug, let name, let owner, let terms, let admin, let domains else { throw .internalError() }
    self.init(slug: slug, name: name, owner: owner, terms: terms, domains: domains, adminEmail: admin)
  }

  private static func owner(_ fields: inout FieldReader) -> Owner? {
    let id = fields.optionalInt("customer_id", range: 1...Int64.max) ?? nil
    let email = fields.optionalEmail("customer_email") ?? nil
    switch (id, email) {
    case (let id?, nil): return .customer(id)
    case (nil, let email?): return .email(email)
    default:
      fields.fault("customer_email", "choice", "or customer_id is required, one of the two")
      return nil
    }
  }

  private static func terms(_ fields: inout FieldReader) -> Terms? {
    let license = fields.optionalInt("license_id", range: 1...Int64.max) ?? nil
    let plan = fields.optionalString("plan", length: 1...50) ?? nil
    switch (license, plan) {
    case (let license?, nil): return .license(license)
    case (nil, let plan?): return .plan(plan)
    default:
      fields.fault("plan", "choice", "or license_id is required, one of the two")
      return nil
    }
  }

  /// Lower case, each once; nil when absent or empty.
  static func domains(_ fields: inout FieldReader) -> [String]? {
    let given = (fields.optionalStrings("domains", max: domainLimit, length: 253) ?? nil) ?? []
    var domains: [String] = []
    for host in given.map({ $0.trimmed.lowercased() }) where !domains.contains(host) {
      if !Hostname.isValid(host) || !host.contains(".") {
        fields.fault("domains", "invalid", "\(host) is no host name such as clicks.example.com")
      }
      domains.append(host)
    }
    return domains.isEmpty ? nil : domains
  }
}

extension HostedTenantDesk {
  func retry(_ id: Int64, from fields: inout FieldReader, by actor: Actor) async throws -> HostedTenant {
    let name = fields.optionalString("name", length: 1...200) ?? nil
    let domains = Request.domains(&fields)
    let admin = fields.optionalEmail("admin_email") ?? nil
    try fields.finish()
    return try await retry(id, name: name, domains: domains, adminEmail: admin, by: actor)
  }

  /// The newest archive as a download, fetched from its tracker piece by piece while it is sent.
  func archive(of tenant: HostedTenant, by actor: Actor) async throws -> Reply {
    guard let archive = tenant.archive, let tracker = tenant.trackerID else {
      throw Problem.conflict("No archive was made of this tenant: export it first.")
    }
    let client = try await fleet.client(for: tracker)
    let first: [UInt8]
    do { first = try await client.readPiece(archive.id, at: 0) } catch let fault as TrackerFault { throw fault.problem }
    try await database.transaction { connection in
      try await AuditStore(connection).append(
        AuditEntry(
          action: "tenant.download", subject: "tenant:\(tenant.id)", after: ["sha256": .string(archive.sha256)]),
        by: actor, at: clock.now())
    }
    return .stream(type: .binary, filename: "\(tenant.slug)-\(archive.madeAt.day).trackily") { writer in
      var piece = first
      var sent: Int64 = 0
      while !piece.isEmpty {
        try await writer.write(piece)
        sent += Int64(piece.count)
        guard sent < archive.bytes else { return }
        piece = try await client.readPiece(archive.id, at: sent)
      }
    }
  }
}
