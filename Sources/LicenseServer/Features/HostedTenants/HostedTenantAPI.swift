import Core
import Database
import HTTPTypes
import Web

/// `/api/tenants`
struct HostedTenantAPI: Sendable {
  let database: ConnectionPool
  let desk: HostedTenantDesk

  func register(in table: inout StaffTable) {
    table.define("hosted_tenant", HostedTenant.schema)
    table.define("tenant_operation", TenantOperation.schema)
    table.on(
      .get, "/tenants", .read(.tenants), "Hosted tenants, the newest first",
      query: .page + [
        QueryParameter("status", .choice(HostedTenant.Status.allCases.map(\.rawValue)), "In this status."),
        QueryParameter("tracker_id", .integer, "On this tracker."),
        QueryParameter("customer_id", .integer, "Of this customer."),
        QueryParameter("customer_email", .email, "Of the customer with this address."),
      ], answer: .page(of: .ref("hosted_tenant"))
    ) { call in
      .json(try await HostedTenantStore(database).list(call.listRequest).json(\.json))
    }
    table.on(
      .get, "/tenants/{id}", .read(.tenants), "One hosted tenant, with what is being done with it",
      answer: .ref("hosted_tenant")
    ) { call in
      .json(try await found(call).json)
    }
    table.on(
      .get, "/tenants/{id}/operations", .read(.tenants), "What was done with a tenant, the latest first",
      answer: .page(of: .ref("tenant_operation"))
    ) { call in
      let history = try await TenantOperationStore(database).history(of: found(call).id)
      return .json(Page(items: history).json(\.json))
    }
    table.on(
      .post, "/tenants", .write(.tenants), "Provisions a tenant on the least filled tracker",
      body: .json(Self.newTenant), answer: .ref("hosted_tenant"), status: 202, creates: true, handler: create)
    registerActs(in: &table)
  }

  private func registerActs(in table: inout StaffTable) {
    act("suspend", "Closes the dashboard; clicks go on", in: &table) { try await desk.suspend($0, by: $1) }
    act("resume", "Opens the dashboard again", in: &table) { try await desk.resume($0, by: $1) }
    act("export", "Makes an archive, kept by its tracker", in: &table) { try await desk.export($0, by: $1) }
    act("purge", "Drops a deleted tenant's data for good", in: &table) { try await desk.purge($0, by: $1) }
    act("turn-back", "Gives up what is being done and undoes it", in: &table) {
      try await desk.turnBack($0, by: $1)
    }
    table.on(
      .post, "/tenants/{id}/move", .write(.tenants), "Moves a tenant to another tracker",
      body: .optionalJSON(.object([.optional("tracker_id", .integer.nullable)])), answer: .ref("hosted_tenant"),
      status: 202
    ) { call in
      let id = try call.id()
      var fields = try call.fields()
      let target = fields.optionalInt("tracker_id", range: 1...Int64.max) ?? nil
      try fields.finish()
      return .json(try await desk.move(id, to: target, by: call.actor).json, status: 202)
    }
    table.on(
      .post, "/tenants/{id}/retry", .write(.tenants), "Tries again to make a tenant that could not be made",
      body: .optionalJSON(Self.corrections), answer: .ref("hosted_tenant"), status: 202, handler: retry)
    table.on(
      .delete, "/tenants/{id}", .write(.tenants), "Closes a tenant for good; its data is kept for 30 days",
      query: [QueryParameter("export", .boolean, "Whether an archive is made first; true unless said otherwise.")],
      answer: .ref("hosted_tenant"), status: 202
    ) { call in
      let withExport = try Self.flag("export", in: call, default: true)
      return .json(try await desk.delete(call.id(), withExport: withExport, by: call.actor).json, status: 202)
    }
    table.on(
      .post, "/tenants/{id}/password-link", .write(.tenants),
      "A fresh link by which the tenant's admin sets a password",
      answer: .object([.required("link", .url)])
    ) { call in
      .json(["link": .string(try await desk.passwordLink(call.id(), by: call.actor))])
    }
    // Everything the tenant has is in it: as good as write access.
    table.on(.get, "/tenants/{id}/archive", .write(.tenants), "The newest archive, as a file", handler: download)
  }

  private func act(
    _ verb: String, _ summary: String, in table: inout StaffTable,
    _ act: @escaping @Sendable (Int64, Actor) async throws -> HostedTenant
  ) {
    table.on(
      .post, "/tenants/{id}/\(verb)", .write(.tenants), summary, answer: .ref("hosted_tenant"), status: 202
    ) { call in
      .json(try await act(call.id(), call.actor).json, status: 202)
    }
  }

  private func found(_ call: StaffCall) async throws -> HostedTenant {
    guard let tenant = try await HostedTenantStore(database).find(call.id()) else { throw Problem.notFound("tenant") }
    return tenant
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let tenant = try await desk.provision(HostedTenantDesk.Request(from: &fields), by: call.actor)
    var reply = Reply.json(tenant.json, status: 202)
    reply.fields[.location] = "/api/tenants/\(tenant.id)"
    return reply
  }

  @Sendable private func retry(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    return .json(try await desk.retry(id, from: &fields, by: call.actor).json, status: 202)
  }

  @Sendable private func download(_ call: StaffCall) async throws -> Reply {
    let tenant = try await found(call)
    return try await desk.archive(of: tenant, by: call.actor)
  }

  private static func flag(_ name: String, in call: StaffCall, default standard: Bool) throws(Problem) -> Bool {
    switch call.query(name) {
    case nil: return standard
    case "true": return true
    case "false": return false
    default: throw .invalid(name, "choice", "must be true or false")
    }
  }

  private static let newTenant = Schema.object([
    .required("slug", .string), .required("name", .string), .optional("customer_id", .integer),
    .optional("customer_email", .email), .optional("license_id", .integer), .optional("plan", .string),
    .required("domains", .array(.string)), .required("admin_email", .email),
  ])

  private static let corrections = Schema.object([
    .optional("name", .string), .optional("domains", .array(.string)), .optional("admin_email", .email),
  ])
}
