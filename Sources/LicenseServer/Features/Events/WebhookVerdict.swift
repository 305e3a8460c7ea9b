import Core
import Security

/// What an attempt came to, and what follows from it.
struct WebhookVerdict: Sendable {
  enum Step: Sendable, Equatable {
    case delivered
    case retry(after: Duration)
    case giveUp
    /// The endpoint wants nothing more, ever.
    case gone
  }

  let step: Step
  /// For people; nil when all went well.
  let problem: String?
  /// Nil when there was no answer.
  let status: Int?
  /// The answer's beginning.
  let answer: String
  let at: Timestamp
  let milliseconds: Int
  /// It was not made to its end, through no fault of the endpoint.
  let isInterrupted: Bool

  /// - Parameters:
  ///   - attempt: its number, from 1.
  ///   - start: when it was made; `took` how long it took.
  init(
    _ result: Result<OutboundResponse, OutboundError>, attempt: Int, at start: Timestamp, took: Duration,
    settings: WebhookSettings
  ) {
    at = start
    milliseconds = Int(took / .milliseconds(1))
    let wait = settings.wait(after: attempt)
    let later: Step = wait.map { .retry(after: $0) } ?? .giveUp
    switch result {
    case .success(let response):
      status = response.status
      answer = Self.storable(response.body)
      isInterrupted = false
      problem = Self.problem(with: response)
      if response.isSuccess {
        step = .delivered
      } else if response.status == 410 {
        step = .gone
      } else if let wait, let wanted = Self.wantedWait(response) {
        step = .retry(after: max(wait, wanted))
      } else {
        step = later
      }
    case .failure(let error):
      (status, answer) = (nil, "")
      isInterrupted = error == .busy || error == .cancelled
      problem = Self.sentence(error, settings)
      // Nothing can have changed by then. A name may lead somewhere else tomorrow, and a long answer be a short one.
      if case .invalidRequest = error { step = .giveUp } else { step = later }
    }
  }

  private static func problem(with response: OutboundResponse) -> String? {
    switch response.status {
    case 200..<300: nil
    case 300..<400:
      "The endpoint sends us on with \(response.status); redirects are not followed. Give the final address."
    case 410: WebhookEndpoint.gone
    default: "The endpoint answered \(response.status)."
    }
  }

  /// `Retry-After` in seconds, of an answer that asks to wait.
  private static func wantedWait(_ response: OutboundResponse) -> Duration? {
    guard [429, 503].contains(response.status), let text = response.headers["retry-after"], let seconds = Int(text),
      seconds > 0
    else { return nil }
    return min(.seconds(min(seconds, 1_000_000)), WebhookSettings.longestWait)
  }

  private static func sentence(_ error: OutboundError, _ settings: WebhookSettings) -> String {
    switch error {
    case .timedOut: "The endpoint did not answer within \(settings.timeLimit.components.seconds) seconds."
    case .unknownHost(let host): "There is no host \(host)."
    case .forbiddenAddress(let host): "\(host) is a private address, where nothing is sent."
    case .unreachable: "The endpoint takes no connection."
    case .tls: "The endpoint has no valid certificate."
    case .invalidRequest(let what): "Nothing could be sent: \(what)."
    case .tooLarge(let limit): "The answer is longer than \(limit) bytes."
    default: "The connection failed: \(error)."
    }
  }

  /// Postgres has no NUL in text.
  private static func storable(_ body: [UInt8]) -> String {
    String(decoding: body.prefix(WebhookSettings.excerpt), as: UTF8.self).replacing("\0", with: "\u{FFFD}")
  }
}
