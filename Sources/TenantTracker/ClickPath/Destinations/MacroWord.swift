/// `{name}`, `{_name}` or `{name:argument}` at the start of a text.
struct MacroWord {
  let name: Substring
  let argument: Substring?
  let isRaw: Bool
  /// Behind the closing brace.
  let end: Substring.Index

  init?(at text: Substring) {
    guard let close = text.firstIndex(of: "}") else { return nil }
    var word = text[text.index(after: text.startIndex)..<close]
    end = text.index(after: close)
    isRaw = word.first == "_"
    if isRaw { word = word.dropFirst() }
    let colon = word.firstIndex(of: ":")
    name = word[..<(colon ?? word.endIndex)]
    argument = colon.map { word[word.index(after: $0)...] }
    guard let first = name.utf8.first, first | 0x20 >= 0x61, first | 0x20 <= 0x7A, name.utf8.count <= 40,
      name.utf8.allSatisfy({ $0.isASCIIAlphanumeric || "_.-".utf8.contains($0) })
    else { return nil }
  }
}

/// What a template asks of its ``MacroContext`` that only the click knows: a call-to-action link has to carry it.
struct MacroNeeds: Sendable {
  private(set) var visitorFacts: [VisitorFact] = []
  private(set) var usesPayout = false

  mutating func note(_ macro: Macro) {
    switch macro {
    case .payout: usesPayout = true
    case .visitor(let fact): if !visitorFacts.contains(fact) { visitorFacts.append(fact) }
    default: break
    }
  }

  mutating func formUnion(_ other: MacroNeeds) {
    usesPayout = usesPayout || other.usesPayout
    visitorFacts += other.visitorFacts.filter { !visitorFacts.contains($0) }
  }
}
