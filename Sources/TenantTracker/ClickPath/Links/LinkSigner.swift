/// Signs call-to-action links. All nodes of an installation share the key; changing it makes links of pages that are
/// still open fall back to looking the click up.
public struct LinkSigner: Sendable {
  static let tagLength = 16

  private let key: (UInt64, UInt64)

  /// Nil unless the key has 16 bytes.
  public init?(key: [UInt8]) {
    guard key.count == 16 else { return nil }
    let word = { (bytes: ArraySlice<UInt8>) in bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    self.key = (word(key[..<8]), word(key[8...]))
  }

  /// Sixteen bytes.
  func tag(of message: [UInt8]) -> [UInt8] {
    let words = SipHash.tag(of: message, key: key)
    var tag: [UInt8] = []
    tag.append(word: words.0)
    tag.append(word: words.1)
    return tag
  }

  func verifies(_ tag: ArraySlice<UInt8>, of message: [UInt8]) -> Bool {
    let expected = self.tag(of: message)
    // Every byte is looked at, so the time tells nothing about how far a guess was right.
    return tag.count == expected.count && zip(tag, expected).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
