import ClickPath
import Core
import Database
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// The click path's configuration in memory: read at start (from disk while the database is away), reloaded within a
/// second of a change. Every half minute tenants are asked whether something has changed unheard.
final class SnapshotKeeper: Service {
  private struct State {
    var snapshot = Snapshot.empty
    var records: SnapshotRecords?
    /// Readings begun, and of each tenant's record the one it is from: what was read earlier never replaces it.
    var begun: UInt64 = 0
    var readings: [Int64: UInt64] = [:]
    /// The revisions that the records are of.
    var revisions: [Int64: Int64] = [:]
  }

  /// How often tenants are asked whether something has changed.
  private static let refreshInterval = Duration.seconds(30)
  /// Every so many times all is read anew: what changes without a revision, such as the end of a licence's grace.
  private static let refreshesPerReload = 20

  private let state = Mutex(State())
  /// Held while a snapshot is compiled, which clicks must not wait for.
  private let builder = Mutex(SnapshotBuilder())
  private let loader: SnapshotLoader
  private let directory: TenantDirectory
  private let listener: NotificationListener
  private let caps: OfferCaps
  private let file: String
  private let logger: Logger

  init(
    loader: SnapshotLoader, directory: TenantDirectory, listener: NotificationListener, caps: OfferCaps,
    stateDirectory: String, logger: Logger
  ) {
    self.loader = loader
    self.caps = caps
    self.directory = directory
    self.listener = listener
    file = "\(stateDirectory)/snapshot.json"
    self.logger = logger
  }

  /// What clicks are decided by, now.
  var current: Snapshot { state.withLock { $0.snapshot } }

  /// True once there is something to decide clicks by, be it from disk.
  var isReady: Bool { state.withLock { $0.records != nil } }

  /// Everything that was committed before this is called is in ``current`` once it returns. A tenant that can't be read
  /// stays as it was.
  func reload() async throws {
    let turn = takeTurn()
    try await directory.reload()
    try await read(loader.tenants, turn) { _ in false }
  }

  /// The same for what changes a tenant's revision or its hosts: of hundreds of tenants, most are not read.
  func refresh() async throws {
    let turn = takeTurn()
    try await directory.reload()
    let tenants = loader.tenants
    let present = await loader.revisions(of: tenants)
    let (records, revisions) = state.withLock { ($0.records?.tenants ?? [], $0.revisions) }
    let known = Dictionary(records.map { ($0.id, $0) }) { first, _ in first }
    let changed = tenants.filter { tenant in
      guard let record = known[tenant.id], let revision = revisions[tenant.id] else { return true }
      return revision != present[tenant.id] || record.isDefault != tenant.isDefault
        || !loader.hasHosts(of: tenant, record) || !record.capCounts.isEmpty
    }
    let unchanged = Set(tenants.map(\.id)).subtracting(changed.map(\.id))
    try await read(changed, turn) { unchanged.contains($0.id) }
  }

  private func read(_ tenants: [Tenant], _ turn: UInt64, mayStay: (TenantRecord) -> Bool) async throws {
    let reading = try await loader.load(tenants)
    for (id, error) in reading.failures {
      logger.warning("tenant stays in the snapshot as it was", metadata: ["tenant": "\(id)", "error": "\(error)"])
    }
    publish(reading.loaded, turn) { mayStay($0) || reading.failures[$0.id] != nil }
  }

  /// Reloads one tenant; the others' records are taken as they are.
  private func reload(tenant id: Int64) async throws {
    guard isReady, let tenant = directory.tenant(id: id), tenant.status != .deleted else {
      return try await reload()
    }
    let turn = takeTurn()
    publish([try await loader.load(tenant)], turn) { _ in true }
  }

  private func takeTurn() -> UInt64 {
    state.withLock { state in
      state.begun += 1
      return state.begun
    }
  }

  /// Makes a tenant's committed changes live on this node.
  func publish(tenant id: Int64) async { await attempt { [self] in try await reload(tenant: id) } }

  /// Takes up what an earlier process left on disk: a tracker started without its database serves from it.
  func restore() {
    guard let bytes = FileManager.default.contents(atPath: file) else { return }
    do {
      let records = try JSONDecoder().decode(SnapshotRecords.self, from: bytes)
      builder.withLock { builder in
        let built = builder.build(records)
        state.withLock { state in
          state.snapshot = built.snapshot
          state.records = records
        }
      }
      caps.note(records.tenants)
      logger.notice("serving from the snapshot on disk until the database is reached")
    } catch {
      logger.error("snapshot on disk not understood", metadata: ["error": "\(error)"])
    }
  }

  /// Puts what was read in the place of what is older.
  /// - Parameters:
  ///   - turn: when the reading began.
  ///   - mayStay: whether a tenant that was not read is still there.
  private func publish(_ read: [SnapshotLoader.Loaded], _ turn: UInt64, mayStay: (TenantRecord) -> Bool) {
    let problems = builder.withLock { builder -> [SnapshotProblem] in
      var (known, readings) = state.withLock { ($0.records, $0.readings) }
      let loaded = read.filter { readings[$0.record.id, default: 0] < turn }
      let fresh = loaded.map(\.record)
      caps.note(fresh)
      for tenant in fresh { readings[tenant.id] = turn }
      let stays = (known?.tenants ?? []).filter { tenant in
        readings[tenant.id, default: 0] > turn
          || (readings[tenant.id, default: 0] < turn && mayStay(tenant))
      }
      let records = loader.frame((fresh + stays).sorted { $0.id < $1.id })
      let built = builder.build(records)
      state.withLock { state in
        state.snapshot = built.snapshot
        state.records = records
        state.readings = readings
        for tenant in loaded { state.revisions[tenant.record.id] = tenant.revision }
      }
      known?.takenAt = records.takenAt
      guard records != known else { return [] }
      save(records)
      return built.problems
    }
    for problem in problems { logger.warning("left out of the click path", metadata: ["problem": "\(problem)"]) }
  }

  /// For its owner alone: it holds the keys of networks.
  private func save(_ records: SnapshotRecords) {
    do {
      try PrivateFile.replace(file, Array(JSONEncoder().encode(records)))
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
      case .message: await attempt { [self] in try await refresh() }
      // Whatever was told meanwhile was not heard, and the database may be an earlier one.
      case .reconnected: await attempt { [self] in try await reload() }
      }
    }
  }

  private func refreshPeriodically() async {
    for round in 1... {
      do { try await Task.sleep(for: Self.refreshInterval) } catch { return }
      let isWhole = round % Self.refreshesPerReload == 0
      await attempt { [self] in try await isWhole ? reload() : refresh() }
    }
  }

  private func attempt(_ reload: () async throws -> Void) async {
    do { try await reload() } catch { logger.warning("snapshot not reloaded", metadata: ["error": "\(error)"]) }
  }
}
