import Core
import Geo
import Logging
import Security
import ServiceLifecycle
import Synchronization

/// Keeps the installation's databases current: loads files that have changed, and downloads new ones when told to.
final class GeoIPKeeper: Service {
  /// How often the files are looked at.
  static let interval = Duration.seconds(3)

  let library: GeoLibrary
  private let client: MaxMindClient
  private let scratch: String
  private let clock: any WallClock
  private let logger: Logger
  /// One at a time: reading files, and what comes of a download.
  private let workers = WorkerThreads(count: 1, queueLimit: 16)
  private let download = Mutex(GeoIPDownload())
  private let orders: AsyncStream<MaxMindClient.Credentials>
  private let order: AsyncStream<MaxMindClient.Credentials>.Continuation

  init(library: GeoLibrary, client: MaxMindClient, scratch: String, clock: any WallClock, logger: Logger) {
    self.library = library
    self.client = client
    self.scratch = scratch
    self.clock = clock
    self.logger = logger
    (orders, order) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
  }

  var progress: GeoIPDownload { download.withLock { $0 } }

  /// Has ``run()`` fetch every free edition. 409 while that is under way.
  func startDownload(_ credentials: MaxMindClient.Credentials) throws(Problem) -> GeoIPDownload {
    let begun = download.withLock { download -> GeoIPDownload? in
      guard download.state != .running else { return nil }
      download = .begun(at: clock.now())
      return download
    }
    guard let begun else { throw .conflict("A download is under way.") }
    order.yield(credentials)
    return begun
  }

  /// Loads what is new. A file that can't be used is logged; nothing fails.
  func reload(force: Bool = false) async {
    // A full queue means that a load waits there already.
    let changed = (try? await workers.run { [library] in library.reload(force: force) }) ?? []
    guard !changed.isEmpty else { return }
    let now = clock.now()
    for status in library.status() where changed.contains(status.slot) {
      logger.log(
        level: status.fault == nil ? .info : .warning, "GeoIP database",
        metadata: [
          "edition": "\(status.edition)", "state": "\(status.state(at: now).rawValue)",
          "built": "\(status.facts?.builtAt.rfc3339 ?? "-")", "fault": "\(status.fault?.description ?? "-")",
        ])
    }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      await withTaskGroup { group in
        group.addTask { await self.watch() }
        group.addTask { await self.takeOrders() }
      }
    }
  }

  private func watch() async {
    while !Task.isCancelled {
      await reload()
      try? await Task.sleep(for: Self.interval)
    }
  }

  private func takeOrders() async {
    GeoIPInstall.tidy(library.folder)
    for await credentials in orders { await fetch(credentials) }
  }

  private func fetch(_ credentials: MaxMindClient.Credentials) async {
    logger.info("GeoIP download starts")
    for index in progress.files.indices {
      if let fault = await install(index, credentials) {
        end(.failed, fault)
        return
      }
    }
    await reload()
    end(.done, nil)
  }

  /// A sentence about what went wrong; nil when nothing did.
  private func install(_ index: Int, _ credentials: MaxMindClient.Credentials) async -> String? {
    let edition = progress.files[index].edition
    let install = GeoIPInstall(
      edition: edition, client: client, library: library, scratch: scratch, workers: workers)
    do throws(GeoIPInstall.Fault) {
      try await install.run(credentials) { [self] change in
        download.withLock { change(&$0.files[index]) }
      }
      return nil
    } catch {
      download.withLock { $0.files[index].step = .failed }
      return "\(edition): \(error)."
    }
  }

  private func end(_ state: GeoIPDownload.State, _ error: String?) {
    download.withLock {
      $0.state = state
      $0.error = error
      $0.finishedAt = clock.now()
    }
    logger.log(
      level: error == nil ? .info : .warning, "GeoIP download ended", metadata: ["error": "\(error ?? "-")"])
  }
}
