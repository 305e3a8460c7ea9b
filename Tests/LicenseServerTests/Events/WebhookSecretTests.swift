import Core
import Testing

@testable import LicenseServer

@Suite struct WebhookSecretTests {
  /// The example of the Standard Webhooks specification and its libraries.
  @Test func aSignatureIsThatOfTheSpecification() throws {
    let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    let signature = secret.signature(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: #"{"test": 2432232314}"#)
    #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test func aNewSecretIsReadBackAndNeverTheSame() throws {
    let (first, second) = (WebhookSecret.make(), WebhookSecret.make())
    #expect(first.text.hasPrefix("whsec_") && first.text != second.text)
    let again = try #require(WebhookSecret(first.text))
    let sign = { (secret: WebhookSecret) in secret.signature(id: "e", timestamp: 1, body: "{}") }
    #expect(sign(again) == sign(first))
    #expect(sign(first) != sign(second))
  }

  @Test(arguments: ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base 64"])
  func whatIsNoSecretIsRefused(_ text: String) {
    #expect(WebhookSecret(text) == nil)
  }
}
