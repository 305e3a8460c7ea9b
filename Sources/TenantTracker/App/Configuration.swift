import Core
import Database
import Logging
import Security

/// The tracker's settings, all from the environment.
struct Configuration: Sendable {
  var databaseURL: DSN
  var adminEmail: EmailAddress
  /// Needed only while the installation has no user.
  var adminPassword: String?
  var adminMustChangePassword: Bool
  var port: Int
  var licenseKey: String?
  var licenseServerURL: String
  var publicURL: String?
  var trustedProxies: TrustedProxies
  var stateDirectory: String
  /// Where the GeoIP databases are; need not exist.
  var geoipDirectory: String
  var maxmindBaseURL: String
  /// Where the European Central Bank's rates are.
  var ecbBaseURL: String
  var secretKey: String?
  var controlToken: String?
  var metricsToken: String?
  var journalSegmentBytes: Int
  /// Nil for those of this machine.
  var dnsServers: [DNSServer]?
  /// Where what users name may lead to.
  var outboundPolicy: DestinationPolicy
  /// What may be remembered of visitors.
  var visitorMemoryBytes: Int
  /// How hard postbacks out are tried.
  var deliveries: DeliverySettings
  /// uap-core's `regexes.yaml`.
  var userAgentPatterns: String
  /// For the check of e-mail addresses; nil: there is none.
  var breachKey: String?
  var breachBaseURL: String
  /// Look-ups in a minute that the key allows.
  var breachesPerMinute: Int

  static let version = "0.1.0"

  /// Reads and checks everything; throws all problems at once.
  init(environment: [String: String]) throws(ConfigurationError) {
    var reader = EnvironmentReader(environment)
    let databaseURL = reader.required("DATABASE_URL", "a postgresql:// URL") { try? DSN(parsing: $0) }
    let adminEmail = reader.optional("ADMIN_EMAIL", "an e-mail address") { EmailAddress($0) }
    adminPassword = reader.optional("ADMIN_PASSWORD", "a password of 12 to 256 characters") {
      (12...256).contains($0.count) ? $0 : nil
    }
    adminMustChangePassword = reader.optional("ADMIN_PASSWORD_CHANGE", default: true, "required or never") {
      ["required": true, "never": false][$0]
    }
    port = reader.optional("PORT", default: 3000, "a port number") {
      Int($0).flatMap { (0...65_535).contains($0) ? $0 : nil }
    }
    licenseKey = reader.optional("LICENSE_KEY", "a licence key of at most 100 characters") {
      $0.count <= 100 ? $0 : nil
    }
    licenseServerURL = reader.optional(
      "LICENSE_SERVER_URL", default: "https://license.trackily.online", "an http or https URL", parse: Self.baseURL)
    publicURL = reader.optional("PUBLIC_URL", "an http or https URL", parse: Self.baseURL)
    trustedProxies = reader.optional(
      "TRUSTED_PROXIES", default: TrustedProxies([]), "a comma-separated list of addresses and CIDR ranges"
    ) { TrustedProxies(list: $0) }
    stateDirectory = reader.optional("STATE_DIR", default: "state", "a directory") { $0 }
    geoipDirectory = reader.optional("GEOIP_DIR", default: "\(stateDirectory)/geoip", "a directory") { $0 }
    maxmindBaseURL = reader.optional(
      "MAXMIND_BASE_URL", default: "https://download.maxmind.com", "an http or https URL", parse: Self.baseURL)
    ecbBaseURL = reader.optional(
      "ECB_BASE_URL", default: "https://www.ecb.europa.eu", "an http or https URL", parse: Self.baseURL)
    secretKey = reader.optional("SECRET_KEY", "at least 32 characters") { $0.utf8.count >= 32 ? $0 : nil }
    controlToken = reader.optional("CONTROL_TOKEN", "at least 32 characters") { $0.utf8.count >= 32 ? $0 : nil }
    metricsToken = reader.optional("METRICS_TOKEN", "at least 16 characters") { $0.utf8.count >= 16 ? $0 : nil }
    journalSegmentBytes =
      reader.optional("JOURNAL_SEGMENT_MB", default: 64, "1 to 1024") {
        Int($0).flatMap { (1...1_024).contains($0) ? $0 : nil }
      } << 20
    visitorMemoryBytes =
      reader.optional("VISITOR_MEMORY_MB", default: 256, "16 to 65536") {
        Int($0).flatMap { (16...65_536).contains($0) ? $0 : nil }
      } << 20
    dnsServers = reader.optional("DNS_SERVER", "a comma-separated list of addresses, each with or without a port") {
      let servers = $0.split(separator: ",").map { DNSServer(String($0).trimmed) }
      return servers.isEmpty || servers.contains(nil) ? nil : servers.compactMap { $0 }
    }
    outboundPolicy = reader.optional(
      "OUTBOUND_ALLOW", default: .publicInternet, "a comma-separated list of host names, addresses and CIDR ranges"
    ) { DestinationPolicy(list: $0) }
    deliveries = DeliverySettings(&reader)
    userAgentPatterns = reader.optional(
      "USER_AGENT_PATTERNS", default: "/usr/share/uap-core/regexes.yaml", "a file"
    ) { $0 }
    breachKey = reader.optional("HIBP_API_KEY", "an API key of at most 200 characters") {
      $0.utf8.count <= 200 && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? $0 : nil
    }
    breachBaseURL = reader.optional(
      "HIBP_BASE_URL", default: BreachClient.standardURL, "an http or https URL", parse: Self.baseURL)
    breachesPerMinute = reader.optional("HIBP_PER_MINUTE", default: 10, "1 to 100000") {
      Int($0).flatMap { (1...100_000).contains($0) ? $0 : nil }
    }
    _ = Self.readLogging(&reader)
    try reader.finish()
    guard let databaseURL, let adminEmail = adminEmail ?? EmailAddress("admin@example.com") else {
      throw ConfigurationError(problems: ["DATABASE_URL is missing"])
    }
    self.databaseURL = databaseURL
    self.adminEmail = adminEmail
  }

  /// `LOG_LEVEL` and `LOG_FORMAT`, needed before the first log line.
  static func readLogging(_ reader: inout EnvironmentReader) -> (level: Logger.Level, format: LogFormat) {
    let level = reader.optional("LOG_LEVEL", default: Logger.Level.info, "trace, debug, info, notice, warning or error")
    {
      Logger.Level(rawValue: $0)
    }
    let format = reader.optional("LOG_FORMAT", default: LogFormat.text, "text or json") { LogFormat(rawValue: $0) }
    return (level, format)
  }

  /// An absolute URL without its trailing slash.
  private static func baseURL(_ text: String) -> String? {
    guard WebURL.isAbsolute(text) else { return nil }
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }
}
