import Core

/// Walks the pairs of a raw query without copying those nobody asks for.
enum QueryReader {
  /// More pairs than this are not read: no campaign has them.
  static let pairLimit = 200

  /// Calls `body` with each name and raw value, in order. A name with escapes is decoded first.
  static func forEach(
    in query: Substring, _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Void
  ) {
    query.utf8Buffer { bytes in
      var start = 0
      var pairs = 0
      while start < bytes.count, pairs < pairLimit {
        let end = bytes.index(of: UInt8(ascii: "&"), from: start)
        let pair = bytes.part(start..<end)
        let equals = pair.index(of: UInt8(ascii: "="))
        let name = pair.part(0..<equals)
        let value = pair.part(min(equals + 1, pair.count)..<pair.count)
        if name.index(of: UInt8(ascii: "%")) < name.count {
          PercentCoding.decode(name).utf8Buffer { body($0, value) }
        } else if !name.isEmpty {
          body(name, value)
        }
        start = end + 1
        pairs += 1
      }
    }
  }

  /// The first value under `name`, decoded and cleaned; nil when absent or empty.
  static func value(of name: StaticString, in query: Substring) -> String? {
    var found: String?
    forEach(in: query) { candidate, value in
      if found == nil, candidate.equals(name) { found = StoredText.decode(value, limit: 512) }
    }
    return found
  }
}
