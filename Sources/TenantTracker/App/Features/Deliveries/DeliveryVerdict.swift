import Core
import Security

/// What an attempt came to, and what follows from it.
struct DeliveryVerdict: Sendable {
  enum Step: Sendable, Equatable {
    case delivered
    case retry(after: Duration)
    case giveUp
  }

  var step: Step
  /// For people; nil when all went well.
  var problem: String?
  var attempt: Delivery.Attempt
  /// What it says of the target itself.
  var sign: TargetSign
  /// It was not made to its end, through no fault of the delivery or its target.
  var isInterrupted = false

  /// - Parameters:
  ///   - attempt: its number, from 1.
  ///   - start: when it was made; `took` how long it took.
  init(
    _ result: Result<OutboundResponse, OutboundError>, to message: Delivery.Message, attempt number: Int,
    at start: Timestamp, took: Duration, settings: DeliverySettings, using generator: inout some RandomNumberGenerator
  ) {
    attempt = Delivery.Attempt(
      at: start,
      milliseconds: Int(took.components.seconds) * 1_000 + Int(took.components.attoseconds / 1_000_000_000_000_000),
      status: nil, body: [])
    var isHopeless = false
    var pause = settings.pause(after: number, using: &generator)
    switch result {
    case .success(let response):
      attempt.status = response.status
      attempt.body = Array(response.body.prefix(DeliverySettings.answerLimit))
      problem = Self.problem(with: response, message)
      isHopeless = (300..<400).contains(response.status)
      sign = (502...504).contains(response.status) ? .failing : .answering
      if let wanted = Self.wantedPause(response) {
        pause = max(pause, wanted)
        sign = .busy(wanted)
      }
    case .failure(let error):
      problem = Self.sentence(error, settings)
      isHopeless = !error.isTemporary
      isInterrupted = error == .busy || error == .cancelled
      // A request that could not be made closes its target for nobody.
      sign = isInterrupted || isHopeless ? .unknown : .failing
    }
    if problem == nil {
      step = .delivered
    } else {
      step = isHopeless || number >= settings.attempts ? .giveUp : .retry(after: pause)
    }
  }

  private static func problem(with response: OutboundResponse, _ message: Delivery.Message) -> String? {
    if (300..<400).contains(response.status) {
      let target = response.headers["location"].map { ": \($0.prefix(200))" } ?? ""
      return "The target sends us on with \(response.status)\(target). Put the final address into the postback."
    }
    guard response.isSuccess else { return "The target answered \(response.status)." }
    return message.success?.problem(with: response.body)
  }

  /// `Retry-After` in seconds, of an answer that asks to wait; an hour at most.
  private static func wantedPause(_ response: OutboundResponse) -> Duration? {
    guard [429, 503].contains(response.status), let text = response.headers["retry-after"], let seconds = Int(text),
      seconds > 0
    else { return nil }
    return .seconds(min(seconds, 3_600))
  }

  private static func sentence(_ error: OutboundError, _ settings: DeliverySettings) -> String {
    switch error {
    case .timedOut: "The target did not answer within \(settings.timeLimit.components.seconds) seconds."
    case .unknownHost(let host): "There is no host \(host)."
    case .forbiddenAddress(let host): "\(host) is a private address, where nothing is sent."
    case .unreachable: "The target takes no connection."
    case .tls: "The target has no valid certificate."
    case .invalidRequest(let what): "Nothing could be sent: \(what)."
    case .tooLarge(let limit): "The answer is longer than \(limit) bytes."
    default: "The connection failed: \(error)."
    }
  }
}
