import Core
import Database
import ServiceLifecycle

/// What postbacks out need of a serving process: the queue that conversions fill, and the runner that empties it.
struct DeliveryParts: Sendable {
  let queue: DeliveryQueue
  let runner: DeliveryRunner
  private let listener: NotificationListener

  init(_ tracker: Tracker, directory: TenantDirectory, metrics: MetricsRegistry) {
    let configuration = tracker.configuration
    queue = DeliveryQueue(clock: tracker.clock, settings: configuration.deliveries)
    listener = NotificationListener(
      dsn: configuration.databaseURL.with(applicationName: "trackily-listen"), channels: [DeliveryQueue.channel],
      logger: tracker.logger)
    runner = DeliveryRunner(
      queue: queue, policy: configuration.outboundPolicy,
      tenants: .of(directory) { try tracker.scope(of: $0) }, listener: listener, metrics: metrics,
      logger: tracker.logger)
  }

  var follower: DeliveryFollower { DeliveryFollower(queue: queue) }

  /// For a worker; the listener outlives the runner.
  var services: [any Service] { [listener, runner] }
}
