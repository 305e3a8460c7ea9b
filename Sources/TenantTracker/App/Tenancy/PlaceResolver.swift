import Core
import Database
import Licensing
import Web

/// From a request's host to a tenant and its data. The one place where a ``TenantScope`` is made for a request.
struct PlaceResolver: Sendable {
  let directory: TenantDirectory
  let pools: TenantPools
  let coordinates: TenantCoordinatesMaker
  let licenses: LicenseKeeper

  func scope(of tenant: Tenant) throws -> TenantScope { pools.scope(for: try coordinates.coordinates(of: tenant)) }

  /// The place of a dashboard or API request. On a separate tracking domain the dashboard does not answer for the
  /// default tenant: an unknown host is nobody.
  func place(_ head: RequestHead) async throws -> TrackerPlace {
    guard directory.isLoaded else { throw Problem.unavailable("The database is not reachable just now.") }
    guard let tenant = directory.tenant(dashboardHost: head.host), tenant.status != .deleted else {
      throw Problem.notFound("host")
    }
    guard tenant.status != .suspended else {
      throw Problem(
        status: 403, code: "tenant_suspended", title: "Suspended", detail: "This account is suspended. Clicks go on.")
    }
    guard !directory.isBehind(tenant.id) else {
      throw Problem.unavailable("This account is being migrated; clicks go on.", retryAfter: 10)
    }
    return TrackerPlace(tenant: tenant, scope: try scope(of: tenant))
  }

  /// The place of a page, with the brand that its licence carries. When the licence cannot be read the page is ours: what
  /// fails then is not the look.
  func page(_ head: RequestHead) async throws -> TrackerPlace {
    var place = try await place(head)
    if let branding = try? await licenses.standing(of: place.scope).branding {
      place.brand = TenantBrand(settings: branding)
    }
    return place
  }

  /// Who is signed in there. The licence is looked at last: who is nobody learns that first, whatever its state.
  func session(
    token: String?, _ kind: SessionStore.Kind, at place: TrackerPlace, _ accounts: Accounts
  ) async throws -> TrackerSession? {
    guard let token else { return nil }
    return try await accounts.session(token: token, kind: kind, of: place.scope) { [licenses] in
      try await licenses.standing(of: place.scope)
    }
  }

  /// Throws 402 when the tenant's plan lacks the feature: the choke point of all feature gates.
  func checkFeature(_ place: TrackerPlace, _ name: String) async throws {
    guard let feature = Feature(rawValue: name),
      try await !licenses.standing(of: place.scope).entitlements.includes(feature)
    else { return }
    throw Problem.notLicensed(feature)
  }
}

extension DatabaseError {
  /// What a lost database means to a client; nil for anything else.
  static func problem(for error: any Error) -> Problem? {
    guard let error = error as? DatabaseError else { return nil }
    if error.isConnectionProblem { return .unavailable("The database is not reachable just now.", retryAfter: 5) }
    if error.kind == .timeout { return .unavailable("The database took too long.", retryAfter: 5) }
    // NUL and other characters that a text column can't hold.
    if error.sqlState == "22021" || error.sqlState == "22P05" {
      return .invalid("request", "invalid", "holds characters that can't be stored")
    }
    return nil
  }
}
