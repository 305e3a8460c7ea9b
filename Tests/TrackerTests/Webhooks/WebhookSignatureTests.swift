import Conversions
import Core
import Foundation
import Testing

@testable import TenantTracker

@Suite struct WebhookSignatureTests {
  private static let now = Timestamp(seconds: 1_795_255_200)
  private static let body = Array("{\"id\": 820982911946154508, \"note\": \"caf\u{e9} \u{1F600}\"}".utf8)

  private func hit(
    _ channel: InboundChannel, query: String = "", headers: [String: String] = [:], body: [UInt8] = body
  ) -> PostbackHit {
    PostbackHit(
      id: UUIDv7(at: Self.now), channel: channel, method: .post, query: query, body: body, headers: headers)
  }

  private func base64(_ key: String, _ body: [UInt8] = body) -> String {
    Data(WebhookSignature.code(of: body, key: key)).base64EncodedString()
  }

  /// RFC 4231, test case 2.
  @Test func itIsHMACWithSHA256() {
    #expect(
      WebhookSignature.code(of: Array("what do ya want for nothing?".utf8), key: "Jefe").hex
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  @Test func shopifySignsOrNamesTheKey() {
    let signed = ["x-shopify-hmac-sha256": base64("hush")]
    for (query, headers, keys, isAdmitted) in [
      ("", [:], nil, true), ("key=anything", [:], nil, true), ("", [:], ["hush"], false), ("", signed, ["hush"], true),
      ("", signed, ["other", "hush"], true), ("", signed, ["other"], false), ("", signed, [], false),
      ("key=hush", [:], ["hush"], true), ("a=1&key=hu%73h", [:], ["hush"], true), ("key=wrong", [:], ["hush"], false),
      ("key=", [:], ["hush"], false), ("key=wrong", signed, ["hush"], false),
      ("key=hush", ["x-shopify-hmac-sha256": "x"], ["hush"], true),
      ("", ["x-shopify-hmac-sha256": base64("hush").lowercased()], ["hush"], false),
      ("", ["x-shopify-hmac-sha256": "not base64!"], ["hush"], false),
      ("", ["x-shopify-hmac-sha256": WebhookSignature.code(of: Self.body, key: "hush").hex], ["hush"], false),
    ] as [(String, [String: String], [String]?, Bool)] {
      #expect(
        ShopifyReader.admits(hit(.shopify, query: query, headers: headers), keys: keys) == isAdmitted,
        "\(query) \(headers) \(String(describing: keys))")
    }
    #expect(!ShopifyReader.admits(hit(.shopify, headers: signed, body: Self.body + [0x20]), keys: ["hush"]))
  }

  @Test func wooCommerceSigns() {
    let signed = ["x-wc-webhook-signature": base64("hush")]
    #expect(WooCommerceReader.admits(hit(.woocommerce), keys: nil))
    #expect(WooCommerceReader.admits(hit(.woocommerce, headers: signed), keys: ["hush"]))
    #expect(!WooCommerceReader.admits(hit(.woocommerce, headers: signed), keys: ["Hush"]))
    #expect(!WooCommerceReader.admits(hit(.woocommerce), keys: ["hush"]))
    #expect(!WooCommerceReader.admits(hit(.woocommerce, headers: signed, body: []), keys: ["hush"]))
  }

  @Test func stripeSignsWithATime() {
    func code(_ key: String, _ time: Int64) -> String {
      WebhookSignature.code(of: Array("\(time).".utf8) + Self.body, key: key).hex
    }
    let now = Self.now.seconds
    let zeros = String(repeating: "0", count: 64)
    for (header, isAdmitted) in [
      ("t=\(now),v1=\(code("hush", now))", true), (" t=\(now) , v1=\(code("hush", now)) ", true),
      ("t=\(now),v1=\(zeros),v1=\(code("hush", now)),v0=\(zeros)", true),
      ("t=\(now),v0=\(code("hush", now))", false), ("t=\(now),v1=\(code("other", now))", false),
      ("t=\(now),v1=\(code("hush", now - 1))", false), ("t=\(now - 300),v1=\(code("hush", now - 300))", true),
      ("t=\(now - 301),v1=\(code("hush", now - 301))", false), ("t=\(now + 301),v1=\(code("hush", now + 301))", false),
      ("t=0\(now),v1=\(code("hush", now))", false), ("t=now,v1=\(code("hush", now))", false),
      ("v1=\(code("hush", now))", false), ("t=\(now)", false), ("", false), ("t=\(now),v1=zz", false),
      ("t=\(now),v1=\(code("hush", now).prefix(32))", false),
    ] {
      let hit = hit(.stripe, headers: ["stripe-signature": header])
      #expect(StripeReader.admits(hit, keys: ["hush"]) == isAdmitted, "\(header)")
      #expect(!StripeReader.admits(hit, keys: nil))
      #expect(!StripeReader.admits(hit, keys: []))
    }
    #expect(!StripeReader.admits(hit(.stripe), keys: ["hush"]))
  }
}
