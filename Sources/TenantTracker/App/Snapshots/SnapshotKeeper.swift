import ClickPath
import Core
import Database
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// The click path's configuration in memory: read at start (from disk while the database is away), reloaded within a
/// second of a change, and every half minute in any case.
final class SnapshotKeeper: Service {
  private struct State {
    var snapshot = Snapshot.empty
    var records: SnapshotRecords?
  }

  private let state = Mutex(State())
  /// Held while a snapshot is compiled, which clicks must not wait for.
  private let builder = Mutex(SnapshotBuilder())
  private let loader: SnapshotLoader
  private let directory: TenantDirectory
  private let listener: NotificationListener
  private let file: String
  private let logger: Logger

  init(
    loader: SnapshotLoader, directory: TenantDirectory, listener: NotificationListener, stateDirectory: String,
    logger: Logger
  ) {
    self.loader = loader
    self.directory = directory
    self.listener = listener
    file = "\(stateDirectory)/snapshot.json"
    self.logger = logger
  }

  /// What clicks are decided by, now.
  var current: Snapshot { state.withLock { $0.snapshot } }

  /// True once there is something to decide clicks by, be it from disk.
  var isReady: Bool { state.withLock { $0.records != nil } }

  /// Whether a change is live: everything that was committed before this returns is in ``current`` afterwards.
  func reload() async throws {
    try await directory.reload()
    let known = state.withLock { $0.records?.tenants } ?? []
    publish(try await loader.load(known: known), savingTo: file)
  }

  /// Reloads one tenant; the others' records are taken as they are.
  private func reload(tenant id: Int64) async throws {
    guard let tenant = directory.tenant(id: id), let known = state.withLock({ $0.records }) else {
      return try await reload()
    }
    var tenants = known.tenants
    let record = try await loader.load(tenant)
    if let index = tenants.firstIndex(where: { $0.id == id }) {
      tenants[index] = record
    } else {
      tenants.append(record)
    }
    publish(loader.frame(tenants), savingTo: file)
  }

  /// Makes a tenant's committed changes live on this node.
  func publish(tenant id: Int64) async { await attempt { [self] in try await reload(tenant: id) } }

  /// Takes up what an earlier process left on disk: a tracker started without its database serves from it.
  func restore() {
    guard let bytes = FileManager.default.contents(atPath: file) else { return }
    do {
      publish(try JSONDecoder().decode(SnapshotRecords.self, from: bytes), savingTo: nil)
      logger.notice("serving from the snapshot on disk until the database is reached")
    } catch {
      logger.error("snapshot on disk not understood", metadata: ["error": "\(error)"])
    }
  }

  private func publish(_ records: SnapshotRecords, savingTo file: String?) {
    let problems = builder.withLock { builder -> [SnapshotProblem]? in
      let known = state.withLock { $0.records }
      var fresh = records
      fresh.takenAt = known?.takenAt ?? records.takenAt
      let built = builder.build(records)
      state.withLock { $0 = State(snapshot: built.snapshot, records: records) }
      return fresh == known ? nil : built.problems
    }
    guard let problems else { return }
    for problem in problems { logger.warning("left out of the click path", metadata: ["problem": "\(problem)"]) }
    if let file { save(records, file) }
  }

  private func save(_ records: SnapshotRecords, _ file: String) {
    do {
      try JSONEncoder().encode(records).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      logger.warning("snapshot not saved", metadata: ["error": "\(error)"])
    }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.followChanges() }
        group.addTask { await self.refreshPeriodically() }
      }
    }
  }

  private func followChanges() async {
    for await notification in listener.notifications {
      switch notification {
      case .message(let message) where message.channel == ConfigurationWriter.channel:
        await attempt { [self] in
          if let id = Int64(message.payload) { try await reload(tenant: id) } else { try await reload() }
        }
      default: await attempt { [self] in try await reload() }
      }
    }
  }

  private func refreshPeriodically() async {
    while !Task.isCancelled {
      do { try await Task.sleep(for: .seconds(30)) } catch { return }
      await attempt { [self] in try await reload() }
    }
  }

  private func attempt(_ reload: () async throws -> Void) async {
    do { try await reload() } catch { logger.warning("snapshot not reloaded", metadata: ["error": "\(error)"]) }
  }
}
