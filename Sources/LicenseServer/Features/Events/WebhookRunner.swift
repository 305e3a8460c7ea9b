import Core
import Database
import Logging
import Security
import ServiceLifecycle
import Synchronization

/// Sends events to endpoints. It looks for due deliveries every `pollInterval`, when woken, and when an attempt has
/// ended. At shutdown it claims no more and lets running attempts finish.
final class WebhookRunner: Service {
  private let queue: WebhookQueue
  private let sender: WebhookSender
  private let mail: MailJobs
  private let pollInterval: Duration
  private let logger: Logger
  private let slots: Mutex<WebhookSlots>
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(
    queue: WebhookQueue, sender: WebhookSender, mail: MailJobs, pollInterval: Duration = .seconds(1), logger: Logger
  ) {
    self.queue = queue
    self.sender = sender
    self.mail = mail
    self.pollInterval = pollInterval
    self.logger = logger
    slots = Mutex(WebhookSlots(total: queue.settings.inFlight, perEndpoint: queue.settings.perEndpoint))
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Looks for work now.
  func wake() { signal.yield() }

  func run() async throws {
    wake()
    await withDiscardingTaskGroup { group in
      group.addTask { await cancelWhenGracefulShutdown { await self.wakeNowAndThen() } }
      for await _ in signals.cancelOnGracefulShutdown() {
        for webhook in await claimForFreeSlots() {
          group.addTask {
            await self.deliver(webhook)
            self.wake()
          }
        }
      }
    }
  }

  /// Sends all that is due now and returns how many attempts that were. For tests.
  func runDue() async throws -> Int {
    try await queue.giveUpOverdue()
    var count = 0
    while true {
      let claimed = await claimForFreeSlots()
      guard !claimed.isEmpty else { return count }
      count += claimed.count
      await withDiscardingTaskGroup { group in
        for webhook in claimed { group.addTask { await self.deliver(webhook) } }
      }
    }
  }

  private func wakeNowAndThen() async {
    while (try? await Task.sleep(for: pollInterval)) != nil {
      do { try await queue.giveUpOverdue() } catch {
        logger.debug("webhooks not looked at", metadata: ["error": "\(error)"])
      }
      wake()
    }
  }

  /// Each of them holds a slot.
  private func claimForFreeSlots() async -> [ClaimedWebhook] {
    let (left, free) = slots.withLock { ($0.left, $0.free) }
    guard left > 0 else { return [] }
    let claimed: [ClaimedWebhook]
    do { claimed = try await queue.claim(left, free: free) } catch {
      logger.warning("webhooks not claimed", metadata: ["error": "\(error)"])
      return []
    }
    var admitted: [ClaimedWebhook] = []
    for webhook in claimed {
      // More than half of all may be of endpoints that fail.
      if slots.withLock({ $0.enter(webhook.endpointID) }) { admitted.append(webhook) } else { await release(webhook) }
    }
    return admitted
  }

  private func deliver(_ webhook: ClaimedWebhook) async {
    let verdict = await sender.send(webhook)
    slots.withLock {
      $0.leave(webhook.endpointID, answered: verdict.isInterrupted ? nil : verdict.status != nil)
    }
    // A cancelled task could not talk to the database.
    await Task { [self] in
      if verdict.isInterrupted { await release(webhook) } else { await write(verdict, of: webhook) }
    }.value
  }

  /// Of an attempt whose end cannot be written another is made when its lease has run out, with the same id.
  private func write(_ verdict: WebhookVerdict, of webhook: ClaimedWebhook) async {
    do {
      try await queue.database.transaction { [self] connection in
        guard try await queue.finish(webhook, verdict, in: connection), verdict.step == .gone else { return }
        try await disable(webhook.endpointID, in: connection)
      }
    } catch {
      logger.warning("webhook not written", metadata: ["delivery": "\(webhook.id)", "error": "\(error)"])
    }
  }

  private func release(_ webhook: ClaimedWebhook) async {
    do { try await queue.release(webhook) } catch {
      logger.warning("webhook not put back", metadata: ["delivery": "\(webhook.id)", "error": "\(error)"])
    }
  }

  /// It said that it is gone: nothing more is sent there, and its owner is told.
  private func disable(_ id: Int64, in connection: Connection) async throws {
    let now = queue.clock.now()
    let store = WebhookEndpointStore(connection)
    guard let former = try await store.lock(id), former.status == .enabled else { return }
    var endpoint = former
    endpoint.status = .disabled
    endpoint.disabledReason = WebhookEndpoint.gone
    endpoint.updatedAt = now
    try await store.save(endpoint)
    try await WebhookDeliveryStore(connection).cancel(of: id, at: now)
    try await AuditStore(connection).append(
      AuditEntry(
        action: "webhook_endpoint.disable", subject: "webhook_endpoint:\(id)", before: former.json,
        after: endpoint.json),
      by: Actor(name: "webhook delivery", address: nil), at: now)
    guard let owner = try await store.ownerEmail(of: endpoint.owner) else { return }
    try await mail.enqueue(
      WebhookEndpointDisabledMail(url: endpoint.url), to: owner, customer: endpoint.owner.customerID,
      reseller: endpoint.owner.resellerID, in: connection)
  }
}
