import Core
import Database
import Logging
import Security

/// Makes tenants and takes them down: schema, login, first admin, domains. Every step can be taken again, so a half-made
/// tenant is finished by asking once more.
struct TenantProvisioner: Sendable {
  let control: ConnectionPool
  let catalog: TenantCatalog
  let schemas: SchemaBuilder
  let pools: TenantPools
  let accounts: Accounts
  let secrets: SecretBox
  let coordinates: TenantCoordinatesMaker
  let clock: any WallClock
  let logger: Logger

  struct Request: Sendable {
    var slug: String
    var name: String
    var domains: [String] = []
    var admin: (email: EmailAddress, password: String?, mustChangePassword: Bool)?
    var isDefault = false
  }

  struct Provisioned: Sendable {
    let tenant: Tenant
    /// False when there was such a tenant already.
    let isNew: Bool
    let invitation: SecretToken?
  }

  /// Makes the tenant, or finds the one that has this slug.
  func provision(_ request: Request) async throws -> Provisioned {
    let installation = try await Installation.find(control)
    guard let installation else { throw TenancyError.notInstalled }
    if let existing = try await catalog.find(slug: request.slug), existing.status != .building {
      guard existing.status != .deleted else {
        throw Problem.conflict("A deleted tenant has this slug; purge it first.", field: "slug")
      }
      return Provisioned(tenant: existing, isNew: false, invitation: nil)
    }
    if installation.isSingleTenant, try await !catalog.all().isEmpty, try await catalog.find(slug: request.slug) == nil
    {
      throw Problem.conflict("\(TenancyError.singleTenantOnly)")
    }
    for host in request.domains { try await guardFree(host: host, slug: request.slug) }
    let hash: String? =
      if let admin = request.admin, let password = admin.password {
        try await accounts.hashNew(password, field: "admin.password", email: admin.email)
      } else {
        nil
      }
    let tenant = try await tenantInTheMaking(request, installation)
    let scope = try pools.scope(for: coordinates.coordinates(of: tenant))
    let invitation = try await addAdmin(request, hash, to: scope)
    try await catalog.setStatus(.active, of: tenant.id, at: clock.now())
    try await catalog.announceChange()
    logger.info("tenant ready", metadata: ["slug": "\(tenant.slug)"])
    var active = tenant
    active.status = .active
    return Provisioned(tenant: active, isNew: true, invitation: invitation)
  }

  private func guardFree(host: String, slug: String) async throws {
    let owner = try await catalog.owner(of: host)
    if let owner, owner != slug { throw Problem.conflict("\(host) belongs to another tenant.", field: "domains") }
  }

  /// The row an interrupted attempt left, its schema brought up to date; else a new row with a ready schema. Either way
  /// with its domains.
  private func tenantInTheMaking(_ request: Request, _ installation: Installation) async throws -> Tenant {
    if let unfinished = try await catalog.find(slug: request.slug) {
      try await schemas.migrations.migrate(unfinished.schema)
      try await control.transaction { try await grantDomains(of: request, to: unfinished, in: $0) }
      return unfinished
    }
    let built = try await schemas.take(installation)
    do {
      return try await control.transaction { connection in
        try await schemas.claim(built, in: connection)
        let tenant = try await catalog.insert(
          slug: request.slug, name: request.name, schema: built.schema, roleSecret: built.roleSecret,
          isDefault: request.isDefault, at: clock.now(), in: connection)
        try await grantDomains(of: request, to: tenant, in: connection)
        return tenant
      }
    } catch {
      // Somebody else was faster. A schema built for this stays nobody's no longer than that.
      if !built.isPooled { try await discard(built) }
      guard let error = error as? DatabaseError, error.isUniqueViolation else { throw error }
      throw Problem.unavailable("This tenant is being made; try again.", retryAfter: 1)
    }
  }

  /// All or, with the transaction it is in, none. In order, so that two who want the same ones never wait for each other.
  private func grantDomains(of request: Request, to tenant: Tenant, in connection: Connection) async throws {
    for host in Set(request.domains).sorted() {
      guard try await catalog.grant(host: host, to: tenant.id, at: clock.now(), in: connection) else {
        throw Problem.conflict("\(host) belongs to another tenant.", field: "domains")
      }
    }
  }

  private func discard(_ built: SchemaBuilder.Built) async throws {
    try await control.transaction { connection in
      try await schemas.drop(built.schema, hasLogin: built.roleSecret != nil, in: connection)
    }
  }

  private func addAdmin(_ request: Request, _ hash: String?, to scope: TenantScope) async throws -> SecretToken? {
    guard let admin = request.admin, try await accounts.users.find(admin.email, of: scope) == nil else { return nil }
    return try await scope.transaction { connection in
      let id = try await accounts.users.insert(
        .init(
          email: admin.email, name: "", role: .admin, passwordHash: hash, mustChangePassword: admin.mustChangePassword),
        at: clock.now(), of: scope, in: connection)
      guard let id, hash == nil else { return nil }
      return try await accounts.invite(id, .invitation, of: scope, in: connection)
    }
  }

  /// A new link by which a user sets a password; until it is used the former one stays.
  func passwordLink(for email: EmailAddress, of scope: TenantScope) async throws -> SecretToken {
    guard let user = try await accounts.users.find(email, of: scope) else { throw Problem.notFound("user") }
    let purpose: InvitationStore.Purpose = user.lastLoginAt == nil ? .invitation : .passwordReset
    return try await scope.transaction { try await accounts.invite(user.id, purpose, of: scope, in: $0) }
  }

  func setStatus(_ status: Tenant.Status, of tenant: Tenant) async throws {
    try await catalog.setStatus(status, of: tenant.id, at: clock.now())
    try await catalog.announceChange()
  }

  /// Drops the schema and its login; nothing of the tenant is left.
  func purge(_ tenant: Tenant) async throws {
    await pools.closeAll(tenantID: tenant.id)
    try await control.transaction { connection in
      try await schemas.drop(tenant.schema, hasLogin: tenant.roleSecret != nil, in: connection)
      try await catalog.remove(tenant.id, in: connection)
    }
    try await catalog.announceChange()
  }
}

extension TenantCatalog {
  /// The slug of the tenant that has this host.
  func owner(of host: String) async throws -> String? {
    try await control.query(
      """
      SELECT t.slug FROM control.domains d JOIN control.tenants t ON t.id = d.tenant_id WHERE d.host = \(host)
      """
    ).first?.get("slug")
  }
}

/// Turns a tenant into the coordinates of its login; the passwords are opened here and nowhere else.
struct TenantCoordinatesMaker: Sendable {
  let base: DSN
  let secrets: SecretBox

  static func secretContext(_ schema: SchemaName) -> String { "tenant-role:\(schema)" }

  func coordinates(of tenant: Tenant) throws -> TenantCoordinates {
    var dsn = base.with(applicationName: "trackily-tenant")
    if let sealed = tenant.roleSecret {
      dsn = base.with(
        user: tenant.schema.description,
        password: try secrets.openText(sealed, for: Self.secretContext(tenant.schema)),
        applicationName: "trackily-tenant")
    }
    return TenantCoordinates(tenantID: tenant.id, slug: tenant.slug, schema: tenant.schema, dsn: dsn)
  }
}
