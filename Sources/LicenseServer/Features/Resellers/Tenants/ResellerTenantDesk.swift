import Core
import Database
import Web

/// What a reseller has done with the tenants that the vendor hosts for its customers. Every act names the reseller:
/// another's tenant is no different from one that does not exist.
struct ResellerTenantDesk: Sendable {
  let database: ConnectionPool
  let tenants: HostedTenantDesk

  func find(_ id: Int64, of reseller: Int64) async throws -> HostedTenant {
    guard let tenant = try await HostedTenantStore(database).find(id, ofReseller: reseller) else {
      throw Problem.notFound("tenant")
    }
    return tenant
  }

  /// On a licence that the reseller has sold to the tenant's customer. It holds the reseller's row, so that of many at
  /// once exactly as many succeed as are agreed.
  /// - Throws: 409 `entitlement_exceeded` beyond the agreement, 403 `reseller_suspended`, 404 for another's licence, and
  ///   what ``HostedTenantDesk/provision(_:by:check:)`` does.
  func provision(_ fields: inout FieldReader, of id: Int64, by actor: Actor) async throws -> HostedTenant {
    let license = fields.int("license_id", range: 1...Int64.max)
    let request = try HostedTenantDesk.Request(
      from: &fields, owner: license.map { .licensee($0) }, terms: license.map { .license($0) })
    guard let license else { throw Problem.internalError() }
    return try await tenants.provision(request, by: actor) { connection in
      guard let reseller = try await ResellerStore(connection).lock(id) else { throw Problem.notFound("reseller") }
      guard reseller.status == .active else { throw Problem.resellerSuspended() }
      guard try await ResellerLicenseStore(connection).find(license, of: id) != nil else {
        throw Problem.notFound("licence")
      }
      let hosted = try await HostedTenantStore(connection).count(ofReseller: id)
      let allowed = reseller.agreement.maxTenants
      guard hosted < allowed else { throw Problem.tenantsUsedUp(hosted + 1, of: allowed) }
    }
  }

  func retry(_ id: Int64, from fields: inout FieldReader, of reseller: Int64, by actor: Actor) async throws
    -> HostedTenant
  {
    _ = try await find(id, of: reseller)
    return try await tenants.retry(id, from: &fields, by: actor)
  }

  /// What may be done with a tenant, beside making it and trying that again.
  enum Act: String, CaseIterable, Sendable {
    case suspend, resume, export, delete
    /// Of one that could not be made.
    case discard = "delete-without-export"
    case turnBack = "turn-back"

    var summary: String {
      switch self {
      case .suspend: "Closes the dashboard; clicks go on"
      case .resume: "Opens the dashboard again"
      case .export: "Makes an archive, kept by its tracker"
      case .delete: "Closes a tenant for good; an archive is made first and its data kept for 30 days"
      case .discard: "Discards a tenant that could not be made"
      case .turnBack: "Gives up what is being done and undoes it"
      }
    }

    /// For the page that it was asked for on.
    var message: String {
      switch self {
      case .suspend: "The dashboard is being closed."
      case .resume: "The dashboard is being opened."
      case .export: "The archive is being made."
      case .delete, .discard: "It is being closed for good."
      case .turnBack: "It is being undone."
      }
    }
  }

  func act(_ act: Act, on id: Int64, of reseller: Int64, by actor: Actor) async throws -> HostedTenant {
    let tenant = try await find(id, of: reseller)
    switch act {
    case .suspend: return try await tenants.suspend(id, by: actor)
    case .resume: return try await tenants.resume(id, by: actor)
    case .export: return try await tenants.export(id, by: actor)
    case .delete: return try await tenants.delete(id, withExport: true, by: actor)
    case .discard:
      guard tenant.status == .failed else { throw Problem.conflict("Only a tenant that could not be made.") }
      return try await tenants.delete(id, withExport: false, by: actor)
    case .turnBack: return try await tenants.turnBack(id, by: actor)
    }
  }
}

extension Problem {
  /// - Parameter count: of tenants that there would be.
  static func tenantsUsedUp(_ count: Int, of allowed: Int) -> Problem {
    .beyondEntitlement([
      .init(
        field: "max_tenants", code: "entitlement_used_up",
        message: "\(count) hosted tenants would be there, the agreement allows \(allowed)")
    ])
  }
}
