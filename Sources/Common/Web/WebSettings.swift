public import Core

/// How a program's HTTP edge behaves, whatever its routes.
public struct WebSettings: Sendable {
  /// The address to listen at; all IPv4 ones by default, `::` for IPv6 too.
  public var address: String
  /// 0 takes a free one, told to `onListening`.
  public var port: Int
  /// Whose `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Request-Id` we believe.
  public var trustedProxies: TrustedProxies
  /// Hosts that are only reached over TLS (that of PUBLIC_URL, if it is https), for proxies that do not say so.
  public var httpsHosts: Set<String>
  public var connection: ConnectionLimits
  /// More connections wait in the backlog until others close.
  public var maxConnections: Int
  /// Pages get this unless their handler set another.
  public var contentSecurityPolicy: String

  public init(
    address: String = "0.0.0.0", port: Int, trustedProxies: TrustedProxies = TrustedProxies([]),
    httpsHosts: Set<String> = [], connection: ConnectionLimits = ConnectionLimits(), maxConnections: Int = 10_000,
    contentSecurityPolicy: String = WebSettings.strictPolicy
  ) {
    self.address = address
    self.port = port
    self.trustedProxies = trustedProxies
    self.httpsHosts = httpsHosts
    self.connection = connection
    self.maxConnections = maxConnections
    self.contentSecurityPolicy = contentSecurityPolicy
  }

  public static let strictPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    + "base-uri 'none'; form-action 'self'"
}
