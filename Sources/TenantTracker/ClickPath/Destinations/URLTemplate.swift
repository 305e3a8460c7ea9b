/// A destination as a user wrote it, parsed once: literal bytes that are fit for a Location header, and macros between.
struct URLTemplate: Sendable {
  enum Segment: Sendable, Hashable {
    case literal([UInt8])
    case macro(Macro, isRaw: Bool)
  }

  private(set) var segments: [Segment] = []
  /// Names in braces that stand for nothing. They are stripped from the URL.
  private(set) var unknownMacros: [String] = []
  private(set) var needs = MacroNeeds()
  /// The URL hands the click id on in its own way: `{click_id}`, or a `sub2` that is set already.
  let passesClickID: Bool
  /// The URL sets `_tly_click` itself.
  let setsClickParameter: Bool

  /// - Parameter clock: The clock of a zone name; nil if there is none.
  init(_ url: String, clock: (String) -> LocalClock?) {
    var pending: [UInt8] = []
    var usesClickID = false
    var rest = Substring(url)
    while let byte = rest.utf8.first {
      guard byte == UInt8(ascii: "{"), let word = MacroWord(at: rest) else {
        pending.append(urlByte: byte)
        rest = Substring(rest.utf8.dropFirst())
        continue
      }
      rest = rest[word.end...]
      guard let macro = Macro(name: word.name, argument: word.argument, clock: clock) else {
        unknownMacros.append(String(word.name))
        continue
      }
      if !pending.isEmpty { segments.append(.literal(pending)) }
      pending = []
      segments.append(.macro(macro, isRaw: word.isRaw))
      if macro == .clickID { usesClickID = true }
      needs.note(macro)
    }
    if !pending.isEmpty { segments.append(.literal(pending)) }
    passesClickID = usesClickID || URLTemplate.sets("sub2", in: url)
    setsClickParameter = URLTemplate.sets("\(ClickCookie.name)", in: url)
  }

  /// Zones that `{date:...}` macros in the text name.
  static func zoneNames(in url: String) -> Set<String> {
    var names: Set<String> = []
    _ = URLTemplate(url) { name in
      names.insert(name)
      return .utc
    }
    return names
  }

  /// Whether the query of `url` has a parameter of this name.
  private static func sets(_ name: String, in url: String) -> Bool {
    let head = url.prefix { $0 != "#" }
    guard let mark = head.firstIndex(of: "?") else { return false }
    return head[head.index(after: mark)...].split(separator: "&").contains { pair in
      pair.prefix { $0 != "=" } == name
    }
  }
}

extension [UInt8] {
  /// Appends a byte of a URL as it is, or percent-encoded where no URL may hold it: controls, blanks, quotes, non-ASCII.
  mutating func append(urlByte byte: UInt8) {
    switch byte {
    case 0...0x20, 0x7F...0xFF, 0x22, 0x3C, 0x3E, 0x5C, 0x5E, 0x60, 0x7B...0x7D:
      append(UInt8(ascii: "%"))
      append(byte >> 4 < 10 ? 0x30 + byte >> 4 : 0x37 + byte >> 4)
      append(byte & 15 < 10 ? 0x30 + byte & 15 : 0x37 + byte & 15)
    default: append(byte)
    }
  }
}
