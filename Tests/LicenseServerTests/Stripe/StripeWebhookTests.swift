import Billing
import Core
import Crypto
import Foundation
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct StripeWebhookTests {
  private static let secrets = ["whsec_of_last_month", "whsec_of_this_month"]
  private static let environment = [
    "STRIPE_SECRET_KEY": "sk_test_abc123", "STRIPE_WEBHOOK_SECRET": secrets.joined(separator: ","),
    "STRIPE_BASE_URL": "http://127.0.0.1:9",
  ]
  private static let time = StripeLife.start
  /// About nothing of ours: nobody is asked about it.
  private static let payout = StripeShapes.event(
    id: "evt_1", type: "payout.paid", created: time, object: ["id": "po_1", "object": "payout"])

  private func signature(_ body: [UInt8], _ secret: String, at time: Int64 = time) -> String {
    let key = SymmetricKey(data: Array(secret.utf8))
    let code = HMAC<SHA256>.authenticationCode(for: Array("\(time).".utf8) + body, using: key)
    return "t=\(time),v1=\(Array(code).hex)"
  }

  private func send(
    _ server: RunningServer, _ body: [UInt8], _ signature: String?
  ) async throws -> TestHTTPAnswer {
    try await server.visitor.send(
      "POST", "/webhooks/stripe",
      headers: [("Content-Type", "application/json")] + (signature.map { [("Stripe-Signature", $0)] } ?? []), body: body
    )
  }

  @Test func whatIsSignedWithEitherSecretIsTakenInOnce() async throws {
    try await withServer(Self.environment) { server in
      let body = Self.payout.utf8
      let first = try await send(server, body, signature(body, Self.secrets[0]))
      #expect(first.status == 200 && first.json["outcome"] == "ignored")
      let again = try await send(server, body, signature(body, Self.secrets[1]))
      #expect(again.status == 200 && again.json["outcome"] == "duplicate")
    }
  }

  @Test func whatIsForgedLateOrBrokenIsRefused() async throws {
    try await withServer(Self.environment) { server in
      let body = Self.payout.utf8
      for header in [
        nil, "", "t=1,v1=00", signature(body, "whsec_of_nobody"), signature(body + [0x20], Self.secrets[0]),
        signature(body, Self.secrets[0], at: Self.time - 301), signature(body, Self.secrets[0], at: Self.time + 301),
        signature(body, Self.secrets[0]).replacing("v1=", with: "v0="),
      ] {
        #expect(try await send(server, body, header).status == 400, "\(header ?? "none")")
      }
      let garbage = Array("{\"object\":\"list\"}".utf8)
      let refused = try await send(server, garbage, signature(garbage, Self.secrets[0]))
      #expect(refused.status == 400 && refused.json["code"] == "malformed_event")
      #expect(try await send(server, body, signature(body, Self.secrets[0])).json["outcome"] == "ignored")
    }
  }

  @Test func whatCannotBeAskedForNowIsToBeSentAgain() async throws {
    try await withServer(Self.environment) { server in
      let body = StripeShapes.event(
        id: "evt_2", type: "invoice.paid", created: Self.time, object: ["id": "in_1", "object": "invoice"],
        version: "2017-08-15"
      ).utf8
      let answer = try await send(server, body, signature(body, Self.secrets[0]))
      #expect(answer.status == 503 && !answer.text.contains("sk_test"))
    }
  }

  @Test func withoutAKeyThereIsNoSuchRoute() async throws {
    try await withServer { server in
      let answer = try await send(server, Self.payout.utf8, nil)
      #expect(answer.status == 404)
    }
  }
}
