/// The host of a referring URL, lower case, without port; nil for anything that is no web address.
enum ReferrerDomain {
  static func of(_ referrer: String) -> String? {
    referrer.utf8Buffer { bytes in
      var start: Int
      if bytes.has(caseInsensitively: ("https://" as StaticString).bytes, at: 0) {
        start = 8
      } else if bytes.has(caseInsensitively: ("http://" as StaticString).bytes, at: 0) {
        start = 7
      } else {
        return nil
      }
      var end = start
      var isBracketed = false
      var isPort = false
      authority: for index in start..<bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): break authority
        case UInt8(ascii: "@"):
          (start, end, isBracketed, isPort) = (index + 1, index + 1, false, false)
          continue
        case UInt8(ascii: "["): isBracketed = true
        case UInt8(ascii: "]"): isBracketed = false
        case UInt8(ascii: ":") where !isBracketed: isPort = true
        case 0...0x20, 0x7F: return nil
        default: break
        }
        if !isPort { end = index + 1 }
      }
      guard start < end, end - start <= 253 else { return nil }
      return String(decoding: bytes[start..<end], as: UTF8.self).lowercased()
    }
  }
}
