import Billing
import Core
import Testing

@testable import LicenseServer

@Suite struct StripeSettingsTests {
  private func read(_ variables: [String: String]) throws -> StripeSettings? {
    var reader = EnvironmentReader(variables)
    let settings = StripeSettings.read(&reader)
    try reader.finish()
    return settings
  }

  private func problems(_ variables: [String: String]) -> [String] {
    do {
      _ = try read(variables)
      return []
    } catch { return (error as? ConfigurationError)?.problems ?? ["\(error)"] }
  }

  @Test func withoutAKeyThereIsNoStripe() throws {
    #expect(try read([:]) == nil)
    #expect(try read(["STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRET": ""]) == nil)
  }

  @Test func allOfItIsRead() throws {
    let settings = try #require(
      try read([
        "STRIPE_SECRET_KEY": "rk_live_abc123", "STRIPE_WEBHOOK_SECRET": "whsec_first_one, whsec_second_one",
        "STRIPE_BASE_URL": "https://stripe.example.com/",
      ]))
    #expect(settings.account.mode == .live && settings.account.baseURL == "https://stripe.example.com")
    #expect(settings.webhookSecrets == ["whsec_first_one", "whsec_second_one"])
    let standard = try read(["STRIPE_SECRET_KEY": "sk_test_abc123", "STRIPE_WEBHOOK_SECRET": "whsec_first_one"])
    #expect(standard?.account.baseURL == "https://api.stripe.com" && standard?.account.mode == .test)
  }

  @Test func eachFaultIsNamedAndNoneShowsASecret() {
    let (key, secret) = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
    for (variables, parts) in [
      ([key: "sk_test_abc123"], ["STRIPE_WEBHOOK_SECRET is missing"]),
      ([secret: "whsec_first_one"], ["STRIPE_SECRET_KEY is missing"]),
      ([key: "pk_test_abc123", secret: "whsec_first_one"], ["STRIPE_SECRET_KEY is wrong"]),
      ([key: "sk_test_abc123", secret: "whsec_first_one,,oops"], ["STRIPE_WEBHOOK_SECRET is wrong"]),
      ([key: "sk_test_abc123", secret: "first"], ["STRIPE_WEBHOOK_SECRET is wrong"]),
      ([key: "sk test", secret: "first"], ["STRIPE_SECRET_KEY is wrong", "STRIPE_WEBHOOK_SECRET is wrong"]),
      (
        [key: "sk_live_abc123", secret: "whsec_first_one", "STRIPE_BASE_URL": "http://stripe.example.com"],
        ["STRIPE_BASE_URL is wrong: with a live key it must be an https URL"]
      ),
      ([key: "sk_test_abc123", secret: "whsec_first_one", "STRIPE_BASE_URL": "stripe"], ["STRIPE_BASE_URL is wrong"]),
    ] as [([String: String], [String])] {
      let found = problems(variables)
      #expect(found.count == parts.count && zip(found, parts).allSatisfy { $0.hasPrefix($1) }, "\(found)")
      #expect(!found.joined().contains("abc123") && !found.joined().contains("first_one"))
    }
  }
}
