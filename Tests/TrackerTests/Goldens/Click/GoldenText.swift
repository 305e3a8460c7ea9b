import Core
import Foundation

/// A golden file taken apart: worlds, each with its set-up and its requests in the order in which they happen. The format
/// is in `Goldens/Click/README.md`.
struct GoldenFile {
  enum Line {
    case setUp(GoldenWords)
    case request(GoldenRequest)
  }

  struct World {
    let name: String
    var lines: [Line] = []
  }

  private(set) var worlds: [World] = []
  let name: String

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  init(_ name: String) throws {
    self.name = name
    let text = try String(contentsOf: Self.folder.appending(path: "\(name).golden"), encoding: .utf8)
    for (index, content) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = Self.repeating(content.trimmed)
      if line.isEmpty || line.hasPrefix("#") { continue }
      if line.hasPrefix("world ") {
        worlds.append(World(name: String(line.dropFirst(6))))
      } else if line.contains("| =>") {
        try append(.request(GoldenRequest(line, number: index + 1)), index + 1)
      } else {
        try append(.setUp(GoldenWords(line, number: index + 1)), index + 1)
      }
    }
  }

  /// `<a*512>` written out.
  private static func repeating(_ line: String) -> String {
    var line = line
    while let star = line.firstIndex(of: "*"), let open = line[..<star].lastIndex(of: "<"),
      let close = line[star...].firstIndex(of: ">"), let count = Int(line[line.index(after: star)..<close])
    {
      let text = String(repeating: String(line[line.index(after: open)..<star]), count: count)
      line.replaceSubrange(open...close, with: text)
    }
    return line
  }

  private mutating func append(_ line: Line, _ number: Int) throws {
    guard !worlds.isEmpty else { throw GoldenFault(number, "stands before any world") }
    worlds[worlds.count - 1].lines.append(line)
  }

  var requests: Int {
    worlds.reduce(0) { $0 + $1.lines.count { if case .request = $0 { true } else { false } } }
  }
}

/// What a golden file says that means nothing.
struct GoldenFault: Error, CustomStringConvertible {
  let description: String

  init(_ line: Int, _ message: String) { description = "line \(line): \(message)" }
}

/// A set-up line: words, and `name=value` among them. Quotes hold blanks together.
struct GoldenWords {
  let number: Int
  private(set) var words: [String] = []
  private(set) var options: [String: String] = [:]

  init(_ line: String, number: Int) {
    self.number = number
    var word = ""
    var (isQuoted, wasQuoted, isFirstQuoted) = (false, false, false)
    for character in line + " " {
      if character == "\"" {
        if word.isEmpty, !isQuoted, !wasQuoted { isFirstQuoted = true }
        (isQuoted, wasQuoted) = (!isQuoted, true)
      } else if character == " ", !isQuoted {
        if !word.isEmpty || wasQuoted { add(word, isOption: !isFirstQuoted) }
        (word, wasQuoted, isFirstQuoted) = ("", false, false)
      } else {
        word.append(character)
      }
    }
  }

  private mutating func add(_ word: String, isOption: Bool) {
    let name = word.prefix { $0 != "=" }
    if isOption, name.count < word.count, name.allSatisfy({ $0.isLetter || $0 == "-" }) {
      options[String(name)] = String(word.dropFirst(name.count + 1))
    } else {
      words.append(word)
    }
  }

  subscript(option: String) -> String? { options[option] }

  func has(_ word: String) -> Bool { words.dropFirst().contains(word) }

  func word(_ index: Int) throws -> String {
    guard index < words.count else { throw GoldenFault(number, "ends too early") }
    return words[index]
  }

  func id(_ index: Int) throws -> Int64 {
    guard let id = Int64(try word(index)) else { throw GoldenFault(number, "“\(try word(index))” is no id") }
    return id
  }

  /// Nil when the option is not there.
  func number(_ option: String) throws -> Int? {
    guard let text = options[option] else { return nil }
    guard let value = Int(text) else { throw GoldenFault(number, "\(option) is no number") }
    return value
  }

  func micros(_ option: String) throws -> Micros? {
    guard let text = options[option] else { return nil }
    guard let value = Micros(text) else { throw GoldenFault(number, "\(option) is no amount") }
    return value
  }
}

/// `+24h`, `+23h59m59.999s`, `2026-03-29T01:00:00Z`.
enum GoldenTime {
  static func parse(_ text: some StringProtocol, from start: Timestamp) -> Timestamp? {
    if let time = Timestamp(rfc3339: String(text)) { return time }
    guard text.hasPrefix("+") else { return nil }
    var milliseconds = 0.0
    var digits = ""
    for character in text.dropFirst() {
      if character.isNumber || character == "." {
        digits.append(character)
        continue
      }
      let units: [Character: Double] = ["d": 86_400, "h": 3_600, "m": 60, "s": 1]
      guard let unit = units[character], let count = Double(digits) else { return nil }
      milliseconds += count * unit * 1_000
      digits = ""
    }
    guard digits.isEmpty || digits == "0" else { return nil }
    return start + .milliseconds(Int64(milliseconds.rounded()))
  }
}
