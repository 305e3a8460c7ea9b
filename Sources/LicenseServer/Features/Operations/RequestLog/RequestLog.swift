import Core
import Database
import Logging
import ServiceLifecycle
import Synchronization
import Web

/// Writes answered API requests down: in the background, many at once, so that no answer waits for it. What is still in
/// memory when the process is killed is lost, and so is what comes faster than it can be written.
final class RequestLog: Service {
  /// Of the tables whose requests are kept. The licence API of trackers is counted (`/metrics`), not listed: it is a
  /// thousand times as much, and an instance's last heartbeat is with the instance.
  private static let prefixes = ["/api/", "/reseller/api/"]
  private static let waiting = 10_000
  private static let batch = 500

  private let database: ConnectionPool
  private let clock: any WallClock
  private let logger: Logger
  private let records = Mutex<[RequestRecord]>([])

  init(database: ConnectionPool, clock: any WallClock, logger: Logger) {
    self.database = database
    self.clock = clock
    self.logger = logger
  }

  func note(_ request: AnsweredRequest) {
    guard Self.prefixes.contains(where: { request.route.hasPrefix($0) }),
      !request.route.hasPrefix(ActivationAPI.prefix)
    else { return }
    let record = RequestRecord(
      at: clock.now(), requestID: request.requestID, method: request.method, route: request.route,
      status: request.status, milliseconds: Int(request.duration / .milliseconds(1)), actor: request.actorID ?? "",
      address: request.clientAddress)
    records.withLock { if $0.count < Self.waiting { $0.append(record) } }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: .seconds(1))) != nil { await self.flush() }
    }
    // A cancelled task could not talk to the database.
    await Task { await flush() }.value
  }

  /// Writes all there is.
  func flush() async {
    while true {
      let batch = records.withLock { waiting in
        let batch = Array(waiting.prefix(Self.batch))
        waiting.removeFirst(batch.count)
        return batch
      }
      guard !batch.isEmpty else { return }
      do { try await RequestLogStore(database).insert(batch) } catch {
        logger.warning("requests not logged", metadata: ["count": "\(batch.count)", "error": "\(error)"])
        return
      }
    }
  }
}
