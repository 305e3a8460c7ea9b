public import Core

/// A URL or body that tells somebody of a conversion, parsed once: literal text, and macros between. The same words as in
/// a destination's URL, with those that only a conversion has.
public struct ConversionTemplate: Sendable {
  private enum Segment: Sendable {
    case literal(String)
    /// With a list, `{status:lead=0 sale=1}`, the value it has there; `*` is any other.
    case value(name: String, words: [String: String]?, isRaw: Bool)
    case date(DateFormat, LocalClock, isRaw: Bool)
    case random(ClosedRange<Int64>)
  }

  /// How values are put into the text around them.
  public enum Encoding: Sendable {
    /// Percent-encoded; a raw one (`{_name}`) keeps what URLs are built of.
    case url
    /// As inside a JSON string.
    case json
    /// As they are.
    case plain
  }

  private var segments: [Segment] = []
  /// What is in braces and stands for nothing. It is stripped.
  public private(set) var unknownMacros: [String] = []
  /// The facts that it uses.
  public private(set) var names: Set<String> = []

  /// What a conversion adds to the facts about its click.
  public static let conversionNames: [String] = [
    "conversion_id", "conversion_ts", "conversion_type", "event_id", "status", "original_status", "payout", "revenue",
    "currency", "txid", "goal",
  ]

  /// What is known of the click itself, beside sub1 to sub30 and the facts about its visitor.
  private static let clickNames: Set<String> = [
    "click_id", "ts", "campaign_id", "campaign_name", "source_id", "flow_id", "landing_id", "offer_id", "network_id",
  ]

  /// - Parameter clock: the clock of a zone's name; nil if there is none.
  public init(_ text: String, clock: (String) -> LocalClock?) {
    var literal = ""
    var rest = Substring(text)
    while let first = rest.first {
      guard first == "{", let word = MacroWord(at: rest) else {
        literal.append(first)
        rest = rest.dropFirst()
        continue
      }
      rest = rest[word.end...]
      guard let segment = Self.segment(word, clock) else {
        unknownMacros.append(String(word.name))
        continue
      }
      if case .value(let name, _, _) = segment { names.insert(name) }
      if !literal.isEmpty { segments.append(.literal(literal)) }
      literal = ""
      segments.append(segment)
    }
    if !literal.isEmpty { segments.append(.literal(literal)) }
  }

  private static func segment(_ word: MacroWord, _ clock: (String) -> LocalClock?) -> Segment? {
    switch Macro(name: word.name, argument: word.argument, clock: clock) {
    case .date(let format, let clock)?: return .date(format, clock, isRaw: word.isRaw)
    case .random(let range)?: return .random(range)
    default:
      let name = String(word.name)
      guard conversionNames.contains(name) || clickNames.contains(name) || VisitorFact(name: word.name) != nil else {
        return nil
      }
      return .value(name: name, words: word.argument.map(Self.words), isRaw: word.isRaw)
    }
  }

  /// `lead=0 sale=1`, also with commas between.
  private static func words(_ list: Substring) -> [String: String] {
    var words: [String: String] = [:]
    for entry in list.split(whereSeparator: { $0 == " " || $0 == "," }) {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      words[parts[0].lowercased()] = parts.count == 2 ? String(parts[1]) : ""
    }
    return words
  }

  /// The text for one conversion. A macro without a value leaves nothing behind.
  /// - Parameters:
  ///   - time: for `{date}`.
  ///   - value: a fact by its name.
  public func text(
    _ encoding: Encoding, at time: Timestamp, using generator: inout some RandomNumberGenerator,
    value: (String) -> String?
  ) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(512)
    for segment in segments {
      switch segment {
      case .literal(let literal): append(literal: literal, to: &text, encoding)
      case .value(let name, let words, let isRaw):
        guard var value = value(name) else { continue }
        if let words { value = words[value.lowercased()] ?? words["*"] ?? "" }
        append(value.utf8, to: &text, encoding, isRaw: isRaw)
      case .date(let format, let clock, let isRaw):
        append(format.text(of: time, on: clock), to: &text, encoding, isRaw: isRaw)
      case .random(let range): text.append(contentsOf: "\(Int64.random(in: range, using: &generator))".utf8)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func append(literal: String, to text: inout [UInt8], _ encoding: Encoding) {
    guard case .url = encoding else { return text.append(contentsOf: literal.utf8) }
    for byte in literal.utf8 { text.append(urlByte: byte) }
  }

  private func append(_ value: some Sequence<UInt8>, to text: inout [UInt8], _ encoding: Encoding, isRaw: Bool) {
    switch encoding {
    case .plain: text.append(contentsOf: value)
    case .json:
      text.append(
        contentsOf: JSONValue.string(String(decoding: Array(value), as: UTF8.self)).utf8.dropFirst().dropLast())
    case .url:
      for byte in value {
        if isRaw { text.append(urlByte: byte) } else { PercentCoding.append(encoded: byte, to: &text) }
      }
    }
  }
}
