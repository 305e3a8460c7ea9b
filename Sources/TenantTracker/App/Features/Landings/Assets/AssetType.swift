import Core

/// What a file of a landing may be, and how it is served. What is not here is not taken.
struct AssetType: Hashable, Sendable {
  /// Of the file's name.
  let ending: String
  /// The `Content-Type`.
  let value: String

  private static let all: [(ending: String, value: String)] = [
    ("css", "text/css; charset=utf-8"), ("js", "text/javascript; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"), ("json", "application/json"), ("png", "image/png"),
    ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("gif", "image/gif"), ("webp", "image/webp"), ("avif", "image/avif"),
    ("svg", "image/svg+xml"), ("ico", "image/x-icon"), ("bmp", "image/bmp"), ("woff2", "font/woff2"),
    ("woff", "font/woff"), ("ttf", "font/ttf"), ("otf", "font/otf"), ("eot", "application/vnd.ms-fontobject"),
    ("mp4", "video/mp4"), ("webm", "video/webm"), ("mp3", "audio/mpeg"), ("ogg", "audio/ogg"), ("wav", "audio/wav"),
    ("vtt", "text/vtt; charset=utf-8"), ("txt", "text/plain; charset=utf-8"), ("pdf", "application/pdf"),
    ("webmanifest", "application/manifest+json"), ("html", "text/html; charset=utf-8"),
    ("htm", "text/html; charset=utf-8"),
  ]

  private static let byEnding = Dictionary(all.map { ($0.ending, $0.value) }) { first, _ in first }

  /// Other names that servers have for the same things.
  private static let aliases: [String: String] = [
    "application/javascript": "js", "application/x-javascript": "js", "text/javascript": "js",
    "application/ecmascript": "js", "text/ecmascript": "js", "image/jpg": "jpg", "image/vnd.microsoft.icon": "ico",
    "application/font-woff": "woff", "application/x-font-woff": "woff", "application/font-woff2": "woff2",
    "application/x-font-ttf": "ttf", "application/x-font-truetype": "ttf", "application/x-font-opentype": "otf",
    "font/sfnt": "ttf", "application/font-sfnt": "ttf", "image/pjpeg": "jpg",
  ]

  private static let byValue: [String: String] = {
    var endings = aliases
    for (ending, value) in all where endings[essence(value)] == nil { endings[essence(value)] = ending }
    return endings
  }()

  private init?(ending: String) {
    guard let value = AssetType.byEnding[ending] else { return nil }
    self.ending = ending
    self.value = value
  }

  /// By a file's name; nil for what is not taken.
  init?(file name: some StringProtocol) {
    guard let dot = name.lastIndex(of: ".") else { return nil }
    self.init(ending: name[name.index(after: dot)...].lowercased())
  }

  /// Of an answer: what the server says, unless it says nothing in particular; then the name decides.
  init?(contentType: String?, path: some StringProtocol) {
    let essence = contentType.map(AssetType.essence) ?? ""
    if ["", "application/octet-stream", "binary/octet-stream", "text/plain"].contains(essence) {
      self.init(file: path)
    } else {
      guard let ending = AssetType.byValue[essence] else { return nil }
      self.init(ending: ending)
    }
  }

  var isPage: Bool { ending == "html" || ending == "htm" }
  var isStyleSheet: Bool { ending == "css" }

  private static func essence(_ value: String) -> String {
    value.prefix { $0 != ";" }.trimmed.lowercased()
  }
}

/// A file of a landing, ready to be stored.
struct LandingAsset: Sendable {
  /// Below the landing's version: `css/app.css`.
  let path: String
  let type: AssetType
  var bytes: [UInt8]

  /// Segments of a path at most; more than any page has.
  static let depthLimit = 8
}
