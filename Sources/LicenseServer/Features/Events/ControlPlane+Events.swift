import Jobs
import Security
import Web

/// What other systems are told, and by what they come in.
extension ControlPlane {
  var webhookDesk: WebhookEndpointDesk {
    WebhookEndpointDesk(database: database, box: box, policy: configuration.outboundPolicy, clock: clock)
  }

  /// Sends events to endpoints.
  /// - Parameter send: where requests go instead of out, for tests.
  func makeWebhookRunner(
    _ settings: WebhookSettings = WebhookSettings(), send: WebhookSender.Send? = nil
  ) -> WebhookRunner {
    WebhookRunner(
      queue: WebhookQueue(database: database, clock: clock, settings: settings),
      sender: WebhookSender(
        policy: configuration.outboundPolicy, settings: settings, box: box, clock: clock, send: send),
      mail: mail, logger: logger)
  }

  func registerEvents(in table: inout StaffTable) {
    WebhookEndpointAPI(database: database, desk: webhookDesk).register(in: &table)
    MailAPI(database: database, mail: mail, clock: clock).register(in: &table)
    APIKeyAPI(database: database, desk: apiKeys, clock: clock).register(in: &table)
    RequestLogAPI(database: database).register(in: &table)
  }

  func registerEventPages(in table: inout StaffTable, _ layout: Layout) {
    WebhookEndpointPages(database: database, desk: webhookDesk, layout: layout).register(in: &table)
    MailPages(
      database: database, mail: mail, layout: layout, publicURL: configuration.publicURL, clock: clock
    ).register(in: &table)
    APIKeyPages(database: database, desk: apiKeys, layout: layout, clock: clock).register(in: &table)
    RequestLogPages(database: database, layout: layout).register(in: &table)
  }
}
