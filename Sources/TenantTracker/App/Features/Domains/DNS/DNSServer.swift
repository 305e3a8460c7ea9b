import Core
import Foundation

/// A recursive name server.
struct DNSServer: Sendable, Hashable {
  var address: IPAddress
  var port: UInt16 = 53

  /// `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`.
  init?(_ text: String) {
    if let address = IPAddress(text) {
      self.init(address: address)
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
      return nil
    }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard let address = IPAddress(host) else { return nil }
    self.init(address: address, port: port)
  }

  init(address: IPAddress, port: UInt16 = 53) {
    self.address = address
    self.port = port
  }

  /// The `nameserver` lines of `/etc/resolv.conf`; this machine's own server without any, as resolvers have it.
  static func ofThisMachine(_ file: String = "/etc/resolv.conf") -> [DNSServer] {
    let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    let found = text.split(whereSeparator: \.isNewline).compactMap { line -> DNSServer? in
      let words = line.split { $0 == " " || $0 == "\t" }
      guard words.count >= 2, words[0] == "nameserver" else { return nil }
      return IPAddress(words[1]).map { DNSServer(address: $0) }
    }
    return found.isEmpty ? [DNSServer(address: IPAddress(v4: 0x7F00_0001))] : Array(found.prefix(3))
  }
}
