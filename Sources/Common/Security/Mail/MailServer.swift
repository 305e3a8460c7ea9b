import Core

/// Where mail is handed in, read from `SMTP_URL`: `smtp://[user:password@]host[:port]`, or `smtps://` for TLS from the
/// first byte. User and password are percent-encoded.
public struct MailServer: Sendable, CustomStringConvertible {
  /// An IPv6 address is in brackets.
  public let host: String
  public let port: Int
  public let user: String?
  let password: String?
  /// TLS from the first byte, instead of STARTTLS when the server offers it.
  public let isImplicitTLS: Bool

  public init?(_ url: String) {
    guard let separator = url.firstRange(of: "://") else { return nil }
    let scheme = url[..<separator.lowerBound].lowercased()
    guard scheme == "smtp" || scheme == "smtps" else { return nil }
    let authority = url[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let place = parts.last.flatMap(Self.place) else { return nil }
    var credentials: (user: String, password: String)?
    if parts.count == 2 {
      credentials = Self.credentials(parts[0])
      if credentials == nil { return nil }
    }
    isImplicitTLS = scheme == "smtps"
    host = place.host
    port = place.port ?? (isImplicitTLS ? 465 : 587)
    user = credentials?.user
    password = credentials?.password
  }

  private static func credentials(_ text: Substring) -> (user: String, password: String)? {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      .map { PercentCoding.decode($0.utf8, plusIsSpace: false) }
    guard let user = parts.first, !user.isEmpty, parts.allSatisfy(\.isHeaderSafe) else { return nil }
    return (user, parts.count == 2 ? parts[1] : "")
  }

  private static func place(_ text: Substring) -> (host: String, port: Int?)? {
    let end = text.hasPrefix("[") ? text.firstIndex(of: "]").map { text.index(after: $0) } : text.firstIndex(of: ":")
    let host = text[..<(end ?? text.endIndex)]
    let isAddress = host.hasPrefix("[") && host.hasSuffix("]") && IPAddress(host.dropFirst().dropLast()) != nil
    guard isAddress || Hostname.isValid(host) else { return nil }
    guard let end, end < text.endIndex else { return (host.lowercased(), nil) }
    guard text[end] == ":", let port = UInt16(text[text.index(after: end)...]), port > 0 else { return nil }
    return (host.lowercased(), Int(port))
  }

  /// Without the password.
  public var description: String {
    "\(isImplicitTLS ? "smtps" : "smtp")://\(user.map { "\($0):…@" } ?? "")\(host):\(port)"
  }

  /// A password crosses a network only inside TLS.
  var mustUseTLS: Bool {
    guard user != nil else { return false }
    if host == "localhost" || host == "[::1]" { return false }
    return IPAddress(host).map { CIDR("127.0.0.0/8")?.contains($0) != true } ?? true
  }
}

extension String {
  /// Free of line ends and other control characters: nothing that could begin another header or SMTP command.
  var isHeaderSafe: Bool { unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) } }
}
