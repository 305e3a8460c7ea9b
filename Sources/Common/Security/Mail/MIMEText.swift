import Core

/// How text is written into mail: encoded words in headers (RFC 2047), quoted-printable bodies (RFC 2045, 6.7).
enum MIMEText {
  /// Short ASCII as it is; anything else as encoded words of UTF-8, folded.
  static func headerValue(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains("=?") && text.utf8.count <= 60
    return isPlain ? text : encodedWords(text)
  }

  /// `"Name" <address>`, the name encoded as needed; the bare address without a name.
  static func mailbox(_ mailbox: Mailbox) -> String {
    guard let name = mailbox.name, !name.isEmpty else { return mailbox.address.description }
    let isPlain = name.utf8.allSatisfy { $0.asciiDigit != nil || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x20 }
    let phrase = isPlain && name.utf8.count <= 60 ? "\"\(name)\"" : encodedWords(name)
    return "\(phrase) <\(mailbox.address)>"
  }

  /// A body part with its own headers. ASCII in short lines stays readable in raw mail, the rest is quoted-printable.
  static func part(_ text: String, type: String) -> String {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let isPlain = lines.allSatisfy { line in
      line.utf8.count <= 900 && line.utf8.allSatisfy { $0 == 0x09 || (0x20..<0x7F).contains($0) }
    }
    let body = lines.map { isPlain ? String($0) : quotedPrintable($0) }.joined(separator: "\r\n")
    return "Content-Type: \(type); charset=utf-8\r\n"
      + "Content-Transfer-Encoding: \(isPlain ? "7bit" : "quoted-printable")\r\n\r\n\(body)\r\n"
  }

  /// 45 bytes are 60 characters of base 64, so a word stays below its 75; a character is never split between two.
  private static func encodedWords(_ text: String) -> String {
    var words: [String] = []
    var chunk: [UInt8] = []
    for scalar in text.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      if chunk.count + bytes.count > 45 {
        words.append(encodedWord(chunk))
        chunk = []
      }
      chunk += bytes
    }
    words.append(encodedWord(chunk))
    return words.joined(separator: "\r\n ")
  }

  private static func encodedWord(_ bytes: [UInt8]) -> String {
    let standard = String(bytes.base64url.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    return "=?utf-8?B?\(standard)\(String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))?="
  }

  /// One line, with soft breaks so that none is longer than 76 characters.
  private static func quotedPrintable(_ line: Substring) -> String {
    var output = ""
    var column = 0
    let bytes = Array(line.utf8)
    for (index, byte) in bytes.enumerated() {
      let isLast = index == bytes.count - 1
      let isLiteral = (0x21..<0x7F).contains(byte) && byte != 0x3D || (byte == 0x20 || byte == 0x09) && !isLast
      let token =
        isLiteral ? String(UnicodeScalar(byte)) : "=\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
      if column + token.utf8.count > 75 {
        output += "=\r\n"
        column = 0
      }
      output += token
      column += token.utf8.count
    }
    return output
  }
}
