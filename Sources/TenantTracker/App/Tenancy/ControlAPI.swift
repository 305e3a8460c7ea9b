import Core
import Database
import Security
import Web

/// `/control/v1`: how the vendor's control plane (or a script) makes and ends tenants. Exists only with CONTROL_TOKEN.
struct ControlAPI: Sendable {
  /// The holder of CONTROL_TOKEN.
  struct Operator: SignedInSession {
    var actorID: String { "control" }
    var mustChangePassword: Bool { false }
    func allows(_ access: Access) -> Bool { true }
  }

  /// The installation as a whole.
  struct Everything: Sendable {}

  typealias Table = RouteTable<Everything, Operator>
  typealias ControlCall = Call<Everything, Operator>

  let provisioner: TenantProvisioner
  let directory: TenantDirectory
  let licenses: LicenseKeeper
  let scopes: @Sendable (Tenant) async throws -> TenantScope
  let schemaVersion: @Sendable (SchemaName) async throws -> Int
  let archives: ControlArchives

  static func hooks(token: String) -> RouteHooks<Everything, Operator> {
    let expected = TokenHash(of: token)
    return RouteHooks(
      locate: { _ in Everything() },
      authenticate: { head, _ in head.bearerToken.map { expected.matches($0) } == true ? Operator() : nil })
  }

  func register(in table: inout Table) {
    table.define("Tenant", .any)
    table.on(
      .post, "/tenants", .signedIn, "Make a tenant; by slug, so it can be sent again", body: .json(.any),
      answer: .ref("Tenant"), status: 201, handler: create)
    table.on(
      .get, "/tenants", .signedIn, "The tenants, in the order they were made",
      query: .page + [QueryParameter("usage", .boolean, "With users and usage of each; at most 100 then.")],
      answer: .page(of: .ref("Tenant")), handler: list)
    table.on(
      .get, "/status", .signedIn, "Version and how many tenants there are",
      answer: .object([
        .required("version", .string), .required("tenants", .integer), .required("makes_archives", .boolean),
      ]), handler: status)
    table.on(
      .post, "/tenants/{slug}/password-link", .signedIn, "A fresh link by which a user sets a password",
      body: .json(.object([.required("email", .email)])), answer: .object([.required("path", .string)]),
      handler: passwordLink)
    table.on(.get, "/tenants/{slug}", .signedIn, "A tenant with users and usage", answer: .ref("Tenant"), handler: show)
    table.on(.post, "/tenants/{slug}/suspend", .signedIn, "Close the dashboard; clicks go on", answer: .ref("Tenant")) {
      try await setStatus(.suspended, $0)
    }
    table.on(.post, "/tenants/{slug}/resume", .signedIn, "Open the dashboard again", answer: .ref("Tenant")) {
      try await setStatus(.active, $0)
    }
    table.on(
      .delete, "/tenants/{slug}", .signedIn, "End a tenant; `purge=true` drops its data",
      query: [
        QueryParameter("purge", .boolean, "Drop the schema and everything in it."),
        QueryParameter("keep_license", .boolean, "Purged here, it goes on elsewhere: its licence is not given back."),
      ], status: 204, handler: delete)
    archives.register(in: &table)
  }

  private func create(_ call: ControlCall) async throws -> Reply {
    var fields = try call.fields()
    let slug = fields.string("slug", length: 1...63)
    let name = fields.string("name", length: 1...200)
    let licenseKey = fields.optionalString("license_key", length: 1...100) ?? nil
    let domains = (fields.optionalStrings("domains", max: 100, length: 253) ?? nil) ?? []
    let adminObject = fields.optionalObject("admin") ?? nil
    if let slug, !Tenant.isValidSlug(slug) {
      fields.fault("slug", "invalid", "must be lower-case letters, digits and hyphens, at most 63")
    }
    for host in domains where !Hostname.isValid(host) { fields.fault("domains", "invalid", "\(host) is no host name") }
    var admin: (email: EmailAddress, password: String?, mustChangePassword: Bool)?
    if let adminObject {
      var nested = try FieldReader(adminObject, path: "admin")
      let email = nested.email("email")
      let password = nested.optionalString("password", length: 1...256, trim: false) ?? nil
      fields.adopt(nested)
      if let email { admin = (email, password, false) }
    }
    try fields.finish()
    guard let slug, let name else { throw Problem.internalError() }
    let made = try await provisioner.provision(
      .init(slug: slug, name: name, domains: domains.map { $0.lowercased() }, admin: admin))
    try await directory.reload()
    let scope = try await scopes(made.tenant)
    // Also when an earlier attempt got no further than the tenant.
    if let licenseKey, try await licenses.record(of: scope).sealedKey == nil {
      do { try await licenses.adopt(key: licenseKey, for: scope) } catch let problem as Problem
        where problem.status == 422 && made.isNew
      {
        // A refused request leaves nothing behind; it can be sent again with another key.
        try await provisioner.purge(made.tenant)
        try await directory.reload()
        throw problem
      }
    }
    var answer = try await describe(made.tenant).objectValue ?? [:]
    if let invitation = made.invitation { answer["admin_invitation_token"] = .string(invitation.text) }
    return .created(.object(answer), location: "/control/v1/tenants/\(slug)")
  }

  private func list(_ call: ControlCall) async throws -> Reply {
    var request = try call.page
    let isWithUsage = call.query("usage") == "true"
    if isWithUsage { request.limit = min(request.limit, 100) }
    if let cursor = request.cursor, Int64(cursor) == nil {
      throw Problem.invalid("cursor", "invalid", "must be the next_cursor of the page before")
    }
    let all = try await provisioner.catalog.all()
    let after = request.cursor.flatMap { Int64($0) } ?? 0
    let page = Page(
      fetched: Array(all.lazy.filter { $0.id > after }.prefix(request.limit + 1)), limit: request.limit,
      total: all.count
    ) { String($0.id) }
    var items: [JSONValue] = []
    for tenant in page.items {
      items.append(isWithUsage && tenant.status != .building ? try await describe(tenant) : try await summary(tenant))
    }
    return .json(["items": .array(items), "next_cursor": JSONValue(page.nextCursor), "total": .int(all.count)])
  }

  private func status(_ call: ControlCall) async throws -> Reply {
    .json([
      "version": .string(Configuration.version), "tenants": .int(try await provisioner.catalog.all().count),
      "makes_archives": .bool(archives.hasPrograms),
    ])
  }

  private func passwordLink(_ call: ControlCall) async throws -> Reply {
    var fields = try call.fields()
    let email = fields.email("email")
    try fields.finish()
    guard let email else { throw Problem.internalError() }
    let tenant = try await find(call)
    guard tenant.status == .active || tenant.status == .suspended else {
      throw Problem.conflict("The tenant is \(tenant.status.rawValue).")
    }
    let link = try await provisioner.passwordLink(for: email, of: scopes(tenant))
    return .json(["path": .string("/admin/invitation#\(link.text)")])
  }

  private func show(_ call: ControlCall) async throws -> Reply { .json(try await describe(find(call))) }

  private func setStatus(_ status: Tenant.Status, _ call: ControlCall) async throws -> Reply {
    var tenant = try await find(call)
    guard tenant.status != .deleted else { throw Problem.conflict("The tenant is deleted.") }
    if tenant.status != status { try await provisioner.setStatus(status, of: tenant) }
    try await directory.reload()
    tenant.status = status
    return .json(try await describe(tenant))
  }

  private func delete(_ call: ControlCall) async throws -> Reply {
    let tenant = try await find(call)
    guard !tenant.isDefault else { throw Problem.conflict("The default tenant can't be deleted.") }
    if call.query("purge") == "true" {
      if call.query("keep_license") != "true", let scope = try? await scopes(tenant) { await licenses.release(scope) }
      try await provisioner.purge(tenant)
    } else if tenant.status != .deleted {
      try await provisioner.setStatus(.deleted, of: tenant)
    }
    try await directory.reload()
    return .noContent
  }

  private func find(_ call: ControlCall) async throws -> Tenant {
    guard let tenant = try await provisioner.catalog.find(slug: call.parameter("slug")) else {
      throw Problem.notFound("tenant")
    }
    return tenant
  }

  private func summary(_ tenant: Tenant) async throws -> JSONValue {
    [
      "slug": .string(tenant.slug), "name": .string(tenant.name), "status": .string(tenant.status.rawValue),
      "default": .bool(tenant.isDefault), "shard": .string(tenant.shard), "created_at": JSONValue(tenant.createdAt),
      "domains": JSONValue(try await provisioner.catalog.domains(of: tenant.id)),
    ]
  }

  private func describe(_ tenant: Tenant) async throws -> JSONValue {
    var object = try await summary(tenant).objectValue ?? [:]
    guard tenant.status != .deleted else { return .object(object) }
    let scope = try await scopes(tenant)
    let day = provisioner.clock.now() - .days(1)
    let clicks = try await scope.query(
      "SELECT count(1) AS clicks FROM \(scope.schema).clicks WHERE ts >= \(day) AND status = 'ok'"
    ).first?.get("clicks", as: Int.self)
    object["users"] = .int(try await provisioner.accounts.users.count(in: scope))
    object["usage"] = ["clicks_24h": .int(clicks ?? 0)]
    object["schema_version"] = .int(try await schemaVersion(tenant.schema))
    return .object(object)
  }
}
