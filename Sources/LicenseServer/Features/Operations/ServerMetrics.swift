import Core
import Database
import Licensing
import Web

/// What the server counts of itself.
final class ServerMetrics: Sendable {
  private let registry = MetricsRegistry()
  private let answers: [Counter]
  private let durations: Histogram
  private let decisions: [LicenseCode: Counter]

  init(database: ConnectionPool) {
    let registry = registry
    answers = (1...5).map {
      registry.counter("license_http_answers_total", "Answered requests.", labels: [("status", "\($0)xx")])
    }
    durations = registry.histogram("license_http_seconds", "How long requests took.")
    decisions = Dictionary(
      uniqueKeysWithValues: LicenseCode.allCases.map {
        ($0, registry.counter("license_decisions_total", "Licence decisions.", labels: [("code", $0.rawValue)]))
      })
    registry.gauge("license_database_connections", "Open connections to the database.") {
      Double(database.connectionCount)
    }
    registry.gauge("license_database_waiters", "Requests that wait for a connection.") { Double(database.waiterCount) }
  }

  @Sendable func observe(_ request: AnsweredRequest) {
    let index = request.status / 100 - 1
    if answers.indices.contains(index) { answers[index].increment() }
    durations.record(request.duration)
  }

  func count(_ code: LicenseCode) { decisions[code]?.increment() }

  var text: String { registry.prometheusText() }
}
