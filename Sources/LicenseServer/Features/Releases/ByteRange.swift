import Core

/// Which part of a file a request asks for (RFC 9110, section 14): one range of bytes, or all of it.
enum ByteRange: Sendable, Hashable {
  case whole
  case part(Range<Int64>)
  /// Nothing of the file is in it: 416.
  case unsatisfiable

  /// - Parameters:
  ///   - header: `Range`; several ranges, other units and what cannot be read are as if it were not there.
  ///   - size: of the file.
  init(_ header: String?, size: Int64) {
    guard let header, let range = Self.parse(header, size: size) else {
      self = .whole
      return
    }
    self = range
  }

  private static func parse(_ header: String, size: Int64) -> ByteRange? {
    let parts = header.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, parts[0].trimmed.lowercased() == "bytes" else { return nil }
    let ends = parts[1].trimmed.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard ends.count == 2 else { return nil }
    if ends[0].isEmpty {
      guard let suffix = number(ends[1]) else { return nil }
      return suffix == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - suffix)..<size)
    }
    guard let first = number(ends[0]) else { return nil }
    guard !ends[1].isEmpty else { return first < size ? .part(first..<size) : .unsatisfiable }
    guard let last = number(ends[1]), last >= first else { return nil }
    return first < size ? .part(first..<(last < size ? last + 1 : size)) : .unsatisfiable
  }

  private static func number(_ text: some StringProtocol) -> Int64? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
  }
}
