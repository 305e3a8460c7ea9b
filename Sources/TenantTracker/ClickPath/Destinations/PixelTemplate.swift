/// HTML of a user's own with macros: the images and scripts that a page between fires. Parsed once.
struct PixelTemplate: Sendable {
  /// In bytes, of the HTML for one visitor.
  static let sizeLimit = 1 << 16

  private var segments: [URLTemplate.Segment] = []
  private(set) var needs = MacroNeeds()
  /// Whether scripts are among it: then the page they are in has to let them run.
  let hasScripts: Bool

  /// Nil for HTML with nothing in it. Braces that hold none of our macros are the HTML's own: scripts are full of them.
  /// - Parameter clock: The clock of a zone name; nil if there is none.
  init?(_ html: String, clock: (String) -> LocalClock?) {
    hasScripts = html.utf8Buffer { $0.contains(caseInsensitively: ("<script" as StaticString).bytes) }
    var pending: [UInt8] = []
    var rest = Substring(html)
    while let byte = rest.utf8.first {
      guard byte == UInt8(ascii: "{"), let word = MacroWord(at: rest),
        let macro = Macro(name: word.name, argument: word.argument, clock: clock)
      else {
        pending.append(byte)
        rest = Substring(rest.utf8.dropFirst())
        continue
      }
      rest = rest[word.end...]
      segments.append(.literal(pending))
      pending = []
      segments.append(.macro(macro, isRaw: word.isRaw))
      needs.note(macro)
    }
    segments.append(.literal(pending))
    let isBlank = segments.count == 1 && pending.allSatisfy { $0 <= 0x20 }
    if isBlank { return nil }
  }

  /// The HTML for one visitor: `{name}` percent-encoded, `{_name}` as text, so that no visitor writes HTML. Nil when it
  /// would be longer than ``sizeLimit``.
  func expand(_ context: borrowing MacroContext, using generator: ChaChaGenerator) -> [UInt8]? {
    var html: [UInt8] = []
    html.reserveCapacity(1_024)
    for segment in segments {
      switch segment {
      case .literal(let bytes): html.append(contentsOf: bytes)
      case .macro(let macro, let isRaw):
        html.append(macro, as: isRaw ? .html : .component, context, using: generator)
      }
      guard html.count <= PixelTemplate.sizeLimit else { return nil }
    }
    return html
  }

  /// Zones that `{date:...}` macros in the text name.
  static func zoneNames(in html: String) -> Set<String> {
    var names: Set<String> = []
    _ = PixelTemplate(html) { name in
      names.insert(name)
      return .utc
    }
    return names
  }
}
