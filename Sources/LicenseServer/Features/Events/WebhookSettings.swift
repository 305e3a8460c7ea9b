import Core
import Security

/// How events are delivered.
struct WebhookSettings: Sendable {
  /// Before the first attempt, and after each one that failed; after the last there is no other.
  var waits: [Duration] = [
    .zero, .seconds(5), .minutes(5), .minutes(30), .hours(2), .hours(5), .hours(10), .hours(14), .hours(20), .hours(24),
  ]
  /// Attempts at once.
  var inFlight = 64
  /// Of these to one endpoint.
  var perEndpoint = 4
  /// For one attempt, from the look-up of the name to the last byte.
  var timeLimit = Duration.seconds(15)
  /// Longer than an attempt may take: when it ends, the runner of that attempt is dead.
  var lease = Duration.seconds(60)

  /// Bytes of an answer that are kept.
  static let excerpt = 1_000
  /// Bytes of an answer that are read; more is a failure.
  private static let answerLimit = 65_536
  /// What a `Retry-After` may ask for at most.
  static let longestWait = Duration.hours(24)
  /// After which ended deliveries are forgotten.
  static let memory = Duration.hours(24 * 30)

  var attempts: Int { waits.count }

  /// How long to wait after the attempt of this number, from 1; nil when that was the last.
  func wait(after attempt: Int) -> Duration? { waits.indices.contains(attempt) ? waits[attempt] : nil }

  var limits: OutboundLimits {
    OutboundLimits(totalTimeout: timeLimit, responseSize: Self.answerLimit, redirects: 0)
  }
}
