import Core
import Security

/// Makes single attempts: one signed request, no redirects, nothing private, within the time limit.
struct WebhookSender: Sendable {
  typealias Send = @Sendable (OutboundRequest) async throws(OutboundError) -> OutboundResponse

  let settings: WebhookSettings
  let box: SecretBox
  let clock: any WallClock
  private let send: Send

  /// - Parameter send: where requests go instead of out, for tests.
  init(
    policy: DestinationPolicy, settings: WebhookSettings, box: SecretBox, clock: any WallClock, send: Send? = nil
  ) {
    self.settings = settings
    self.box = box
    self.clock = clock
    let http = OutboundHTTP(policy: policy, limits: settings.limits, maxRequests: settings.inFlight + 8)
    self.send = send ?? Self.send(through: http)
  }

  // A method of its own: Swift 6.3 crashes on the closure behind `??`.
  private static func send(through http: OutboundHTTP) -> Send {
    { request throws(OutboundError) in try await http.send(request) }
  }

  func send(_ webhook: ClaimedWebhook) async -> WebhookVerdict {
    let (start, instant) = (clock.now(), ContinuousClock.now)
    let result = await result(of: webhook, at: start)
    return WebhookVerdict(
      result, attempt: webhook.attempt, at: start, took: .now - instant, settings: settings)
  }

  private func result(
    of webhook: ClaimedWebhook, at start: Timestamp
  ) async -> Result<OutboundResponse, OutboundError> {
    guard let signature = signature(of: webhook, at: start) else {
      return .failure(.invalidRequest("its secret was sealed with another SECRET_KEY; rotate it"))
    }
    let request = OutboundRequest(
      .post, webhook.url,
      headers: [
        HeaderField("Content-Type", "application/json"), HeaderField("User-Agent", "Trackily-Webhooks/1"),
        HeaderField("webhook-id", webhook.eventID.description),
        HeaderField("webhook-timestamp", String(start.seconds)), HeaderField("webhook-signature", signature),
      ], body: Array(webhook.body.utf8))
    do { return .success(try await send(request)) } catch { return .failure(error) }
  }

  /// One signature for each secret that is valid now, with a blank between them.
  private func signature(of webhook: ClaimedWebhook, at start: Timestamp) -> String? {
    let context = WebhookSecret.sealingContext(endpoint: webhook.endpointID)
    var signatures: [String] = []
    for sealed in webhook.sealedSecrets {
      guard let text = try? box.openText(sealed, for: context), let secret = WebhookSecret(text) else { return nil }
      signatures.append(
        secret.signature(id: webhook.eventID.description, timestamp: start.seconds, body: webhook.body))
    }
    return signatures.joined(separator: " ")
  }
}
