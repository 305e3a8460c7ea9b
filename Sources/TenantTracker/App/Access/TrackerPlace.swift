import Core
import Database
import Web

/// What a request's host stands for: one tenant, and the only way to its data.
struct TrackerPlace: Sendable {
  let tenant: Tenant
  let scope: TenantScope
  /// What the pages look like; ours for everything but pages.
  var brand = TenantBrand.ours
}

typealias TrackerTable = RouteTable<TrackerPlace, TrackerSession>
typealias TrackerCall = Call<TrackerPlace, TrackerSession>
typealias TrackerOpenCall = OpenCall<TrackerPlace>
