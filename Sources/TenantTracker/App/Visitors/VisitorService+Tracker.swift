import ClickPath
import Core

extension VisitorService {
  /// The tracker's own: what is asked is asked of its parts.
  convenience init(
    snapshots: SnapshotKeeper, journal: Journal, tail: ClickTail, postbacks: PostbackService,
    directory: TenantDirectory, tracker: Tracker, metrics: MetricsRegistry
  ) throws {
    let configuration = tracker.configuration
    let clicks = ClickStore()
    let scope = { @Sendable (tenantID: Int64) throws in
      // Started without its database, the tracker knows its tenants from the snapshot alone.
      guard let tenant = directory.tenant(id: tenantID) else { throw DatabaseAway() }
      return try tracker.scope(of: tenant)
    }
    self.init(
      Surroundings(
        snapshot: { snapshots.current }, isReady: { snapshots.isReady },
        findClick: { id, tenantID in try await clicks.find(id, of: try scope(tenantID)) },
        receive: { hit, tenantID in try await postbacks.receive(hit, in: try scope(tenantID)) }),
      journal: journal, tail: tail, pipeline: ClickPipeline(links: try tracker.linkSigner()),
      proxies: configuration.trustedProxies,
      httpsHosts: configuration.publicURL?.hasPrefix("https://") == true
        ? Set([configuration.publicHost].compactMap { $0 }) : [],
      metrics: metrics, clock: tracker.clock, logger: tracker.logger)
  }
}
