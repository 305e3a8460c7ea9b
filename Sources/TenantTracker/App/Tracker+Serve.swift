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
  func serve() async throws {
    let parts = try ServingParts(self)
    try await parts.prepare()
    let services = try parts.services()
    let group = ServiceGroup(
      configuration: .init(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    logger.notice(
      "trackily starts", metadata: ["version": "\(Configuration.version)", "port": "\(configuration.port)"])
    try await group.run()
  }
}

/// What only a serving process needs: the directory of tenants, the click path's snapshot, the journal and its drain.
struct ServingParts: Sendable {
  let tracker: Tracker
  let metrics = MetricsRegistry()
  let directory: TenantDirectory
  let snapshots: SnapshotKeeper
  let journal: Journal
  let tail = ClickTail()
  let journalWriter: JournalWriter
  let drainer: Drainer
  let postbacks: PostbackService
  let visitors: VisitorService
  var resolver: NameResolver
  private let listeners: [NotificationListener]

  init(_ plainTracker: Tracker) throws {
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
    snapshots = SnapshotKeeper(
      loader: SnapshotLoader(
        directory: directory, scopes: { try plainTracker.scope(of: $0) }, settings: tracker.settings, clock: clock),
      directory: directory, listener: snapshotListener, stateDirectory: tracker.configuration.stateDirectory,
      logger: logger)
    tracker.writer.publish = { [snapshots] in await snapshots.publish(tenant: $0) }
    self.tracker = tracker
    journal = try tracker.openJournal(folder: "journal")
    journalWriter = JournalWriter(control: tracker.control, base: dsn, secrets: tracker.secrets, logger: logger)
    postbacks = PostbackService(tail: tail, clock: clock, progress: DrainProgress(backlog: journal.durableEnd))
    drainer = tracker.drainer(
      journal, writer: journalWriter, directory: directory, postbacks: postbacks, metrics: metrics)
    resolver = .system()
    visitors = try VisitorService(
      snapshots: snapshots, journal: journal, tail: tail, postbacks: postbacks, directory: directory, tracker: tracker,
      metrics: metrics)
  }

  /// Refuses to start on a database that is behind; starts without one from the snapshot on disk.
  func prepare() async throws {
    snapshots.restore()
    do {
      if try await tracker.migrations.isControlBehind() {
        throw ConfigurationError(problems: ["The database is behind this version: run `trackily migrate`."])
      }
      let tenant = try await tracker.ensureDefaultTenant()
      try await snapshots.reload()
      await tracker.activateConfiguredLicense(for: tenant)
    } catch let error as DatabaseError where error.isConnectionProblem {
      try refuseWithoutSnapshot(error)
    } catch let error as MigrationError {
      guard case .database(let cause) = error, cause.isConnectionProblem else { throw error }
      try refuseWithoutSnapshot(cause)
    }
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
    services += [directory, snapshots, drainer, visitors, heartbeat, upkeep] as [any Service]
    services.append(try webApplication(onListening: onListening))
    return services
  }

  private var heartbeat: LicenseHeartbeat {
    LicenseHeartbeat(
      keeper: tracker.licenses, directory: directory, scopes: { [tracker] in try tracker.scope(of: $0) },
      dsn: tracker.configuration.databaseURL.with(applicationName: "trackily-heartbeat"), logger: tracker.logger)
  }

  private var upkeep: Upkeep { Upkeep(tracker: tracker, directory: directory) }
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
    metrics: MetricsRegistry
  ) -> Drainer {
    Drainer(
      journal: journal, store: DrainStore(writer: writer, instance: journal.instance, clock: clock),
      partitions: partitions, directory: directory, tail: postbacks.tail, progress: postbacks.progress,
      replay: { event, tenant in _ = try await postbacks.replay(PostbackHit(event), in: try scope(of: tenant)) },
      figures: DrainFigures(metrics), clock: clock, logger: logger)
  }
}
