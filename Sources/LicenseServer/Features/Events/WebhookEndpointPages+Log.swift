import Core
import Database
import Web

/// One endpoint with what it was sent, and one delivery.
extension WebhookEndpointPages {
  func page(_ call: StaffCall, secret: WebhookSecret?) async throws -> Reply {
    guard let endpoint = try await WebhookEndpointStore(database).find(call.id()) else {
      throw WebhookEndpointDesk.unknown
    }
    return try await page(call, endpoint, secret: secret)
  }

  func page(_ call: StaffCall, _ endpoint: WebhookEndpoint, secret: WebhookSecret?) async throws -> Reply {
    let log = try await WebhookDeliveryStore(database).list(call.listRequest, of: endpoint.id)
    let view = view(call)
    return layout.staffPage(
      Layout.Frame(title: "Endpoint", current: Self.path, actions: view.acts(on: endpoint)), call,
      view.endpoint(endpoint, log, secret: secret))
  }

  @Sendable func delivery(_ call: StaffCall) async throws -> Reply {
    guard let delivery = try await WebhookDeliveryStore(database).find(call.id()) else {
      throw WebhookEndpointDesk.unknownDelivery
    }
    let view = view(call)
    return layout.staffPage(
      Layout.Frame(title: "Delivery", current: Self.path, actions: view.resend(delivery)), call,
      view.delivery(delivery))
  }
}
