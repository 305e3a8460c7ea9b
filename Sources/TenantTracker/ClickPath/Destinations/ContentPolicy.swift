import Core

/// From where a page of ours may load what, by directive. What is not listed is refused.
struct ContentSources: Sendable, Hashable {
  var scripts: [String] = []
  var styles: [String] = []
  var images: [String] = []
  var connections: [String] = []
  var frames: [String] = []
  var forms: [String] = []

  mutating func formUnion(_ other: ContentSources) {
    scripts += other.scripts.filter { !scripts.contains($0) }
    styles += other.styles.filter { !styles.contains($0) }
    images += other.images.filter { !images.contains($0) }
    connections += other.connections.filter { !connections.contains($0) }
    frames += other.frames.filter { !frames.contains($0) }
    forms += other.forms.filter { !forms.contains($0) }
  }

  /// Images of a user's own HTML: nobody knows from where.
  static let ownImages = ContentSources(styles: ["'unsafe-inline'"], images: ["http:", "https:", "data:"])

  /// Scripts of a user's own HTML, and whatever those load.
  static let ownScripts = ContentSources(
    scripts: ["'unsafe-inline'", "https:"], styles: ["'unsafe-inline'", "https:"],
    images: ["http:", "https:", "data:"], connections: ["https:"], frames: ["https:"], forms: ["https:"])
}

/// The Content-Security-Policy of a page that sends visitors on.
struct ContentPolicy {
  /// Marks the elements that are ours.
  let nonce: String
  let sources: ContentSources
  /// Whether the page runs in an origin of its own.
  let isSandboxed: Bool

  static let sandbox = "sandbox allow-scripts allow-forms allow-popups allow-top-navigation"

  var text: String {
    var directives = isSandboxed ? [ContentPolicy.sandbox] : []
    directives += ["default-src 'none'", "base-uri 'none'"]
    func add(_ name: String, _ sources: [String]) {
      if !sources.isEmpty { directives.append("\(name) \(sources.joined(separator: " "))") }
    }
    add("form-action", sources.forms.isEmpty ? ["'none'"] : sources.forms)
    add("script-src", marked(sources.scripts))
    add("style-src", marked(sources.styles))
    add("img-src", sources.images)
    add("connect-src", sources.connections)
    add("frame-src", sources.frames)
    return directives.joined(separator: "; ")
  }

  /// A nonce beside 'unsafe-inline' would take that away again.
  private func marked(_ sources: [String]) -> [String] {
    sources.contains("'unsafe-inline'") ? sources : ["'nonce-\(nonce)'"] + sources
  }
}

extension ChaChaGenerator {
  /// 128 bits that nobody can guess, as a policy writes them.
  func nonce() -> String {
    var bytes: [UInt8] = []
    bytes.append(word: next())
    bytes.append(word: next())
    return bytes.base64url
  }
}
