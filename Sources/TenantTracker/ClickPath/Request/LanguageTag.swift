/// A language as the browser names it, lower case: `de-at`.
public struct LanguageTag: Hashable, Sendable {
  public let text: String
  /// The subtag before the first hyphen: `de`.
  public let primary: String

  /// The first tag of an Accept-Language header; nil when that is `*` or no language tag.
  init?(acceptLanguage header: String) {
    let tag = header.utf8Buffer { bytes -> LanguageTag? in
      var end = 0
      while end < bytes.count, !LanguageTag.endsTag(bytes[end]) { end += 1 }
      return LanguageTag(bytes.part(0..<end))
    }
    guard let tag else { return nil }
    self = tag
  }

  /// Letters, digits and hyphens of which the first subtag is two to eight letters (RFC 5646, not in all its detail).
  init?(_ tag: String) {
    guard let tag = tag.utf8Buffer({ LanguageTag($0) }) else { return nil }
    self = tag
  }

  private init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    let primaryEnd = bytes.index(of: UInt8(ascii: "-"))
    guard (2...8).contains(primaryEnd), bytes.count <= 35, bytes.last != UInt8(ascii: "-") else { return nil }
    for (index, byte) in bytes.enumerated() {
      let isLetter = byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
      let isFurther = byte.isASCIIAlphanumeric || byte == UInt8(ascii: "-")
      guard isLetter || (index >= primaryEnd && isFurther) else { return nil }
    }
    text = String(decoding: bytes, as: UTF8.self).lowercased()
    let first = bytes.part(0..<primaryEnd)
    primary = primaryEnd == bytes.count ? text : String(decoding: first, as: UTF8.self).lowercased()
  }

  private static func endsTag(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == 0x20
  }

  /// RFC 4647 basic filtering: whether one of the ranges is this tag or leads it (`de` covers `de-at`).
  func isCovered(by ranges: TextSet) -> Bool {
    if ranges.contains(primary) || ranges.contains(text) { return true }
    // Between the first subtag and the whole there is something only in tags such as `zh-hant-tw`.
    guard text.utf8.count > primary.utf8.count + 3 else { return false }
    return middles.contains { ranges.contains($0) }
  }

  /// `zh-hant` for `zh-hant-tw`.
  private var middles: [String] {
    text.utf8.indices.filter { text.utf8[$0] == UInt8(ascii: "-") }.dropFirst().map { String(text[..<$0]) }
  }
}
