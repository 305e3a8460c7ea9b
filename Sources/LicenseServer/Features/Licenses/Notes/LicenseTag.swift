import Core

/// A word of the staff's own for finding licences: `vip`, `partner-2026`.
struct LicenseTag: Sendable, Hashable {
  let text: String

  /// How many one licence may have.
  static let limit = 20

  /// Nil unless it is 1 to 40 characters of a-z, 0-9, `-`, `_` and `.`, beginning with a letter or digit.
  init?(_ text: some StringProtocol) {
    let word = text.trimmed.lowercased()
    let isPlain = word.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || "-_.".utf8.contains(byte)
    }
    guard (1...40).contains(word.utf8.count), isPlain, let first = word.first, first.isLetter || first.isNumber else {
      return nil
    }
    self.text = word
  }

  static let rule = "must be 1 to 40 of a-z, 0-9, -, _ and ., beginning with a letter or digit"
}
