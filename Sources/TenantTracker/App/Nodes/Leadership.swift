import Database
import ServiceLifecycle

/// Work that one node does for all that share a database.
struct Leadership: Sendable {
  /// What the nodes agree on: who holds the lock of this name leads.
  let name: String
  let dsn: DSN

  /// Calls `lead` whenever this node is the elected one, and cancels it when it is not any more; until the process stops.
  func run(_ lead: @escaping @Sendable () async -> Void) async {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          let lock = try await AdvisoryLock.hold(dsn, .init(name))
          await withTaskGroup(of: Void.self) { group in
            group.addTask { await lead() }
            // Another node leads from then on.
            group.addTask { await lock.untilLost() }
            await group.next()
            group.cancelAll()
          }
          await lock.release()
        } catch {
          try? await Task.sleep(for: .seconds(10))
        }
      }
    }
  }
}
