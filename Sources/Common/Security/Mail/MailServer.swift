import CCurl
import Core

/// Where mail is handed in, read from `SMTP_URL`: `smtp://[user:password@]host[:port]`, or `smtps://` for TLS from the
/// first byte. User and password are percent-encoded.
public struct MailServer: Sendable, CustomStringConvertible {
  public let host: String
  public let port: Int
  public let user: String?
  let password: String?
  /// TLS from the first byte, instead of STARTTLS when the server offers it.
  public let isImplicitTLS: Bool

  public init?(_ url: String) {
    guard
      let rest = ["smtp://", "smtps://"].first(where: { url.lowercased().hasPrefix($0) }).map({
        url.dropFirst($0.count)
      })
    else { return nil }
    isImplicitTLS = url.lowercased().hasPrefix("smtps://")
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let place = parts.last else { return nil }
    if parts.count == 2 {
      let credentials = parts[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        .map { PercentCoding.decode($0.utf8, plusIsSpace: false) }
      guard let user = credentials.first, !user.isEmpty, credentials.allSatisfy({ $0.isHeaderSafe }) else { return nil }
      self.user = user
      password = credentials.count == 2 ? credentials[1] : ""
    } else {
      user = nil
      password = nil
    }
    let portStart =
      place.hasPrefix("[") ? place.firstIndex(of: "]").map { place.index(after: $0) } : place.firstIndex(of: ":")
    let name = portStart.map { place[..<$0] } ?? place
    let portText = portStart.map { place[$0...] } ?? ""
    guard name.hasPrefix("[") ? IPAddress(name.dropFirst().dropLast()) != nil : Hostname.isValid(name) else {
      return nil
    }
    host = name.lowercased()
    if portText.isEmpty {
      port = isImplicitTLS ? 465 : 587
    } else {
      guard portText.hasPrefix(":"), let number = UInt16(portText.dropFirst()), number > 0 else { return nil }
      port = Int(number)
    }
  }

  /// Without the password.
  public var description: String {
    "\(isImplicitTLS ? "smtps" : "smtp")://\(user.map { "\($0):…@" } ?? "")\(host):\(port)"
  }

  /// A password crosses a network only inside TLS.
  var mustUseTLS: Bool {
    let address = IPAddress(host.drop { $0 == "[" }.prefix { $0 != "]" })
    let isLocal =
      host == "localhost" || address.map { CIDR("127.0.0.0/8")?.contains($0) == true || $0 == IPAddress("::1") } == true
    return user != nil && !isLocal
  }
}

extension String {
  /// Free of line ends and other control characters: nothing that could begin another header or SMTP command.
  var isHeaderSafe: Bool { unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) } }
}
