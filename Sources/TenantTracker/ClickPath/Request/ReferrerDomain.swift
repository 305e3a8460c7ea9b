/// The host of a referring URL, lower case, without port; nil for anything that is no web address.
enum ReferrerDomain {
  static func of(_ referrer: String) -> String? {
    referrer.utf8Buffer { bytes in
      let start: Int
      if bytes.has(caseInsensitively: ("https://" as StaticString).bytes, at: 0) {
        start = 8
      } else if bytes.has(caseInsensitively: ("http://" as StaticString).bytes, at: 0) {
        start = 7
      } else {
        return nil
      }
      let end = bytes[start...].firstIndex { "/?#".utf8.contains($0) } ?? bytes.count
      var host = bytes[start..<end]
      if let at = host.lastIndex(of: UInt8(ascii: "@")) { host = host[(at + 1)...] }
      if let colon = host.firstIndex(of: UInt8(ascii: ":")), host.first != UInt8(ascii: "[") { host = host[..<colon] }
      guard !host.isEmpty, host.count <= 253, host.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
      return String(decoding: host, as: UTF8.self).lowercased()
    }
  }
}
