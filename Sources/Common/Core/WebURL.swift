/// What we ask of a URL that a user gives: absolute, http or https, with a host, nothing a header could trip over.
public enum WebURL {
  public static let maxLength = 2_048

  public static func isAbsolute(_ text: String) -> Bool {
    guard text.utf8.count <= maxLength, let first = hostAndPort(of: text)?.first.map({ Character($0) }) else {
      return false
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !forbidden.contains($0) }) else { return false }
    return first.isLetter || first.isNumber || first == "[" || first == "{"
  }

  /// Whether the text is an absolute address with macros in braces. The argument of a macro may hold blanks, as in
  /// `{status:lead=0 sale=1}`; nothing else may.
  public static func isTemplate(_ text: String) -> Bool {
    guard text.utf8.count <= maxLength else { return false }
    var bytes = Array(text.utf8)
    var index = 0
    while let open = bytes[index...].firstIndex(of: UInt8(ascii: "{")) {
      let close = bytes[open...].firstIndex(of: UInt8(ascii: "}")) ?? bytes.endIndex
      if close < bytes.endIndex, let argument = argument(of: bytes[(open + 1)..<close]) {
        for blank in argument where bytes[blank] == 0x20 { bytes[blank] = UInt8(ascii: "+") }
      }
      index = open + 1
    }
    return isAbsolute(String(decoding: bytes, as: UTF8.self))
  }

  /// What follows the colon in `name:argument` or `_name:argument`.
  private static func argument(of word: ArraySlice<UInt8>) -> Range<Int>? {
    guard let colon = word.firstIndex(of: UInt8(ascii: ":")), colon > word.startIndex,
      word[..<colon].allSatisfy({ $0 == UInt8(ascii: "_") || (0x61...0x7A).contains($0 | 0x20) || $0.asciiDigit != nil }
      ),
      !word.contains(UInt8(ascii: "{"))
    else { return nil }
    return (colon + 1)..<word.endIndex
  }

  private static let forbidden = Array("\"<>\\".utf8)

  /// The host without port, lower-cased; nil when the text is no absolute http(s) URL.
  public static func host(of text: String) -> String? {
    guard let authority = hostAndPort(of: text) else { return nil }
    if authority.first == "[" {
      return authority.firstIndex(of: "]").map { String(authority[...$0]).lowercased() }
    }
    let name = authority.prefix { $0 != ":" }
    return name.isEmpty ? nil : String(name).lowercased()
  }

  /// What stands between the user's name and the path. Scalar by scalar, as browsers read it: a combining mark makes
  /// another character of the delimiter before it.
  private static func hostAndPort(of text: String) -> Substring.UnicodeScalarView? {
    let scheme = String(text.unicodeScalars.prefix(8)).lowercased().utf8
    guard let length = ["https://", "http://"].first(where: { scheme.starts(with: $0.utf8) })?.utf8.count else {
      return nil
    }
    let authority = text.unicodeScalars.dropFirst(length).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return authority.split(separator: "@", omittingEmptySubsequences: false).last
  }
}
