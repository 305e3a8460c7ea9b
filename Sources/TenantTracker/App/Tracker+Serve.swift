import ClickPath
import Conversions
import Core
import Database
import Licensing
import Logging
import Security
import ServiceLifecycle
import UnixSignals
import Web

extension Tracker {
  /// Serves until SIGTERM or SIGINT: then stops accepting, finishes what runs, drains the journal.
  func serve(_ roles: NodeRoles = .all) async throws {
    let parts = try ServingParts(self, roles: roles)
    try await parts.prepare()
    let services = try parts.services()
    let group = ServiceGroup(
      configuration: .init(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    logger.notice(
      "trackily starts",
      metadata: [
        "version": "\(Configuration.version)", "port": "\(configuration.port)",
        "roles": "\(roles.names.joined(separator: ","))",
      ])
    try await group.run()
  }
}

/// What only a serving process needs: the directory of tenants, the click path's snapshot, the journal and its drain.
struct ServingParts: Sendable {
  let tracker: Tracker
  let roles: NodeRoles
  let metrics = MetricsRegistry()
  let directory: TenantDirectory
  let snapshots: SnapshotKeeper
  let journal: Journal
  let tail = ClickTail()
  let caps: OfferCaps
  let memory: VisitorMemoryKeeper
  let journalWriter: JournalWriter
  let drainer: Drainer
  let deliveries: DeliveryParts
  let postbacks: PostbackService
  let warnings: SourceWarningWatch
  let visitors: VisitorService
  let landings: LandingParts
  let geoip: GeoIPKeeper
  let fraud: FraudKeeper
  let rates: RateKeeper
  let bulkDecider: BulkDecider
  let runner: ConversionRunner
  let nodes: NodeRegistry
  var dns: DNSClient
  var certificates: CertificateProbe
  private let listeners: [NotificationListener]

  init(_ plainTracker: Tracker, roles: NodeRoles = .all, limits: VisitorService.Limits = .init()) throws {
    self.roles = roles
    var tracker = plainTracker
    let dsn = tracker.configuration.databaseURL
    let (logger, clock) = (tracker.logger, tracker.clock)
    let directoryListener = NotificationListener(
      dsn: dsn.with(applicationName: "trackily-listen"), channels: [TenantDirectory.channel], logger: logger)
    let snapshotListener = NotificationListener(
      dsn: dsn.with(applicationName: "trackily-listen"),
      channels: [TenantDirectory.channel, ConfigurationWriter.channel],
      logger: logger)
    listeners = [directoryListener, snapshotListener]
    directory = tracker.makeDirectory(listener: directoryListener)
    caps = OfferCaps()
    snapshots = SnapshotKeeper(
      loader: SnapshotLoader(
        directory: directory, control: tracker.control, scopes: { try plainTracker.scope(of: $0) },
        settings: tracker.settings,
        features: { try await plainTracker.licenses.features(of: $0) },
        clock: clock),
      directory: directory, listener: snapshotListener, caps: caps,
      stateDirectory: tracker.configuration.stateDirectory, logger: logger)
    tracker.writer.publish = { [snapshots] in await snapshots.publish(tenant: $0) }
    self.tracker = tracker
    journal = try tracker.openJournal(folder: "journal")
    memory = try tracker.memoryKeeper(journal, snapshots: snapshots, metrics: metrics)
    journalWriter = JournalWriter(control: tracker.control, base: dsn, secrets: tracker.secrets, logger: logger)
    nodes = NodeRegistry(
      control: tracker.control, instance: journal.instance.description, roles: roles, clock: clock, logger: logger)
    deliveries = DeliveryParts(plainTracker, directory: directory, metrics: metrics)
    postbacks = PostbackService(
      tail: tail, clock: clock, hasOtherNodes: { [nodes] in await nodes.looksForOthers() },
      progress: DrainProgress(backlog: journal.durableEnd),
      recorder: ConversionRecorder(
        caps: OfferCapKeeper(
          caps: caps, snapshot: { [snapshots] in snapshots.current }, events: EventStore(), clock: clock),
        followers: [CommissionFollower(), deliveries.follower]),
      readers: WebhookReaders.all(tracker.settings, tracker.secrets)
        .merging([.pixel: PixelReader(), .lead: LeadReader()]) { first, _ in first },
      signatures: PostbackSignatures(secrets: tracker.secrets))
    runner = ConversionRunner(
      postbacks: postbacks,
      looksAround: roles.contains(.worker) ? directory.liveScopes { try plainTracker.scope(of: $0) } : nil,
      clock: clock,
      logger: logger)
    bulkDecider = BulkDecider(recorder: postbacks.recorder, audit: tracker.audit, clock: clock, logger: logger)
    rates = RateKeeper(
      client: ECBClient(baseURL: tracker.configuration.ecbBaseURL), recorder: postbacks.recorder, directory: directory,
      scopes: { try plainTracker.scope(of: $0) }, audit: tracker.audit, clock: clock,
      isWorker: roles.contains(.worker), logger: logger)
    drainer = tracker.drainer(
      journal, writer: journalWriter, directory: directory, postbacks: postbacks, memory: memory, metrics: metrics)
    dns = .system(servers: tracker.configuration.dnsServers ?? DNSServer.ofThisMachine())
    certificates = .system(policy: tracker.configuration.outboundPolicy)
    geoip = GeoIPKeeper(
      library: tracker.geo, client: MaxMindClient(baseURL: tracker.configuration.maxmindBaseURL),
      scratch: tracker.configuration.stateDirectory, clock: clock, logger: logger)
    fraud = FraudKeeper(
      writer: tracker.writer, directory: directory, scopes: { try plainTracker.scope(of: $0) },
      proxies: tracker.configuration.trustedProxies, metrics: metrics, logger: logger)
    landings = LandingParts(tracker, directory: directory, snapshots: snapshots, tail: tail)
    warnings = SourceWarningWatch(
      scopes: { [directory] id in
        guard let tenant = directory.tenant(id: id) else { throw DatabaseAway() }
        return try plainTracker.scope(of: tenant)
      }, logger: logger)
    visitors = try VisitorService(
      snapshots: snapshots, journal: journal, tail: tail, postbacks: postbacks, directory: directory,
      memory: memory.memory, caps: caps, warnings: warnings, fraud: fraud, tracker: tracker,
      answersVisitors: roles.contains(.click), limits: limits, metrics: metrics)
  }

  /// Refuses to start on a database that is behind; starts without one from the snapshot on disk.
  func prepare() async throws {
    snapshots.restore()
    await geoip.reload()
    do {
      if try await tracker.migrations.isControlBehind() {
        throw ConfigurationError(problems: ["The database is behind this version: run `trackily migrate`."])
      }
      let tenant = try await tracker.ensureDefaultTenant()
      try await snapshots.reload()
      // Before the first visitor is answered: a journal restored from an older copy must not write where a tenant has
      // been already.
      _ = try await drainer.begin()
      await tracker.activateConfiguredLicense(for: tenant)
    } catch let error as DatabaseError where error.isConnectionProblem {
      try refuseWithoutSnapshot(error)
    } catch let error as MigrationError {
      guard case .database(let cause) = error, cause.isConnectionProblem else { throw error }
      try refuseWithoutSnapshot(cause)
    }
    await memory.restore()
  }

  private func refuseWithoutSnapshot(_ error: DatabaseError) throws {
    guard snapshots.isReady else {
      throw ConfigurationError(problems: [
        "DATABASE_URL is not reachable, and there is no snapshot to serve from: \(error)"
      ])
    }
    tracker.logger.warning("the database is not reachable; clicks are served from the snapshot on disk")
  }

  /// In dependency order: they end in the reverse one, the web first, the pools last.
  /// - Parameter onListening: called with the bound port.
  func services(onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }) throws -> [any Service] {
    var services: [any Service] = [tracker.control, tracker.pools, journalWriter]
    services += listeners as [any Service]
    services += [directory, snapshots, nodes, memory, drainer, fraud, warnings, visitors, geoip] as [any Service]
    if roles.contains(.worker) { services += [heartbeat, upkeep, waitingPostbacks] as [any Service] }
    if roles.contains(.worker) { services += [costs, rollups] as [any Service] }
    if roles.contains(.worker) { services += deliveries.services }
    if roles.contains(.worker) { services.append(statementCloser) }
    services += landings.services
    services.append(rates)
    services += [bulkDecider, runner] as [any Service]
    services.append(try webApplication(onListening: onListening))
    return services
  }

  private var waitingPostbacks: WaitingPostbacks {
    WaitingPostbacks(
      postbacks: postbacks, directory: directory, scopes: { [tracker] in try tracker.scope(of: $0) },
      logger: tracker.logger)
  }

  private var costs: CostKeeper {
    CostKeeper(
      directory: directory, scopes: { [tracker] in try tracker.scope(of: $0) }, clock: tracker.clock,
      logger: tracker.logger)
  }

  private var rollups: RollupKeeper {
    RollupKeeper(
      folder: tracker.rollupFolder, settings: tracker.settings, directory: directory,
      scopes: { [tracker] in try tracker.scope(of: $0) },
      dsn: tracker.configuration.databaseURL.with(applicationName: "trackily-rollups"), logger: tracker.logger)
  }

  private var heartbeat: LicenseHeartbeat {
    LicenseHeartbeat(
      keeper: tracker.licenses, directory: directory, scopes: { [tracker] in try tracker.scope(of: $0) },
      dsn: tracker.configuration.databaseURL.with(applicationName: "trackily-heartbeat"), logger: tracker.logger)
  }

  /// Makes publishers' statements when their periods are over.
  private var statementCloser: StatementCloser {
    StatementCloser(
      desk: StatementDesk(settings: tracker.settings, audit: tracker.audit, clock: tracker.clock), directory: directory,
      scopes: { [tracker] in try tracker.scope(of: $0) },
      dsn: tracker.configuration.databaseURL.with(applicationName: "trackily-statements"), logger: tracker.logger)
  }

  private var upkeep: Upkeep { Upkeep(tracker: tracker, directory: directory, domains: adminAPI.domainVerification) }
}

extension Tracker {
  func makeDirectory(listener: NotificationListener? = nil) -> TenantDirectory {
    TenantDirectory(
      catalog: catalog, listener: listener, ownHosts: Set([configuration.publicHost].compactMap { $0 }), logger: logger,
      tenantsBehind: { [migrations] in try await migrations.behind($0) })
  }

  /// Signs call-to-action links; the same on every node with the same SECRET_KEY.
  func linkSigner() throws -> LinkSigner {
    guard let signer = LinkSigner(key: Array(secretKey.derivedKey(for: "offer-links").prefix(16))) else {
      throw ConfigurationError(problems: ["SECRET_KEY is too short"])
    }
    return signer
  }

  /// The visitor memory and what keeps it on disk.
  func memoryKeeper(
    _ journal: Journal, snapshots: SnapshotKeeper, metrics: MetricsRegistry
  ) throws -> VisitorMemoryKeeper {
    VisitorMemoryKeeper(
      memory: VisitorMemory(keys: try visitorKeys(), bytes: configuration.visitorMemoryBytes),
      checkpoints: try VisitorCheckpoints(directory: "\(configuration.stateDirectory)/visitor-memory"),
      journal: journal, snapshot: { snapshots.current }, metrics: metrics, clock: clock, logger: logger)
  }

  /// What visitors are known by; the same on every node with the same SECRET_KEY.
  func visitorKeys() throws -> VisitorKeys {
    guard let keys = VisitorKeys(key: Array(secretKey.derivedKey(for: "visitor-memory").prefix(16))) else {
      throw ConfigurationError(problems: ["SECRET_KEY is too short"])
    }
    return keys
  }

  /// Opens a journal below STATE_DIR; its faults are logged where they are met.
  func openJournal(folder: String) throws -> Journal {
    let path = "\(configuration.stateDirectory)/\(folder)"
    return try Journal.open(
      directory: path, settings: JournalSettings(segmentBytes: configuration.journalSegmentBytes),
      onFault: { [logger] fault in
        logger.log(level: fault.isLoss ? .error : .notice, "journal", metadata: ["fault": "\(fault)"])
      })
  }

  func drainer(
    _ journal: Journal, writer: JournalWriter, directory: TenantDirectory, postbacks: PostbackService,
    memory: VisitorMemoryKeeper? = nil, metrics: MetricsRegistry
  ) -> Drainer {
    var drainer = Drainer(
      journal: journal, store: DrainStore(writer: writer, instance: journal.instance, clock: clock),
      partitions: partitions, directory: directory, tail: postbacks.tail, progress: postbacks.progress,
      replay: { event, tenant in
        let scope = try scope(of: tenant)
        guard case .notYet? = try await postbacks.replay(PostbackHit(event), in: scope) else { return }
        try await WaitingPostbackStore().insert(PostbackHit(event), of: scope)
      },
      figures: DrainFigures(metrics), clock: clock, logger: logger)
    if let memory { drainer.neededFrom = { memory.covered } }
    return drainer
  }
}
