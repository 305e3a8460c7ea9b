import Core

/// A route's path: literals and `{names}`.
struct PathPattern: Sendable, Hashable {
  enum Segment: Sendable, Hashable {
    case literal(String)
    case parameter(String)
  }

  let segments: [Segment]

  init(_ path: String) {
    segments = path.split(separator: "/").map { part in
      part.hasPrefix("{") && part.hasSuffix("}")
        ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
    }
  }

  var parameterNames: [String] {
    segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
  }

  /// The path with its values in place, percent-encoded where it must be.
  func filled(_ value: (String) -> String) -> String {
    guard !segments.isEmpty else { return "/" }
    return segments.map { segment in
      switch segment {
      case .literal(let text): "/\(text)"
      case .parameter(let name): "/\(value(name))"
      }
    }.joined()
  }
}

/// A request's path below a mount, cut at its slashes and decoded.
struct RequestPath: Sendable {
  let segments: [String]
  /// Whether it ends in a slash that the path does not need.
  let hasTrailingSlash: Bool

  /// Throws 400 for broken percent-encoding, text that is no UTF-8, control characters and dot segments.
  init(_ raw: some StringProtocol) throws(Problem) {
    var parts = raw.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    hasTrailingSlash = parts.last?.isEmpty == true
    if hasTrailingSlash { parts.removeLast() }
    var segments: [String] = []
    for part in parts { segments.append(try RequestPath.decode(part)) }
    self.segments = segments
  }

  private static func decode(_ part: some StringProtocol) throws(Problem) -> String {
    var bytes: [UInt8] = []
    var utf8 = part.utf8.makeIterator()
    while let byte = utf8.next() {
      if byte == UInt8(ascii: "%") {
        guard let high = utf8.next()?.hexDigit, let low = utf8.next()?.hexDigit else { throw malformed }
        bytes.append(high << 4 | low)
      } else {
        bytes.append(byte)
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self), text != ".", text != "..",
      bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else { throw malformed }
    return text
  }

  private static let malformed = Problem.badRequest("The path is malformed.", code: "malformed_path")
}
