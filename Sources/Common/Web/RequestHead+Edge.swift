import Core
import HTTPTypes
import NIOCore

extension RequestHead {
  /// The head as the connection delivered it. Forwarding fields count only when a trusted proxy sent them.
  init(_ request: HTTPRequest, peer: IPAddress, settings: WebSettings) {
    let fields = request.headerFields
    let isTrusted = settings.trustedProxies.contains(peer)
    let forwardedFor = fields[values: .xForwardedFor].joined(separator: ",")
    let scheme = isTrusted ? fields[.xForwardedProto]?.split(separator: ",").last?.trimmedLowercase : nil
    let authority = request.authority?.lowercased() ?? ""
    let sentID = isTrusted ? fields[.requestID].flatMap { RequestHead.isRequestID($0) ? $0 : nil } : nil
    self.init(
      method: request.method, target: request.path ?? "", authority: authority, fields: fields, peer: peer,
      clientAddress: settings.trustedProxies.clientAddress(
        peer: peer, forwardedFor: forwardedFor.isEmpty ? nil : forwardedFor),
      isHTTPS: scheme.map { $0 == "https" } ?? settings.httpsHosts.contains(String(authority.prefix { $0 != ":" })),
      requestID: sentID ?? RandomBytes.make(12).base64url)
  }

  private static func isRequestID(_ text: String) -> Bool {
    (8...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || $0 == 0x2D || $0 == 0x5F
      }
  }
}

extension IPAddress {
  /// The address at the other end; a Unix socket's counts as loopback.
  init(peerOf channel: any Channel) {
    self = channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) } ?? IPAddress(v4: 0x7F00_0001)
  }
}
