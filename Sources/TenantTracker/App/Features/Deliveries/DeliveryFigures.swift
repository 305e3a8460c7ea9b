import Core

/// What is counted of postbacks out.
struct DeliveryFigures: Sendable {
  let delivered: Counter
  let retried: Counter
  let dead: Counter
  private let metrics: MetricsRegistry

  init(_ metrics: MetricsRegistry) {
    self.metrics = metrics
    delivered = metrics.counter("trackily_deliveries_delivered_total", "Postbacks out that arrived.")
    retried = metrics.counter("trackily_deliveries_failed_attempts_total", "Attempts that are made again.")
    dead = metrics.counter("trackily_deliveries_dead_total", "Postbacks out that were given up.")
  }

  func watch(
    inFlight: @escaping @Sendable () -> Int, closed: @escaping @Sendable () -> Int,
    waiting: @escaping @Sendable () -> Int
  ) {
    metrics.gauge("trackily_deliveries_in_flight", "Postbacks out under way.") { Double(inFlight()) }
    metrics.gauge("trackily_deliveries_targets_closed", "Targets that are left alone because they fail.") {
      Double(closed())
    }
    metrics.gauge("trackily_deliveries_waiting", "Postbacks out that wait, at the last look at all tenants.") {
      Double(waiting())
    }
  }

  func count(_ verdict: DeliveryVerdict) {
    switch verdict.step {
    case .delivered: delivered.increment()
    case .retry: retried.increment()
    case .giveUp: dead.increment()
    }
  }
}
