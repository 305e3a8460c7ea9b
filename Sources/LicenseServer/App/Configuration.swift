import Core
import Database
import Logging
import Security

/// The license server's settings, all from the environment.
struct Configuration: Sendable {
  let databaseURL: DSN
  let port: Int
  /// Without a trailing slash.
  let publicURL: String
  /// Needed only while there is no staff.
  let vendorEmail: EmailAddress?
  let vendorPassword: String?
  let vendorMustChangePassword: Bool
  let signingKeysDirectory: String
  /// Releases that customers can install, as `ops/release` writes them; nil: there are none.
  let releasesDirectory: String?
  let secretKey: SecretKey
  let mailServer: MailServer?
  let mailSender: Mailbox
  let trustedProxies: TrustedProxies
  let metricsToken: String?
  /// Nil: customers pay by transfer.
  let stripe: StripeSettings?
  /// Private addresses that requests to trackers and webhook endpoints may go to.
  let outboundPolicy: DestinationPolicy
  let limits: Limits

  /// How often something may be asked for; zero for as often as one likes.
  struct Limits: Sendable {
    /// Licence API, requests a minute of one address.
    var licensePerAddress = 600
    /// Licence API, requests a minute about one key.
    var licensePerKey = 200
    /// Failed log-ins in 15 minutes of one account from one address.
    var logInFailures = 10
    /// Staff API, requests a minute with one API key.
    var apiPerKey = 600
    /// Orders, and sign-in links, a minute of one address.
    var ordersPerAddress = 60
  }

  static let version = "0.1.0"

  /// Reads and checks everything; throws all problems at once.
  init(environment: [String: String]) throws(ConfigurationError) {
    var reader = EnvironmentReader(environment)
    let databaseURL = reader.required("DATABASE_URL", "a postgresql:// URL") { try? DSN(parsing: $0) }
    port = reader.optional("PORT", default: 4000, "a port number") { Self.number($0, in: 0...65_535) }
    publicURL = reader.optional(
      "PUBLIC_URL", default: "http://localhost:\(port)", "an http or https URL", parse: Self.baseURL)
    vendorEmail = reader.optional("VENDOR_EMAIL", "an e-mail address") { EmailAddress($0) }
    vendorPassword = reader.optional("VENDOR_PASSWORD", "a password of 12 to 256 characters") {
      (12...256).contains($0.count) ? $0 : nil
    }
    vendorMustChangePassword = reader.optional("VENDOR_PASSWORD_CHANGE", default: true, "required or never") {
      ["required": true, "never": false][$0]
    }
    let signingKeysDirectory = Self.readSigningKeysDirectory(&reader)
    releasesDirectory = reader.optional("RELEASES_DIR", "a directory") { $0 }
    let secretKey = reader.required("SECRET_KEY", "32 characters or more that nobody can guess") { SecretKey($0) }
    mailServer = reader.optional("SMTP_URL", "an smtp:// or smtps:// URL") { MailServer($0) }
    let sender = reader.optional("MAIL_FROM", "an e-mail address, or a name with one in <>") { Mailbox($0) }
    trustedProxies = reader.optional(
      "TRUSTED_PROXIES", default: TrustedProxies([]), "a comma-separated list of addresses and CIDR ranges"
    ) { TrustedProxies(list: $0) }
    metricsToken = reader.optional("METRICS_TOKEN", "16 characters or more") { $0.utf8.count >= 16 ? $0 : nil }
    stripe = StripeSettings.read(&reader)
    outboundPolicy = reader.optional(
      "OUTBOUND_ALLOW", default: .publicInternet, "a comma-separated list of host names, addresses and CIDR ranges"
    ) { DestinationPolicy(list: $0) }
    limits = Self.readLimits(&reader)
    _ = Self.readLogging(&reader)
    try reader.finish()
    guard let databaseURL, let signingKeysDirectory, let secretKey,
      let mailSender = sender ?? Self.defaultSender(publicURL)
    else { throw ConfigurationError(problems: ["MAIL_FROM is missing: it must be an e-mail address"]) }
    self.databaseURL = databaseURL
    self.signingKeysDirectory = signingKeysDirectory
    self.secretKey = secretKey
    self.mailSender = mailSender
  }

  static func readSigningKeysDirectory(_ reader: inout EnvironmentReader) -> String? {
    reader.required("SIGNING_KEYS_DIR", "the directory of the keys that sign leases") { $0 }
  }

  /// `LOG_LEVEL` and `LOG_FORMAT`, needed before the first log line.
  static func readLogging(_ reader: inout EnvironmentReader) -> (level: Logger.Level, format: LogFormat) {
    let level = reader.optional(
      "LOG_LEVEL", default: Logger.Level.info, "trace, debug, info, notice, warning or error"
    ) { Logger.Level(rawValue: $0) }
    let format = reader.optional("LOG_FORMAT", default: LogFormat.text, "text or json") { LogFormat(rawValue: $0) }
    return (level, format)
  }

  private static func readLimits(_ reader: inout EnvironmentReader) -> Limits {
    var limits = Limits()
    let variables: [(name: String, path: any WritableKeyPath<Limits, Int> & Sendable)] = [
      ("LICENSE_LIMIT_PER_ADDRESS", \.licensePerAddress), ("LICENSE_LIMIT_PER_KEY", \.licensePerKey),
      ("LOGIN_FAILURE_LIMIT", \.logInFailures), ("ORDER_LIMIT_PER_ADDRESS", \.ordersPerAddress),
      ("API_LIMIT_PER_KEY", \.apiPerKey),
    ]
    for variable in variables {
      let number = reader.optional(variable.name, "a whole number; 0 is no limit") {
        Self.number($0, in: 0...10_000_000)
      }
      if let number { limits[keyPath: variable.path] = number }
    }
    return limits
  }

  private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
    Int(text).flatMap { range.contains($0) ? $0 : nil }
  }

  private static func defaultSender(_ publicURL: String) -> Mailbox? {
    EmailAddress("no-reply@\(WebURL.host(of: publicURL) ?? "localhost")").map { Mailbox($0) }
  }

  /// An absolute URL without its trailing slash.
  private static func baseURL(_ text: String) -> String? {
    guard WebURL.isAbsolute(text) else { return nil }
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }
}
