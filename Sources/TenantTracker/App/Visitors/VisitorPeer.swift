import Core
import NIOCore

/// The other end of a connection, and whether it may speak for others.
struct VisitorPeer: Sendable {
  private let address: IPAddress
  private let proxies: TrustedProxies
  let isTrusted: Bool

  /// A Unix socket's other end counts as loopback.
  init(of channel: any Channel, proxies: TrustedProxies) {
    address = channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) } ?? IPAddress(v4: 0x7F00_0001)
    self.proxies = proxies
    isTrusted = proxies.contains(address)
  }

  /// Whose request it is: the peer's, or that of whom a trusted proxy names.
  func visitor(forwardedFor: String?) -> IPAddress {
    guard isTrusted, let forwardedFor else { return address }
    return proxies.clientAddress(peer: address, forwardedFor: forwardedFor)
  }
}
