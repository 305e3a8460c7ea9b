/// The values of a filter. Most have one or a few, and comparing those is quicker than hashing.
enum TextSet: Hashable, Sendable {
  case few([String])
  case many(Set<String>)

  init(_ values: Set<String>) { self = values.count <= 6 ? .few(values.sorted()) : .many(values) }

  func contains(_ text: String) -> Bool {
    switch self {
    case .few(let values): values.contains(text)
    case .many(let values): values.contains(text)
    }
  }

  /// Whether `text` contains one of the values.
  func hasPart(of text: String) -> Bool { firstPart(of: text) != nil }

  /// A value that `text` contains.
  func firstPart(of text: String) -> String? {
    switch self {
    case .few(let values): values.first { text.holds($0) }
    case .many(let values): values.first { text.holds($0) }
    }
  }

  var values: [String] {
    switch self {
    case .few(let values): values
    case .many(let values): Array(values)
    }
  }
}

extension String {
  /// Byte-wise search; both sides are lower-cased already. Everything holds the empty text.
  fileprivate func holds(_ part: String) -> Bool {
    utf8Buffer { bytes in part.utf8Buffer { bytes.contains(caseInsensitively: $0) } }
  }
}
