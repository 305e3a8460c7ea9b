import Core
import Jobs
import Security

/// How hard postbacks out are tried.
struct DeliverySettings: Sendable {
  /// Before a delivery is dead. With the pauses below that is a day and a half.
  var attempts = 16
  /// Between attempts, shortened at random by up to a half.
  var firstPause = Duration.seconds(15)
  var longestPause = Duration.hours(6)
  /// After which a delivery is dead however often it was tried.
  var patience = Duration.hours(72)
  /// From the look-up of the target's name to the last byte of its answer.
  var timeLimit = Duration.seconds(10)
  /// In flight per target.
  var perTarget = 8
  /// In flight of one tenant.
  var perTenant = 64
  /// In flight altogether.
  var inFlight = 256
  /// How long a delivery stays claimed after its runner has died. Longer than any attempt takes.
  var lease = Duration.seconds(35)
  /// Between looks at every tenant, for what nobody told of.
  var sweepInterval = Duration.seconds(60)

  /// What is kept of an answer.
  static let answerLimit = 4_096
  /// What is read of an answer, so that its rule sees enough.
  static let readLimit = 1 << 20

  func pause(after attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
    RetryPolicy.exponential(base: firstPause, cap: longestPause).delay(after: attempt, using: &generator)
  }

  var limits: OutboundLimits {
    OutboundLimits(
      connectTimeout: min(timeLimit, .seconds(5)), totalTimeout: timeLimit, responseSize: Self.readLimit, redirects: 0)
  }
}

extension DeliverySettings {
  /// From the environment, all of it optional.
  init(_ reader: inout EnvironmentReader) {
    let standard = DeliverySettings()
    func whole(_ range: ClosedRange<Int>) -> (String) -> Int? { { Int($0).flatMap { range.contains($0) ? $0 : nil } } }
    attempts = reader.optional("POSTBACK_ATTEMPTS", default: standard.attempts, "1 to 100", parse: whole(1...100))
    firstPause = .seconds(
      reader.optional("POSTBACK_RETRY_SECONDS", default: 15, "1 to 3600", parse: whole(1...3_600)))
    patience = .minutes(
      Int64(reader.optional("POSTBACK_PATIENCE_MINUTES", default: 4_320, "1 to 20160", parse: whole(1...20_160))))
    timeLimit = .seconds(reader.optional("POSTBACK_TIMEOUT_SECONDS", default: 10, "1 to 45", parse: whole(1...45)))
    // An attempt, and writing what came of it.
    lease = timeLimit * 2 + .seconds(15)
  }
}
