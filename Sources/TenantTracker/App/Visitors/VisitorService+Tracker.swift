import ClickPath
import Core
import Geo
import UserAgents

extension VisitorService {
  /// The tracker's own: what is asked is asked of its parts.
  convenience init(
    snapshots: SnapshotKeeper, journal: Journal, tail: ClickTail, postbacks: PostbackService,
    directory: TenantDirectory, memory: VisitorMemory, caps: OfferCaps, warnings: SourceWarningWatch,
    fraud: FraudKeeper, tracker: Tracker, answersVisitors: Bool = true, limits: Limits = Limits(),
    metrics: MetricsRegistry
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
        receive: { hit, tenantID in try await postbacks.receive(hit, in: try scope(tenantID)) },
        noteUnreplaced: { warnings.note($0, of: $1) }),
      journal: journal, tail: tail,
      pipeline: ClickPipeline(
        links: try tracker.linkSigner(), memory: memory, caps: caps,
        adding: [.geo(tracker.geo), .userAgent(tracker.userAgentParser())] + fraud.steps),
      proxies: configuration.trustedProxies,
      httpsHosts: configuration.publicURL?.hasPrefix("https://") == true
        ? Set([configuration.publicHost].compactMap { $0 }) : [],
      answersVisitors: answersVisitors, limits: limits,
      metrics: metrics, clock: tracker.clock, logger: tracker.logger)
  }
}
