import Core
import Database
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Says that this process is there, and knows whether others are: a click that is not in the database may then still be
/// in another node's journal.
final class NodeRegistry: Service {
  private static let interval = Duration.seconds(5)
  /// How long a node's journal may keep a click from the others after it was last seen.
  private static let memory = PostbackService.journalDelay
  /// A node that was not seen for so long is gone for good.
  private static let age = Duration.days(7)

  private let control: ConnectionPool
  private let instance: String
  private let roles: NodeRoles
  private let clock: any WallClock
  private let logger: Logger
  private let startedAt: Timestamp
  private let others = Mutex(false)

  /// - Parameter instance: The journal's, or another name that no two processes share.
  init(control: ConnectionPool, instance: String, roles: NodeRoles, clock: any WallClock, logger: Logger) {
    self.control = control
    self.instance = instance
    self.roles = roles
    self.clock = clock
    self.logger = logger
    startedAt = clock.now()
  }

  /// Whether another node answered visitors in the last minutes; while the database is away, what was known last.
  func looksForOthers() async -> Bool {
    do { return try await look() } catch { return others.withLock { $0 } }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        do { try await report() } catch {
          logger.debug("node not reported", metadata: ["error": "\(error)"])
        }
        do { try await Task.sleep(for: Self.interval) } catch { return }
      }
    }
  }

  /// One round: says so, and looks for others.
  func report() async throws(DatabaseError) {
    let now = clock.now()
    try await control.execute(
      """
      INSERT INTO control.nodes (instance, hostname, roles, version, started_at, seen_at)
      VALUES (\(instance), \(ProcessInfo.processInfo.hostName), \(roles.names), \(Configuration.version), \(startedAt),
        \(now))
      ON CONFLICT (instance) DO UPDATE SET hostname = EXCLUDED.hostname, roles = EXCLUDED.roles,
        version = EXCLUDED.version, started_at = EXCLUDED.started_at, seen_at = EXCLUDED.seen_at
      """)
    try await control.execute("DELETE FROM control.nodes WHERE seen_at < \(now - Self.age)")
    _ = try await look()
  }

  private func look() async throws(DatabaseError) -> Bool {
    let row = try await control.one(
      """
      SELECT EXISTS (SELECT 1 FROM control.nodes
        WHERE instance <> \(instance) AND 'click' = ANY (roles) AND seen_at > \(clock.now() - Self.memory)) AS others
      """)
    let found = try row.get("others", as: Bool.self)
    others.withLock { $0 = found }
    return found
  }
}
