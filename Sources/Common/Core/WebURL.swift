/// What we ask of a URL that a user gives: absolute, http or https, with a host, nothing a header could trip over.
public enum WebURL {
  public static let maxLength = 2_048

  public static func isAbsolute(_ text: String) -> Bool {
    guard text.utf8.count <= maxLength, let authority = authority(of: text) else { return false }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return false }
    guard !text.contains(where: { $0 == "\"" || $0 == "<" || $0 == ">" || $0 == "\\" }) else { return false }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    return host.first.map { $0.isLetter || $0.isNumber || $0 == "[" || $0 == "{" } ?? false
  }

  /// The host without port, lower-cased; nil when the text is no absolute http(s) URL.
  public static func host(of text: String) -> String? {
    guard let authority = authority(of: text) else { return nil }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    if host.hasPrefix("[") { return host.firstIndex(of: "]").map { String(host[...$0]).lowercased() } }
    let name = host.prefix { $0 != ":" }
    return name.isEmpty ? nil : name.lowercased()
  }

  private static func authority(of text: String) -> Substring? {
    let lowered = text.prefix(8).lowercased()
    let rest: Substring
    if lowered.hasPrefix("https://") {
      rest = text.dropFirst(8)
    } else if lowered.hasPrefix("http://") {
      rest = text.dropFirst(7)
    } else {
      return nil
    }
    return rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
  }
}
