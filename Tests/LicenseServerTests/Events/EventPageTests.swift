import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct EventPageTests {
  @Test func staffAddTestRotateAndDeleteAnEndpointOnPages() async throws {
    try await withServer { server in
      let receiver = WebhookReceiver()
      let staff = try await server.staffBrowser()
      #expect(try await staff.get("/admin/webhooks").text.contains("No system is told of events yet."))
      let wrong = try await staff.submit(
        "/admin/webhooks", from: "/admin/webhooks/new", [("url", "http://example.com/")])
      #expect(wrong.status == 422 && wrong.text.contains("must begin with https://"))
      let made = try await staff.submit(
        "/admin/webhooks", from: "/admin/webhooks/new",
        [("url", "https://hooks.example.com/a"), ("description", "<Shop>"), ("event_types", "license.created")])
      let secret = try #require(made.text.firstMatch(of: /whsec_[A-Za-z0-9+\/=]+/)?.output)
      #expect(try await staff.get("/admin/webhooks").text.contains("&lt;Shop&gt;"))
      let page = "/admin/webhooks/1"
      #expect(try await !staff.get(page).text.contains(secret), "shown once")
      #expect(try await staff.submit("\(page)/test", from: page).status == 303)
      try await server.sendWebhooks(to: receiver)
      #expect(receiver.received.last?.isSigned(by: String(secret)) == true)
      let log = try await staff.get(page).text
      let delivery = String(try #require(log.firstMatch(of: /\/admin\/webhooks\/deliveries\/[0-9]+/)?.output))
      let shown = try await staff.get(delivery).text
      #expect(shown.contains("webhook-id: ") && shown.contains("said 200") && shown.contains("Delivered"))
      #expect(try await staff.submit("\(delivery)/resend", from: delivery).status == 303)
      try await server.sendWebhooks(to: receiver)
      #expect(Set(receiver.received.map(\.id)).count == 1 && receiver.received.count == 2)
      let rotated = try await staff.submit("\(page)/rotate-secret", from: page)
      #expect(rotated.text.contains("whsec_") && !rotated.text.contains(secret))
      for verb in ["disable", "enable", "delete"] {
        #expect(try await staff.submit("\(page)/\(verb)", from: page).status == 303)
      }
      #expect(try await staff.get(page).status == 404)
    }
  }

  @Test func staffMakeAndRevokeAKeyAndSeeItsRequests() async throws {
    try await withServer { server in
      let staff = try await server.staffBrowser()
      let path = "/admin/api-keys"
      let empty = try await staff.submit(path, from: path, [("name", "deploy"), ("days", "30")])
      #expect(empty.status == 422)
      let made = try await staff.submit(
        path, from: path, [("name", "deploy"), ("days", "30"), ("section_licences", "read")])
      let token = String(try #require(made.text.firstMatch(of: /tly_key_[A-Za-z0-9_-]+/)?.output))
      #expect(try await server.client(token: token).get("/api/licenses").status == 200)
      await server.plane.requestLog.flush()
      let requests = try await staff.get("/admin/requests").text
      #expect(requests.contains("/api/licenses") && requests.contains("key:1") && !requests.contains(token))
      #expect(try await staff.get("/admin/requests?status=5xx").text.contains("No request fits."))
      #expect(try await !staff.get(path).text.contains(token))
      #expect(try await staff.submit("\(path)/1/revoke", from: path).status == 303)
      #expect(try await server.client(token: token).get("/api/licenses").status == 401)
    }
  }
}
