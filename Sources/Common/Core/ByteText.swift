extension Sequence<UInt8> {
  /// Lower-case hexadecimal.
  public var hex: String {
    var text = ""
    for byte in self {
      let digits = String(byte, radix: 16)
      text += digits.utf8.count == 1 ? "0" + digits : digits
    }
    return text
  }

  /// RFC 4648 section 5, without padding.
  public var base64url: String { encoded(alphabet: base64urlAlphabet, bitsPerCharacter: 6) }

  /// RFC 4648 base 32 in lower case, without padding.
  public var base32: String { encoded(alphabet: base32Alphabet, bitsPerCharacter: 5) }

  private func encoded(alphabet: [UInt8], bitsPerCharacter width: Int) -> String {
    var output: [UInt8] = []
    var buffer = 0
    var bits = 0
    for byte in self {
      buffer = buffer << 8 | Int(byte)
      bits += 8
      while bits >= width {
        bits -= width
        output.append(alphabet[buffer >> bits & (1 << width - 1)])
      }
      buffer &= 1 << bits - 1
    }
    if bits > 0 { output.append(alphabet[buffer << (width - bits) & (1 << width - 1)]) }
    return String(decoding: output, as: UTF8.self)
  }
}

private let base64urlAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
private let base32Alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

extension [UInt8] {
  /// Nil for an odd count or anything but hexadecimal digits.
  public init?(hex: some StringProtocol) {
    let digits = hex.utf8.map(\.hexDigit)
    guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
    self = stride(from: 0, to: digits.count, by: 2).compactMap { index in
      digits[index].flatMap { high in digits[index + 1].map { high << 4 | $0 } }
    }
  }

  /// Nil unless it is the one canonical unpadded encoding: no padding, no stray bits, no other characters.
  public init?(base64url text: some StringProtocol) {
    var output: [UInt8] = []
    var buffer = 0
    var bits = 0
    for byte in text.utf8 {
      let value: Int
      switch byte {
      case 0x41...0x5A: value = Int(byte) - 0x41
      case 0x61...0x7A: value = Int(byte) - 0x61 + 26
      case 0x30...0x39: value = Int(byte) - 0x30 + 52
      case UInt8(ascii: "-"): value = 62
      case UInt8(ascii: "_"): value = 63
      default: return nil
      }
      buffer = buffer << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        output.append(UInt8(truncatingIfNeeded: buffer >> bits))
      }
      buffer &= 1 << bits - 1
    }
    guard bits < 6, buffer == 0 else { return nil }
    self = output
  }
}
