import Core
import Security
import Testing

@testable import LicenseServer

@Suite struct ConfigurationTests {
  private let minimum = [
    "DATABASE_URL": "postgresql://u:p@h/d", "SIGNING_KEYS_DIR": "/keys",
    "SECRET_KEY": "a secret that is long enough for tests",
  ]

  @Test func theRestHasDefaults() throws {
    let configuration = try Configuration(environment: minimum)
    #expect(configuration.port == 4_000 && configuration.publicURL == "http://localhost:4000")
    #expect(configuration.vendorMustChangePassword && configuration.mailServer == nil)
    #expect(configuration.mailSender.address.description == "no-reply@localhost")
    #expect(configuration.limits.licensePerAddress == 600 && configuration.limits.licensePerKey == 200)
    #expect(configuration.limits.logInFailures == 10)
  }

  @Test func everyProblemIsToldAtOnceWithoutAnyValue() {
    let wrong = [
      "DATABASE_URL": "mysql://root:hunter2@h/d", "PORT": "99999", "PUBLIC_URL": "hunter2", "VENDOR_EMAIL": "hunter2",
      "VENDOR_PASSWORD": "hunter2", "VENDOR_PASSWORD_CHANGE": "hunter2", "SECRET_KEY": "hunter2",
      "SMTP_URL": "hunter2", "MAIL_FROM": "hunter2", "TRUSTED_PROXIES": "hunter2", "METRICS_TOKEN": "hunter2",
      "LICENSE_LIMIT_PER_ADDRESS": "-1", "LICENSE_LIMIT_PER_KEY": "x", "LOGIN_FAILURE_LIMIT": "1.5",
      "ORDER_LIMIT_PER_ADDRESS": "hunter2", "LOG_LEVEL": "loud", "LOG_FORMAT": "xml",
    ]
    do {
      _ = try Configuration(environment: wrong)
      Issue.record("it was accepted")
    } catch {
      let names = Set(error.problems.map { String($0.prefix { $0 != " " }) })
      #expect(names == Set(wrong.keys).union(["SIGNING_KEYS_DIR"]))
      #expect(!error.description.contains("hunter2"))
    }
  }

  @Test func zeroLiftsALimit() throws {
    let configuration = try Configuration(environment: minimum.merging(["LICENSE_LIMIT_PER_KEY": "0"]) { $1 })
    let limits = LicenseLimits(
      perAddress: 2, perKey: configuration.limits.licensePerKey, clock: SystemClock())
    for _ in 0..<500 { try limits.admit(key: "k") }
    try limits.admit(IPAddress(v4: 1))
    try limits.admit(IPAddress(v4: 1))
    #expect(throws: Problem.self) { try limits.admit(IPAddress(v4: 1)) }
  }
}
