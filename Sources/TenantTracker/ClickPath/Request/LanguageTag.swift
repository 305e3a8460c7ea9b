/// A language as the browser names it, lower case: `de-at`.
public struct LanguageTag: Hashable, Sendable {
  public let text: String
  /// The subtag before the first hyphen: `de`.
  public let primary: String

  /// The first tag of an Accept-Language header; nil when that is `*` or no language tag.
  init?(acceptLanguage header: String) {
    let first = header.utf8.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ";") && $0 != 0x20 }
    self.init(Substring(first))
  }

  init?(_ tag: some StringProtocol) {
    let bytes = tag.utf8
    let hyphen = bytes.firstIndex(of: UInt8(ascii: "-")) ?? bytes.endIndex
    let primary = tag[..<hyphen]
    guard (2...8).contains(primary.utf8.count), bytes.count <= 35, tag.last != "-",
      primary.utf8.allSatisfy({ $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }),
      bytes.allSatisfy({ $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") })
    else { return nil }
    text = tag.lowercased()
    self.primary = hyphen == bytes.endIndex ? text : primary.lowercased()
  }

  /// RFC 4647 basic filtering: whether one of the ranges is this tag or leads it (`de` covers `de-at`).
  func isCovered(by ranges: TextSet) -> Bool {
    if ranges.contains(primary) || ranges.contains(text) { return true }
    // Between the first subtag and the whole there is something only in tags such as `zh-hant-tw`.
    guard text.utf8.count > primary.utf8.count + 6 else { return false }
    return middles.contains { ranges.contains($0) }
  }

  /// `zh-hant` for `zh-hant-tw`.
  private var middles: [String] {
    text.utf8.indices.filter { text.utf8[$0] == UInt8(ascii: "-") }.dropFirst().map { String(text[..<$0]) }
  }
}
