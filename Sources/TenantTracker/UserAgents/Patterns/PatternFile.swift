/// uap-core's `regexes.yaml`, read but not compiled.
///
/// The file uses little of YAML: three top-level names, under each a list of maps from plain keys to quoted texts,
/// comments, empty lines. Exactly that is read, and anything else is refused with its line: a list that is understood
/// in half would name browsers wrongly without anybody noticing.
struct PatternFile: Equatable, Sendable {
  private(set) var rules: [PatternKind: [PatternRule]] = [:]

  /// - Parameter text: The whole file in UTF-8, lines ending in LF or CR LF.
  init(_ text: some Sequence<UInt8>) throws(PatternFileError) {
    var reader = Reader()
    for (index, line) in Array(text).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
    {
      try reader.read(line.last == UInt8(ascii: "\r") ? line.dropLast() : line, number: index + 1)
    }
    try reader.finishRule()
    for kind in PatternKind.allCases where reader.rules[kind, default: []].isEmpty {
      throw PatternFileError(line: nil, "has no \(kind.rawValue)")
    }
    rules = reader.rules
  }
}

/// Why a pattern file cannot be used.
public struct PatternFileError: Error, Equatable, CustomStringConvertible {
  /// From 1; nil when it is about the whole file.
  public let line: Int?
  public let reason: String

  init(line: Int?, _ reason: String) {
    self.line = line
    self.reason = reason
  }

  public var description: String { line.map { "line \($0): \(reason)" } ?? reason }
}

/// Goes through the lines and keeps the rule that is being read.
private struct Reader {
  var rules: [PatternKind: [PatternRule]] = [:]
  private var kind: PatternKind?
  private var rule: PatternRule?
  private var seenKeys: Set<String> = []

  mutating func read(_ line: ArraySlice<UInt8>, number: Int) throws(PatternFileError) {
    guard let content = PatternLine(line, number: number).content else { return }
    if line.first != UInt8(ascii: " ") {
      try finishRule()
      kind = try PatternLine.kind(content, number: number)
      return
    }
    guard let kind else { throw PatternFileError(line: number, "stands before user_agent_parsers") }
    if content.starts(with: "- ".utf8) {
      try finishRule()
      let (key, value) = try PatternLine.pair(content.dropFirst(2), number: number)
      guard key == "regex" else { throw PatternFileError(line: number, "an entry begins with regex, not \(key)") }
      rule = PatternRule(line: number, regex: value)
    } else {
      let (key, value) = try PatternLine.pair(content, number: number)
      try add(key, value, kind, number: number)
    }
  }

  private mutating func add(
    _ key: String, _ value: String, _ kind: PatternKind, number: Int
  ) throws(PatternFileError) {
    guard rule != nil else { throw PatternFileError(line: number, "\(key) belongs to no entry") }
    guard seenKeys.insert(key).inserted else { throw PatternFileError(line: number, "\(key) comes twice") }
    switch key {
    case kind.familyKey: rule?.family = value
    case "regex_flag" where value == "i": rule?.ignoresCase = true
    case "regex_flag": throw PatternFileError(line: number, "regex_flag is 'i' or absent")
    case _ where kind.otherKeys.contains(key): break
    default: throw PatternFileError(line: number, "\(key) is no key of \(kind.rawValue)")
    }
  }

  mutating func finishRule() throws(PatternFileError) {
    guard let kind, let rule else { return }
    rules[kind, default: []].append(rule)
    self.rule = nil
    seenKeys = []
  }
}
