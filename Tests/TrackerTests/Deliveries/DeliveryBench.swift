import ClickPath
import Conversions
import Core
import Database
import Logging
import Security
import ServiceLifecycle
import TestSupport

@testable import TenantTracker

/// A tenant whose conversions go back to their source, and a runner that sends them.
struct DeliveryBench: Sendable {
  let postbacks: PostbackBench
  let queue: DeliveryQueue
  let metrics = MetricsRegistry()

  static let sourceID: Int64 = 44

  var scope: TenantScope { postbacks.scope }

  /// Tries hard and soon.
  static var settings: DeliverySettings {
    var settings = DeliverySettings()
    settings.attempts = 4
    settings.firstPause = .milliseconds(20)
    settings.longestPause = .milliseconds(100)
    settings.timeLimit = .seconds(2)
    settings.sweepInterval = .milliseconds(500)
    return settings
  }

  init(_ settings: DeliverySettings = settings, connections: Int = 8) async throws {
    let queue = DeliveryQueue(clock: SystemClock(), settings: settings)
    self.queue = queue
    postbacks = try await PostbackBench(
      connections: connections, recorder: ConversionRecorder(followers: [DeliveryFollower(queue: queue)]))
    try await scope.execute(
      """
      INSERT INTO \(scope.schema).sources (id, name, postback_url, created_at, updated_at)
      VALUES (\(Self.sourceID), 'Push House', '', \(PostbackBench.start), \(PostbackBench.start))
      """)
  }

  /// Tells the source at a URL.
  @discardableResult
  func tell(
    _ url: String, statuses: [ConversionStatus] = [.sale], change: (inout SourcePostback.Draft) -> Void = { _ in }
  ) async throws -> Int64 {
    var draft = SourcePostback.Draft(url: url, statuses: statuses)
    change(&draft)
    return try await scope.withConnection { [draft] connection in
      try await SourcePostbackStore().insert(
        draft, of: Self.sourceID, at: PostbackBench.start, schema: scope.schema, in: connection)
    }
  }

  /// A click that came from the source.
  func click(externalID: String? = "ext-1") async throws -> ClickEvent {
    var click = postbacks.newClick()
    click.sourceID = Self.sourceID
    click.externalID = externalID
    try await postbacks.drain([click])
    return click
  }

  /// Puts deliveries into the queue as if conversions had made them: one for each URL.
  /// - Parameter patience: until they are given up.
  func fill(_ urls: [String], patience: Duration? = nil) async throws {
    var queue = queue
    if let patience { queue.settings.patience = patience }
    let now = SystemClock().now()
    try await scope.transaction { [queue] connection in
      for url in urls {
        let id = UUIDv7(at: now)
        _ = try await queue.insert(
          Delivery(
            id: id, conversionID: UUIDv7(at: now), clickID: UUIDv7(at: now), status: "sale", postbackID: 1,
            sourceID: Self.sourceID,
            message: .init(method: .get, url: url, body: "", contentType: "", success: nil), state: .waiting,
            attempts: 0, dueAt: now, createdAt: now), in: connection, schema: scope.schema)
      }
    }
  }

  func deliveries() async throws -> [Delivery] {
    try await DeliveryStore().page(DeliveryFilter(), limit: 10_000, after: nil, of: scope).items.reversed()
  }

  /// How many are in each state.
  func states() async throws -> [String: Int] {
    let rows = try await scope.query(
      "SELECT state, count(*) AS count FROM \(scope.schema).deliveries GROUP BY state")
    var states: [String: Int] = [:]
    for row in rows { states[try row.get("state")] = try row.get("count") }
    return states
  }

  /// Runs the runner until nothing waits, or as long as `body` does.
  func run(_ body: ((DeliveryRunner) async throws -> Void)? = nil) async throws {
    let tenant = Tenant(
      id: scope.tenantID, slug: scope.slug, name: "Test", schema: scope.schema, status: .active, isDefault: true,
      shard: "main", roleSecret: nil, createdAt: PostbackBench.start)
    let runner = DeliveryRunner(
      queue: queue, policy: DestinationPolicy(list: "127.0.0.0/8") ?? .publicInternet,
      tenants: DeliveryTenants(all: { [tenant] }, find: { $0 == tenant.id ? tenant : nil }, scope: { _ in scope }),
      listener: nil, metrics: metrics, logger: .silent)
    let services = ServiceGroup(configuration: .init(services: [runner], logger: .silent))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await services.run() }
      runner.wake(scope.tenantID)
      do {
        if let body {
          try await body(runner)
        } else {
          try await eventually("nothing waits") { try await states()["waiting"] == nil }
        }
      } catch {
        await services.triggerGracefulShutdown()
        throw error
      }
      await services.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }
}
