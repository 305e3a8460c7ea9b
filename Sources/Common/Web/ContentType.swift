import Core

/// What a body is, with its character set.
public struct ContentType: Sendable, Hashable {
  /// As the `Content-Type` header has it.
  public let value: String

  public init(_ value: String) { self.value = value }

  public static let json = ContentType("application/json")
  public static let problem = ContentType("application/problem+json")
  public static let html = ContentType("text/html; charset=utf-8")
  public static let text = ContentType("text/plain; charset=utf-8")
  public static let csv = ContentType("text/csv; charset=utf-8")
  public static let javascript = ContentType("text/javascript; charset=utf-8")
  public static let css = ContentType("text/css; charset=utf-8")
  public static let svg = ContentType("image/svg+xml")
  public static let binary = ContentType("application/octet-stream")

  private static let byExtension: [String: ContentType] = [
    "css": .css, "js": .javascript, "mjs": .javascript, "json": .json, "map": .json, "html": .html, "txt": .text,
    "svg": .svg, "png": ContentType("image/png"), "jpg": ContentType("image/jpeg"),
    "jpeg": ContentType("image/jpeg"), "webp": ContentType("image/webp"), "gif": ContentType("image/gif"),
    "ico": ContentType("image/x-icon"), "woff2": ContentType("font/woff2"), "woff": ContentType("font/woff"),
    "webmanifest": ContentType("application/manifest+json"), "csv": .csv,
  ]

  /// By the end of a file's name; `application/octet-stream` when it says nothing.
  public init(forFile name: String) {
    let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    self = ContentType.byExtension[ending] ?? .binary
  }

  /// `type/subtype` in lower case, without parameters.
  var essence: String { value.prefix { $0 != ";" }.trimmedLowercase }

  /// Whether gzip is worth its time: text, not what is packed already.
  var isCompressible: Bool {
    let essence = essence
    return essence.hasPrefix("text/") || essence.hasSuffix("json") || essence.hasSuffix("+xml")
      || essence == "application/javascript"
  }

  /// The value of a parameter such as `charset` or `boundary`, unquoted.
  func parameter(_ name: String) -> String? {
    for part in value.split(separator: ";").dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, pair[0].trimmedLowercase == name else { continue }
      let text = pair[1].trimmed
      return text.hasPrefix("\"") && text.hasSuffix("\"") && text.count >= 2
        ? String(text.dropFirst().dropLast()) : text
    }
    return nil
  }
}

extension StringProtocol {
  var trimmedLowercase: String { trimmed.lowercased() }
}
