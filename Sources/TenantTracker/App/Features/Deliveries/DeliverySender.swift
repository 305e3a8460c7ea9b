import Core
import Security

/// Makes single attempts: one request, no redirects, nothing private, within the time limit.
struct DeliverySender: Sendable {
  let settings: DeliverySettings
  let clock: any WallClock
  private let http: OutboundHTTP

  init(policy: DestinationPolicy, settings: DeliverySettings, clock: any WallClock) {
    self.settings = settings
    self.clock = clock
    http = OutboundHTTP(policy: policy, limits: settings.limits, maxRequests: settings.inFlight + 8)
  }

  func send(_ delivery: ClaimedDelivery) async -> DeliveryVerdict {
    let message = delivery.message
    var headers = [HeaderField("X-Event-Id", delivery.id.description)]
    if !message.contentType.isEmpty { headers.append(HeaderField("Content-Type", message.contentType)) }
    let request = OutboundRequest(
      message.method == .post ? .post : .get, message.url, headers: headers, body: Array(message.body.utf8))
    let (start, instant) = (clock.now(), ContinuousClock.now)
    let result = await result(of: request)
    var generator = SystemRandomNumberGenerator()
    return DeliveryVerdict(
      result, to: message, attempt: delivery.attempt, at: start, took: .now - instant, settings: settings,
      using: &generator)
  }

  private func result(of request: OutboundRequest) async -> Result<OutboundResponse, OutboundError> {
    do { return .success(try await http.send(request)) } catch { return .failure(error) }
  }
}
