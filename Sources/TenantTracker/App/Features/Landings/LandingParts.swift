import ClickPath
import Core
import ServiceLifecycle
import Web

/// What landings need of a serving process: imports in the background, the files and reports of their visitors.
struct LandingParts: Sendable {
  let importer: LandingImporter
  let service: LandingService

  init(_ tracker: Tracker, directory: TenantDirectory, snapshots: SnapshotKeeper, tail: ClickTail) {
    let scope = { @Sendable (tenantID: Int64) throws in
      // Started without its database, the tracker knows its tenants from the snapshot alone.
      guard let tenant = directory.tenant(id: tenantID) else { throw DatabaseAway() }
      return try tracker.scope(of: tenant)
    }
    importer = LandingImporter(landings: Resources(tracker).landings, policy: tracker.configuration.outboundPolicy)
    service = LandingService(
      assets: LandingAssets { key in try await LandingAssetStore().find(key, of: try scope(key.tenantID)) },
      reporter: LandingReporter(tail: tail, logger: tracker.logger, scope: scope),
      limiter: RateLimiter(limit: LandingService.reportsPerMinute, window: .minutes(1), clock: tracker.clock),
      place: { host in
        snapshots.current.place(forHost: host).map {
          LandingService.Place(tenantID: $0.tenant.id, servesDashboard: $0.servesDashboard)
        }
      }, clock: tracker.clock)
  }

  var services: [any Service] { [importer, service.reporter] }
}
