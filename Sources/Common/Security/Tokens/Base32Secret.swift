extension [UInt8] {
  /// RFC 4648 base 32 as people type it: either case, blanks, hyphens and padding ignored. Nil for other characters.
  init?(base32 text: some StringProtocol) {
    var output: [UInt8] = []
    var buffer = 0
    var bits = 0
    for byte in text.utf8 {
      let value: Int
      switch byte {
      case 0x41...0x5A: value = Int(byte) - 0x41
      case 0x61...0x7A: value = Int(byte) - 0x61
      case 0x32...0x37: value = Int(byte) - 0x32 + 26
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "="): continue
      default: return nil
      }
      buffer = buffer << 5 | value
      bits += 5
      if bits >= 8 {
        bits -= 8
        output.append(UInt8(truncatingIfNeeded: buffer >> bits))
        buffer &= 1 << bits - 1
      }
    }
    self = output
  }
}
