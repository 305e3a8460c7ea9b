/// Why a request to another host came to nothing.
public enum OutboundError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No absolute http(s) URL, or a header that is none.
  case invalidRequest(String)
  /// The host, or one of the hops on the way to it, is a private or reserved address that is not allow-listed.
  case forbiddenAddress(host: String)
  case unknownHost(String)
  /// Nobody answered at the address.
  case unreachable
  /// TLS failed: wrong certificate, no common version.
  case tls
  case timedOut
  /// The answer is larger than allowed.
  case tooLarge(limit: Int)
  case tooManyRedirects
  /// The other side spoke no HTTP, or hung up; curl's code (`curl.h`).
  case broken(code: Int)
  /// Too many requests are under way.
  case busy
  case cancelled

  public var description: String {
    switch self {
    case .invalidRequest(let what): "invalid request: \(what)"
    case .forbiddenAddress(let host): "\(host) is a private address"
    case .unknownHost(let host): "\(host) is unknown"
    case .unreachable: "could not connect"
    case .tls: "TLS failed"
    case .timedOut: "timed out"
    case .tooLarge(let limit): "answer larger than \(limit) bytes"
    case .tooManyRedirects: "too many redirects"
    case .broken(let code): "the connection broke (curl \(code))"
    case .busy: "too many requests under way"
    case .cancelled: "cancelled"
    }
  }

  /// Whether the same request may succeed later.
  public var isTemporary: Bool {
    switch self {
    case .unknownHost, .unreachable, .tls, .timedOut, .broken, .busy, .cancelled: true
    case .invalidRequest, .forbiddenAddress, .tooLarge, .tooManyRedirects: false
    }
  }
}
